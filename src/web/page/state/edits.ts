// Faces as values: where an edit starts, and whether two are the same.
import { startOf } from '../../../core/editing/start.ts';
import type { Edit, Model } from '../../shared/protocol.ts';

/** The face of a first visit where the bundle names none: seed 12 is a whole face of the shipped model. */
const usualOpeningSeed = 12;

/** @returns the face that the page opens with. */
export function openingFace(model: Pick<Model, 'geometry' | 'psi' | 'openWith'>): Edit {
  return faceOf(model.openWith?.seed ?? usualOpeningSeed, model);
}

/**
 * The face of a seed as it is.
 * @param model left out while there is none yet.
 * @param psi its truncation; left out, the model's, if it has any.
 */
export function faceOf(seed: number, model?: Pick<Model, 'geometry' | 'psi'>, psi = model?.psi): Edit {
  const start = { seed, ...(psi !== undefined && { psi }) };
  return { ...start, moves: [], locks: [], geometry: model?.geometry ?? 'sphere', hold: 'linear' };
}

/** The face of a photo as it is. */
export function portraitEdit(portrait: string): Edit {
  return { portrait, moves: [], locks: [], geometry: 'linear', hold: 'linear' };
}

/** The face that an edit starts from, without moves and locks. */
export function unedited(edit: Edit): Edit {
  return { ...startOf(edit), moves: [], locks: [], geometry: edit.geometry, hold: 'linear' };
}

/** Whether two edits start from the same face, truncated alike, in the same geometry. */
export function sameStart(a: Edit, b: Edit): boolean {
  return sameFace(a, b) && ('seed' in a && a.psi) === ('seed' in b && b.psi);
}

/** Whether two edits start from the same face in the same geometry, however it is truncated. */
export function sameFace(a: Edit, b: Edit): boolean {
  if (a.geometry !== b.geometry) return false;
  if ('seed' in a || 'seed' in b) return 'seed' in a && 'seed' in b && a.seed === b.seed;
  if ('portrait' in a || 'portrait' in b) return 'portrait' in a && 'portrait' in b && a.portrait === b.portrait;
  return a.latent.length === b.latent.length && [...a.latent].every((x, i) => x === b.latent[i]);
}

/** Whether two edits are the same in every word. */
export function sameEdit(a: Edit, b: Edit): boolean {
  const said = ({ moves, locks, hold = 'linear', layers }: Edit) => JSON.stringify([moves, locks, hold, layers]);
  return sameStart(a, b) && said(a) === said(b);
}

/** Whether two edits differ at most in where they move one attribute to, and in how they hold their locks. */
export function sameBut(attribute: string, a: Edit, b: Edit): boolean {
  const others = (edit: Edit): Edit => ({
    ...edit,
    moves: edit.moves.filter(move => move.attribute !== attribute),
    hold: 'linear',
  });
  return sameEdit(others(a), others(b));
}
