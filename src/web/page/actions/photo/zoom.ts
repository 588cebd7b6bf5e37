// Shows more or less of the photo around the face.
import { lineIcon } from '../../display/icons.tsx';
import type { ReadonlyState, Studio } from '../../state/studio-state.ts';
import type { Action } from '../action.ts';

/** Widths of what is shown, in those of the face's square; 0 is the whole photo. */
const zooms = [1, 1.6, 2.5, 4, 0];

/** Whether a photo is on the screen. */
export function showsPhoto({ edit, portrait }: ReadonlyState): boolean {
  return 'portrait' in edit.value && edit.value.portrait === portrait.value?.sha256;
}

function canZoom(state: ReadonlyState, step: number): boolean {
  return showsPhoto(state) && zooms[zooms.indexOf(state.zoom.value) + step] !== undefined;
}

async function zoomBy({ state, faceWorker }: Studio, step: number): Promise<void> {
  const zoom = zooms[zooms.indexOf(state.zoom.value) + step];
  if (zoom === undefined || !canZoom(state, step)) return;
  const set = faceWorker.setView(zoom); // sent first: the worker answers in order
  state.zoom.value = zoom; // the renderer draws both pictures again
  await set;
}

const [glass, handle, line] = ['M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13', 'm15.5 15.5 5 5', 'M7.5 10.5h6'];

export const zoomIn: Action = {
  id: 'zoom-in',
  label: 'Zoom in',
  icon: lineIcon(glass, handle, line, 'M10.5 7.5v6'),
  look: 'icon',
  keys: [{ key: '+' }],
  help: 'Show less of the photo around the face',
  enabled: state => canZoom(state, -1),
  perform: studio => zoomBy(studio, -1),
};

export const zoomOut: Action = {
  id: 'zoom-out',
  label: 'Zoom out',
  icon: lineIcon(glass, handle, line),
  look: 'icon',
  keys: [{ key: '-' }],
  help: 'Show more of the photo around the face',
  enabled: state => canZoom(state, 1),
  perform: studio => zoomBy(studio, 1),
};
