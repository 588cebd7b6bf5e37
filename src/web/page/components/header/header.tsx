// The bar on top: the model, the face, its history, and what to do with the result.
import './header.css';
import { redo } from '../../actions/edit/redo.ts';
import { undo } from '../../actions/edit/undo.ts';
import { importFile } from '../../actions/files/import-file.ts';
import { actionsIn } from '../../actions/registry.ts';
import { ActionButton } from '../common/action-button.tsx';
import { useStudio } from '../common/studio-context.ts';
import { PsiField, SeedField } from './face-fields.tsx';
import { HistoryMenu } from './history-menu.tsx';

type Place = Parameters<typeof actionsIn>[0];

export function Header() {
  const { state } = useStudio();
  const { name, resolution, psi } = state.model.value!;
  return (
    <header class="header">
      <h1 class="brand">face-tuning</h1>
      <p class="chip" title={state.offline.value ? 'Kept on this machine: opens without a network' : undefined}>
        {name} · {resolution}×{resolution} · {state.engine.value?.device}
        {state.offline.value && <span class="offline"> · works offline</span>}
      </p>
      <div class="tools faces">
        <SeedField />
        {psi !== undefined && <PsiField />}
        <Buttons place="faces" />
      </div>
      <div class="tools steps">
        <ActionButton action={undo} />
        <HistoryMenu />
        <ActionButton action={redo} />
      </div>
      <div class="tools results">
        <Buttons place="results" />
        <FileInput />
      </div>
      <div class="tools save">
        <Buttons place="save" />
      </div>
    </header>
  );
}

function Buttons({ place }: { readonly place: Place }) {
  const { state } = useStudio();
  return (
    <>
      {actionsIn(place)
        .filter(({ offered }) => offered?.(state) ?? true)
        .map(action => (
          <ActionButton key={action.id} action={action} />
        ))}
    </>
  );
}

/** The browser's own dialog for files; the action "Open" shows it. */
function FileInput() {
  const { act } = useStudio();
  return (
    <input
      id="open-file"
      type="file"
      hidden
      accept=".png,.webp,.jpg,.jpeg,.avif,.tif,.tiff,.json,image/png,image/webp,image/jpeg,image/avif,image/tiff,application/json"
      aria-label="Picture or recipe to open"
      onChange={event => {
        const file = event.currentTarget.files?.[0];
        if (file !== undefined) act(importFile, file);
        event.currentTarget.value = ''; // so that the same file can be chosen again
      }}
    />
  );
}
