// The dialog in which results are saved, at a size to choose.
import './export-dialog.css';
import { useSignal } from '@preact/signals';
import { labelOf } from '../../../shared/attribute-names.ts';
import {
  exportFilm,
  exportPhoto,
  exportPicture,
  exportRecipe,
  exportStrip,
  filmType,
} from '../../actions/files/export.ts';
import { showsPhoto } from '../../actions/photo/zoom.ts';
import { drawnFrames } from '../../display/film.ts';
import { sameFace } from '../../state/edits.ts';
import { useStudio } from '../common/studio-context.ts';
import { Dialog } from './dialog.tsx';

const sizes = [256, 512, 1024, 2048];

export function ExportDialog() {
  const { state, act } = useStudio();
  const { resolution } = state.model.value!;
  const size = useSignal(Math.max(512, resolution));
  const active = labelOf(state.active.value);
  // While the first picture of a photo is on its way, the one on the screen, which is exported, is of another face.
  const shown = state.shown.value;
  const photo = showsPhoto(state) && shown !== undefined && sameFace(shown.edit, state.edit.value);
  // The side of the picture that is on the screen: larger ones are made of it.
  const own = photo ? Math.sqrt(shown.pixels.length / 4) : resolution;
  const side = Math.max(size.value, own);
  const noStrip = drawnFrames(state.fittingStrip.value).length === 0;
  const film = filmType();
  return (
    <Dialog name="export" title="Export">
      <div class="size">
        <label for="size">Size</label>
        <select
          id="size"
          class="field"
          value={side}
          onChange={event => {
            size.value = Number(event.currentTarget.value);
          }}
        >
          {[own, ...sizes.filter(each => each > own)].map(each => (
            <option key={each} value={each}>
              {each} × {each} pixels{each === own ? (photo ? ', as on the screen' : ', as the model makes it') : ''}
            </option>
          ))}
        </select>
      </div>
      <ul class="exports">
        {photo && (
          <li>
            <span class="photo-types">
              <button type="button" class="button strong" onClick={() => act(exportPhoto, 'image/jpeg')}>
                Photo (JPEG)
              </button>
              <button type="button" class="button" onClick={() => act(exportPhoto, 'image/png')}>
                Photo (PNG)
              </button>
            </span>
            <span>
              The whole photo at its full size, with its recipe inside. Pixels away from the face stay as they are.
            </span>
          </li>
        )}
        <li>
          <button type="button" class={photo ? 'button' : 'button strong'} onClick={() => act(exportPicture, side)}>
            Picture (PNG)
          </button>
          <span>
            {photo ? 'What is on the screen' : 'The face'}, with its recipe inside: drop it on this page to go on from
            it.
          </span>
        </li>
        <li>
          <button
            type="button"
            class="button"
            aria-disabled={noStrip} // often for a moment only: it keeps the focus and, pressed, says why
            onClick={() => act(exportStrip, Math.min(512, side))}
          >
            Strip (PNG)
          </button>
          <span>{active} from less to more, side by side, each at most 512 pixels wide.</span>
        </li>
        <li>
          <button
            type="button"
            class="button"
            disabled={film === undefined}
            // It keeps the focus: Enter pressed twice would save what comes next.
            aria-disabled={noStrip || state.recording.value !== undefined}
            onClick={() => act(exportFilm, side)}
          >
            Film ({film?.startsWith('video/mp4') ? 'MP4' : 'WebM'})
          </button>
          <span>
            {film === undefined ? 'This browser cannot record films.' : `${active} there and back, three seconds.`}
          </span>
        </li>
        <li>
          <button type="button" class="button" onClick={() => act(exportRecipe)}>
            Recipe (JSON)
          </button>
          <span>Seed, moves and locks as text, also for the command line and the library.</span>
        </li>
      </ul>
      <p class="dim">
        Pictures say in their metadata that a trained model {photo ? 'edited' : 'made'} them. Please say so, too,
        wherever you show them.
      </p>
    </Dialog>
  );
}
