// Faces to start from: those of consecutive seeds, none left out, and those edited here lately.
import './gallery.css';
import { useComputed, useSignal } from '@preact/signals';
import { chooseFace } from '../../actions/faces/choose-face.ts';
import { moreFaces } from '../../actions/faces/more-faces.ts';
import { faceName } from '../../display/wording.ts';
import { sameStart } from '../../state/edits.ts';
import type { Thumbnail } from '../../state/studio-state.ts';
import { ActionButton } from '../common/action-button.tsx';
import { useStudio } from '../common/studio-context.ts';
import { ThumbnailButton } from './thumbnail.tsx';

export function Gallery() {
  const { gallery, recent } = useStudio().state;
  const showRecent = useSignal(false);
  const list = showRecent.value ? recent.value : gallery.value;
  const choice = (label: string, value: boolean) => (
    <button
      type="button"
      aria-pressed={showRecent.value === value}
      onClick={() => {
        showRecent.value = value;
      }}
    >
      {label}
    </button>
  );
  return (
    <nav class="gallery" aria-label="Faces to start from">
      <div class="choice small">
        {choice('Seeds', false)}
        {choice('Recent', true)}
      </div>
      <ul class="thumbnails">
        {list.map((each, i) => (
          <li key={'seed' in each.edit ? each.edit.seed : `latent ${i}`}>
            <Item thumbnail={each} />
          </li>
        ))}
        {showRecent.value || (
          <li class="more">
            <ActionButton action={moreFaces} />
          </li>
        )}
      </ul>
    </nav>
  );
}

function Item({ thumbnail }: { readonly thumbnail: Thumbnail }) {
  const { state, act } = useStudio();
  const { edit, frame } = thumbnail;
  const edited = edit.moves.length > 0;
  return (
    <ThumbnailButton
      frame={frame}
      label={`${faceName(edit)}${edited ? ', edited' : ''}`}
      pressed={useComputed(() => sameStart(edit, state.edit.value)).value}
      onPress={() => act(chooseFace, edit)}
    >
      <span class="seed-badge" aria-hidden="true">
        {'seed' in edit ? edit.seed : '–'}
        {edited && '*'}
      </span>
    </ThumbnailButton>
  );
}
