// Fills the gallery with faces of consecutive seeds, none left out, in all their variety: as the model's card shows them.
import { faceOf } from '../../state/edits.ts';
import type { Action } from '../action.ts';

/** Faces that are drawn together; a larger batch would hold up a slider that moves meanwhile. */
const batch = 8;

/** Faces that one request adds. */
const page = 24;

export const moreFaces: Action = {
  id: 'more-faces',
  label: 'More',
  enabled: ({ gallery }) => gallery.value.length > 0,
  perform: async ({ state, faceWorker }) => {
    const model = state.model.value;
    const psi = model?.psi === undefined ? undefined : 1;
    const first = state.gallery.value.length;
    for (let seed = first; seed < first + page; seed += batch) {
      const edits = Array.from({ length: batch }, (_, i) => faceOf(seed + i, model, psi));
      const frames = await faceWorker.frames(edits);
      if (state.gallery.value.length !== seed) return; // pressed twice: another request draws these
      state.gallery.value = [...state.gallery.value, ...edits.map((edit, i) => ({ edit, frame: frames[i]! }))];
    }
  },
};
