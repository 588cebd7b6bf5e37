// Edits a face in latent space: moves some attributes and holds the locked ones, in a straight line or along a curve.
import { editOnCurve } from './curve-edit.ts';
import type { Edit, Edited } from './request.ts';
import { editStraight } from './straight-edit.ts';

/**
 * Edits a latent: along a curve where `scores` are given, else in a straight line. It is a pure function: neither the
 * order of moves nor that of locks changes the result. Relative moves of one attribute add up; all absolute ones are
 * reached together.
 * @throws UserError as `editStraight` and `editOnCurve`.
 */
export function editLatent(edit: Edit): Edited {
  return edit.scores === undefined ? editStraight(edit) : editOnCurve(edit, edit.scores);
}
