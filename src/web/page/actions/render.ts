// Keeps the screen at what the person wants: draws the face, then lets the classifier speak, the latest wish first.
import { batch, effect } from '@preact/signals';
import { UserError } from '../../../core/errors.ts';
import type { Edit, Model } from '../../shared/protocol.ts';
import { latestWins } from '../latest.ts';
import { type Figures, faceOf, probabilitiesOf, type Studio, sameStart, unedited } from '../state.ts';
import { editFailed, editWorked } from './apply-edit.ts';
import { throttled } from './timing.ts';

/** Milliseconds between readouts: 40 rows of figures need not change faster than anyone can read. */
const readoutEvery = 100;

/** @returns a function that ends it. */
export function startRendering(studio: Studio): () => void {
  const { state, engine } = studio;
  const model = state.model.value!;
  let before: Figures = { probabilities: [], distances: {} };
  const readOut = throttled(readoutEvery, (after: Figures) => {
    state.figures.value = { before, after };
  });
  const show = latestWins(async (edit: Edit) => {
    try {
      const known = state.before.value;
      if (known === undefined || !sameStart(known.edit, edit)) {
        const plain = unedited(edit);
        const drawn = await engine.draw(plain);
        before = { probabilities: probabilitiesOf(model, await engine.score()), distances: drawn.distances };
        state.before.value = { ...drawn, edit: plain };
      }
      const drawn = await engine.draw(edit);
      batch(() => {
        state.playing.value = undefined;
        state.shown.value = { ...drawn, edit };
        editWorked(studio, edit);
      });
      readOut({ probabilities: probabilitiesOf(model, await engine.score()), distances: drawn.distances });
    } catch (error) {
      if (error instanceof UserError) editFailed(studio, edit, lastGood(state.shown.value?.edit, edit, model), error);
      else state.phase.value = { kind: 'failed', problem: `Drawing failed: ${(error as Error).message}` };
    }
  });
  return effect(() => {
    show(state.edit.value);
  });
}

/** What is on the screen; before anything is, the face of the edit that failed, or, if it is that itself, any. */
function lastGood(shown: Edit | undefined, failed: Edit, model: Model): Edit {
  if (shown !== undefined) return shown;
  return failed.moves.length + failed.locks.length > 0 ? unedited(failed) : faceOf(0, model);
}
