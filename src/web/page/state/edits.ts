// Faces as values: where an edit starts, and whether two are the same.
import { startOf } from '../../../core/editing/recipe.ts';
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

/** The face that an edit starts from, without moves and locks. */
export function unedited(edit: Edit): Edit {
  return { ...startOf(edit), moves: [], locks: [], geometry: edit.geometry, hold: 'linear' };
}

/** Whether two edits start from the same face, truncated alike, in the same geometry. */
export function sameStart(a: Edit, b: Edit): boolean {
  if (a.geometry !== b.geometry) return false;
  if ('seed' in a || 'seed' in b) return 'seed' in a && 'seed' in b && a.seed === b.seed && a.psi === b.psi;
  if ('portrait' in a || 'portrait' in b) return 'portrait' in a && 'portrait' in b && a.portrait === b.portrait;
  return a.latent.length === b.latent.length && [...a.latent].every((x, i) => x === b.latent[i]);
}

/** Whether two edits are the same in every word. */
export function sameEdit(a: Edit, b: Edit): boolean {
  const said = ({ moves, locks, hold = 'linear', layers }: Edit) => JSON.stringify([moves, locks, hold, layers]);
  return sameStart(a, b) && said(a) === said(b);
}
