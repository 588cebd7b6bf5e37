// The bar on top: which model, which face, back and forth, and what to do with the result.
import { useComputed } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { mostPsi } from '../../../core/models/latents.ts';
import { chooseSeed, surprise } from '../actions/choose-face.ts';
import { redo, undo } from '../actions/history.ts';
import { importFile } from '../actions/import.ts';
import { share } from '../actions/share.ts';
import { choosePsi } from '../actions/truncate.ts';
import { HistoryMenu } from './history-menu.tsx';
import { ExportIcon, HelpIcon, ImportIcon, RedoIcon, ShareIcon, SurpriseIcon, UndoIcon } from './icons.tsx';
import { useStudio } from './studio-context.ts';

export function Header() {
  const studio = useStudio();
  const { state } = studio;
  const { name, resolution, device } = state.model.value!;
  return (
    <header class="header">
      <h1 class="brand">face-tuning</h1>
      <p class="chip" title={state.offline.value ? 'Kept on this machine: opens without a network' : undefined}>
        {name} · {resolution}×{resolution} · {device}
        {state.offline.value && <span class="offline"> · works offline</span>}
      </p>
      <div class="tools faces">
        <SeedField />
        {state.model.value!.psi !== undefined && <PsiField />}
        <button type="button" class="button" aria-label="Surprise me" onClick={() => surprise(studio)}>
          <SurpriseIcon /> <span class="word">Surprise me</span>
        </button>
      </div>
      <div class="tools steps">
        <button
          type="button"
          class="button square"
          aria-label="Undo"
          title="Undo (Ctrl+Z)"
          disabled={!state.canUndo.value}
          onClick={() => undo(studio)}
        >
          <UndoIcon />
        </button>
        <HistoryMenu />
        <button
          type="button"
          class="button square"
          aria-label="Redo"
          title="Redo (Ctrl+Shift+Z)"
          disabled={!state.canRedo.value}
          onClick={() => redo(studio)}
        >
          <RedoIcon />
        </button>
      </div>
      <div class="tools results">
        <button type="button" class="button wordless" aria-label="Share link" onClick={() => share(studio)}>
          <ShareIcon /> <span class="word">Share link</span>
        </button>
        <OpenButton />
        <button
          type="button"
          class="button square"
          aria-label="Help"
          title="Help (?)"
          onClick={() => {
            state.dialog.value = 'help';
          }}
        >
          <HelpIcon />
        </button>
      </div>
      <div class="tools save">
        <button
          type="button"
          class="button strong"
          onClick={() => {
            state.dialog.value = 'export';
          }}
        >
          <ExportIcon /> Export
        </button>
      </div>
    </header>
  );
}

function SeedField() {
  const studio = useStudio();
  const { edit } = studio.state;
  const field = useRef<HTMLInputElement>(null);
  const seed = useComputed(() => ('seed' in edit.value ? String(edit.value.seed) : '')).value;
  return (
    <form
      class="seed"
      onSubmit={event => {
        event.preventDefault();
        chooseSeed(studio, field.current!.value);
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
        onChange={event => {
          if (event.currentTarget.value !== seed) chooseSeed(studio, event.currentTarget.value);
          event.currentTarget.value = 'seed' in edit.value ? String(edit.value.seed) : '';
        }}
      />
    </form>
  );
}

function PsiField() {
  const studio = useStudio();
  const { edit } = studio.state;
  const psi = useComputed(() => ('seed' in edit.value ? String(edit.value.psi ?? '') : '')).value;
  return (
    <form
      class="seed psi"
      onSubmit={event => {
        event.preventDefault();
        (document.activeElement as HTMLElement | null)?.blur();
      }}
    >
      <label for="psi" title="Truncation: 0 is the mean face, 1 all variety; less of it makes fewer broken faces">
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
        onChange={event => {
          if (event.currentTarget.value !== psi) choosePsi(studio, event.currentTarget.value);
          event.currentTarget.value = 'seed' in edit.value ? String(edit.value.psi ?? '') : '';
        }}
      />
    </form>
  );
}

function OpenButton() {
  const studio = useStudio();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        class="button wordless"
        aria-label="Open a picture or recipe"
        title="Open a picture or recipe that was saved here; or drop one on the page"
        onClick={() => input.current!.click()}
      >
        <ImportIcon /> <span class="word">Open</span>
      </button>
      <input
        ref={input}
        id="open-file"
        type="file"
        hidden
        accept=".png,.json,image/png,application/json"
        aria-label="Picture or recipe to open"
        onChange={event => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = '';
          if (file !== undefined) importFile(studio, file);
        }}
      />
    </>
  );
}
