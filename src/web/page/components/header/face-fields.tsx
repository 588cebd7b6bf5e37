// The fields that say which face it is: its seed, and where the model has one its truncation.
import { useComputed } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { mostPsi } from '../../../../core/models/latents.ts';
import { choosePsi } from '../../actions/edit/choose-psi.ts';
import { chooseSeed } from '../../actions/faces/choose-face.ts';
import { clearRefusal } from '../../actions/messages.ts';
import { useStudio } from '../common/studio-context.ts';

export function SeedField() {
  const { state, act } = useStudio();
  const { edit } = state;
  const field = useRef<HTMLInputElement>(null);
  const seed = useComputed(() => ('seed' in edit.value ? String(edit.value.seed) : '')).value;
  return (
    <form
      class="seed"
      onSubmit={event => {
        event.preventDefault(); // what was typed has been taken by the field's change, which comes first
        field.current!.blur();
      }}
    >
      <label for="seed">Seed</label>
      <input
        ref={field}
        id="seed"
        class="field"
        inputMode="numeric"
        autocomplete="off"
        value={seed}
        placeholder="none"
        onInput={() => act(clearRefusal)}
        onKeyDown={event => {
          if (event.key === 'Escape') event.currentTarget.value = seed;
        }}
        onChange={event => {
          if (event.currentTarget.value !== seed) act(chooseSeed, event.currentTarget.value);
          event.currentTarget.value = 'seed' in edit.value ? String(edit.value.seed) : '';
        }}
      />
    </form>
  );
}

export function PsiField() {
  const { state, act } = useStudio();
  const { edit } = state;
  const psi = useComputed(() => ('seed' in edit.value ? String(edit.value.psi ?? '') : '')).value;
  return (
    <form
      class="seed psi"
      noValidate // the step is for the field's arrows: any ψ in its range is taken
      onSubmit={event => {
        event.preventDefault();
        (document.activeElement as HTMLElement | null)?.blur();
      }}
    >
      <label for="psi" title="Truncation: 0 is the mean face, 1 all variety; a lower value makes fewer broken faces">
        ψ
      </label>
      <input
        id="psi"
        class="field"
        type="number"
        min="0"
        max={mostPsi}
        step="0.05"
        aria-label="Truncation ψ, from the mean face at 0 to all variety at 1"
        value={psi}
        disabled={psi === ''}
        onInput={() => act(clearRefusal)}
        onKeyDown={event => {
          if (event.key === 'Escape') event.currentTarget.value = psi;
        }}
        onChange={event => {
          if (event.currentTarget.value !== psi) act(choosePsi, event.currentTarget.value);
          event.currentTarget.value = 'seed' in edit.value ? String(edit.value.psi ?? '') : '';
        }}
      />
    </form>
  );
}
