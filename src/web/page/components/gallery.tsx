// Faces to start from: those of consecutive seeds, and those that were edited here lately.
import { useComputed, useSignal } from '@preact/signals';
import { chooseFace } from '../actions/choose-face.ts';
import { showGallery } from '../actions/gallery.ts';
import { faceName } from '../format.ts';
import { type Studio, sameStart, type Thumbnail } from '../state.ts';
import { useStudio } from './studio-context.ts';
import { ThumbnailButton } from './thumbnail.tsx';

export function Gallery() {
  const studio = useStudio();
  const { gallery, recent } = studio.state;
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
            <Item studio={studio} thumbnail={each} />
          </li>
        ))}
        {showRecent.value || (
          <li class="more">
            <button type="button" class="button" disabled={list.length === 0} onClick={() => showGallery(studio)}>
              More
            </button>
          </li>
        )}
      </ul>
    </nav>
  );
}

function Item({ studio, thumbnail }: { readonly studio: Studio; readonly thumbnail: Thumbnail }) {
  const { edit, frame } = thumbnail;
  const edited = edit.moves.length > 0;
  return (
    <ThumbnailButton
      frame={frame}
      label={`${faceName(edit)}${edited ? ', edited' : ''}`}
      pressed={useComputed(() => sameStart(edit, studio.state.edit.value)).value}
      onPress={() => chooseFace(studio, edit)}
    >
      <span class="seed-badge" aria-hidden="true">
        {'seed' in edit ? edit.seed : '–'}
        {edited && '*'}
      </span>
    </ThumbnailButton>
  );
}
