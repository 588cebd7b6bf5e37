// Faces to start from: those of consecutive seeds, none left out, and those edited here lately.
import './gallery.css';
import { useComputed, useSignal } from '@preact/signals';
import type { Edit } from '../../../shared/protocol.ts';
import { chooseFace } from '../../actions/faces/choose-face.ts';
import { moreFaces } from '../../actions/faces/more-faces.ts';
import { forgetPhotos } from '../../actions/photo/forget-photos.ts';
import { openKept } from '../../actions/photo/open-kept.ts';
import { faceName } from '../../display/wording.ts';
import { sameStart } from '../../state/edits.ts';
import type { KeptPortrait, Thumbnail } from '../../state/studio-state.ts';
import { ActionButton } from '../common/action-button.tsx';
import { useStudio } from '../common/studio-context.ts';
import { ThumbnailButton } from './thumbnail.tsx';

export function Gallery() {
  const { gallery, recent, kept } = useStudio().state;
  const chosen = useSignal<'seeds' | 'recent' | 'photos'>('seeds');
  const shown = chosen.value === 'photos' && kept.value.length === 0 ? 'seeds' : chosen.value;
  const drawn = recent.value.filter(({ frame }) => !('problem' in frame)); // those of photos that are not open are not
  const list = { seeds: gallery.value, recent: drawn, photos: [] }[shown];
  const choice = (label: string, value: typeof shown) => (
    <button
      type="button"
      aria-pressed={shown === value}
      onClick={() => {
        chosen.value = value;
      }}
    >
      {label}
    </button>
  );
  return (
    <nav class="gallery" aria-label="Faces to start from">
      <div class="choice small">
        {choice('Seeds', 'seeds')}
        {choice('Recent', 'recent')}
        {kept.value.length > 0 && choice('Photos', 'photos')}
      </div>
      <ul class="thumbnails">
        {list.map(each => (
          <li key={keyOf(each.edit)}>
            <Item thumbnail={each} />
          </li>
        ))}
        {shown === 'photos' &&
          kept.value.map(each => (
            <li key={each.sha256}>
              <KeptItem kept={each} />
            </li>
          ))}
        {shown === 'photos' && (
          <li>
            <ActionButton action={forgetPhotos} />
          </li>
        )}
        {shown === 'seeds' && (
          <li>
            <ActionButton action={moreFaces} />
          </li>
        )}
      </ul>
    </nav>
  );
}

/** An item is never given the face of another: whether its face is the one on the screen is computed for one. */
function keyOf(edit: Edit): string {
  if ('portrait' in edit) return edit.portrait;
  return 'seed' in edit ? `${edit.seed} ${edit.psi}` : edit.latent.join();
}

function KeptItem({ kept }: { readonly kept: KeptPortrait }) {
  const { state, act } = useStudio();
  const { sha256, name, pixels, isOfOther } = kept;
  return (
    <ThumbnailButton
      frame={{ pixels, distances: {}, logits: new Float32Array() }}
      label={`Photo ${name}${isOfOther ? ', found by another model: opening it finds its face anew' : ''}`}
      pressed={useComputed(() => 'portrait' in state.edit.value && state.edit.value.portrait === sha256).value}
      onPress={() => act(openKept, kept)}
    />
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
