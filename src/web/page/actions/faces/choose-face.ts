// Takes another face: a seed that was typed, or one from the gallery.
import type { Edit } from '../../../shared/protocol.ts';
import { faceName } from '../../display/wording.ts';
import { faceOf } from '../../state/edits.ts';
import type { Studio } from '../../state/studio-state.ts';
import { applyEdit } from '../edit/apply-edit.ts';
import { tellRefusal } from '../messages.ts';

/** @param text as typed. */
export function chooseSeed(studio: Studio, text: string): void {
  const seed = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(seed) || seed < 0) {
    tellRefusal(studio.state, `a seed must be a whole number from 0; got "${text.slice(0, 30)}"`);
    return;
  }
  chooseFace(studio, faceLikeThis(studio, seed));
}

export function chooseFace(studio: Studio, edit: Edit): void {
  applyEdit(studio, edit, faceName(edit));
}

/** @returns the face of a seed, truncated as the one on the screen. */
function faceLikeThis({ state }: Studio, seed: number): Edit {
  const edit = state.edit.value;
  return faceOf(seed, state.model.value, 'seed' in edit ? edit.psi : undefined);
}
