// Fills the gallery with faces of consecutive seeds, uncurated.
import { faceOf, type Studio } from '../state.ts';

/** Faces that are drawn at a time: what one sees moves meanwhile. */
const batch = 8;

/** Faces of one showing. */
const page = 24;

/** Adds a page of faces, a few at a time. */
export async function showGallery({ state, engine }: Studio): Promise<void> {
  const first = state.gallery.value.length;
  for (let seed = first; seed < first + page; seed += batch) {
    const edits = Array.from({ length: batch }, (_, i) => faceOf(seed + i, state.model.value));
    const frames = await engine.frames(edits);
    state.gallery.value = [...state.gallery.value, ...edits.map((edit, i) => ({ edit, frame: frames[i]! }))];
  }
}
