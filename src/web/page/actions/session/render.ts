// Keeps the screen up to date with the edit: draws the latest wanted face, then asks the classifier about it.
import { batch, effect, untracked } from '@preact/signals';
import { UserError } from '../../../../core/errors.ts';
import type { Drawn, Edit, Model } from '../../../shared/protocol.ts';
import { openingFace, sameEdit, sameStart, unedited } from '../../state/edits.ts';
import { type Figures, probabilitiesOf } from '../../state/figures.ts';
import type { Studio } from '../../state/studio-state.ts';
import { editFailed, editWorked } from '../edit/apply-edit.ts';
import { bringBack, isDrawable, photoNotHere } from '../photo/open-portraits.ts';
import { latestWins, throttled } from './pacing.ts';

/** Milliseconds between changes of the rows of figures; faster than that nobody reads. */
const readoutEvery = 100;

/** @returns a function that ends it. */
export function startRendering(studio: Studio): () => void {
  const { state, faceWorker } = studio;
  const model = state.model.value!;
  let before: Figures = { probabilities: [], distances: {} };
  let drawnAt = state.zoom.value;
  const readOut = throttled(readoutEvery, (after: Figures) => {
    state.figures.value = { before, after };
  });
  const figuresOf = async ({ distances }: Drawn): Promise<Figures> => {
    return { probabilities: probabilitiesOf(model, await faceWorker.score()), distances };
  };
  const show = latestWins(async (edit: Edit) => {
    try {
      // Here alone, so that edits of several photos can be wished for in any order.
      if (!(await bringBack(studio, edit))) throw new UserError(photoNotHere);
      const known = state.before.value;
      const zoom = state.zoom.value;
      const isKnown = known !== undefined && sameStart(known.edit, edit) && zoom === drawnAt;
      const plain = isKnown ? known : { ...(await faceWorker.draw(unedited(edit))), edit: unedited(edit) };
      const figures = isKnown ? before : await figuresOf(plain);
      const isPlain = sameEdit(edit, plain.edit);
      const drawn = isPlain ? plain : await faceWorker.draw(edit);
      [before, drawnAt] = [figures, zoom];
      batch(() => {
        state.playing.value = undefined;
        state.before.value = plain; // with the edit, or the divider would part two faces for a while
        state.shown.value = { ...drawn, edit };
        editWorked(studio, edit);
      });
      readOut(isPlain ? before : await figuresOf(drawn));
    } catch (error) {
      // Its photo gave way to another while it waited: it was wished for no longer, and is drawn when it is again.
      if (edit !== state.edit.value && !isDrawable(state, edit)) return;
      if (error instanceof UserError) editFailed(studio, edit, lastGood(state.shown.value?.edit, edit, model), error);
      else state.phase.value = { kind: 'failed', problem: `Drawing failed: ${(error as Error).message}` };
    }
  });
  return effect(() => {
    state.zoom.value; // a photo is drawn anew at another size
    const edit = state.edit.value;
    untracked(() => show(edit)); // what it reads on its way is no reason to draw again
  });
}

/** The edit on the screen; without one, the unedited face of the edit that failed; if that is what failed, the opening face. */
function lastGood(shown: Edit | undefined, failed: Edit, model: Model): Edit {
  if (shown !== undefined) return shown;
  return failed.moves.length + failed.locks.length > 0 ? unedited(failed) : openingFace(model);
}
