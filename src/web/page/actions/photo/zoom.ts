// How much of the photo around the face is shown.
import type { ReadonlyState, Studio } from '../../state/studio-state.ts';

/** Widths of what is shown, in those of the face's square; 0 is the whole photo. */
const zooms = [1, 1.6, 2.5, 4, 0];

/** Whether a photo is on the screen. */
export function showsPhoto({ edit, portrait }: ReadonlyState): boolean {
  return 'portrait' in edit.value && edit.value.portrait === portrait.value?.sha256;
}

/** @param step 1 for more of the photo, −1 for less. */
export function canZoom(state: ReadonlyState, step: number): boolean {
  return showsPhoto(state) && zooms[zooms.indexOf(state.zoom.value) + step] !== undefined;
}

/** @param step see `canZoom`. */
export async function zoomBy({ state, faceWorker }: Studio, step: number): Promise<void> {
  const zoom = zooms[zooms.indexOf(state.zoom.value) + step];
  if (zoom === undefined || !canZoom(state, step)) return;
  const set = faceWorker.setView(zoom); // sent first: the worker answers in order
  state.zoom.value = zoom; // the renderer draws both pictures again
  await set;
}
