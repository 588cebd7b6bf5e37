// Conditional manipulation: removes from an attribute's direction all that would change locked attributes.
import type { Normal } from '../directions/direction.ts';
import { firstFew, UserError } from '../errors.ts';
import { cosine, length, orthonormalBasis, removeSpan, scaled } from '../math/linear-algebra.ts';

export interface Conditioned {
  /** Unit vector [d] orthogonal to every locked normal; zeros where nothing is left. */
  readonly conditionedNormal: Float64Array;
  /** ‖p′‖ in [0, 1]: how much of the direction is left, 1 being all of it. */
  readonly residual: number;
}

/** Residuals below this are refused: nearly every change of the attribute would change a locked one too. */
export const smallestResidual = 0.05;

/** Locks that an error names, those first that take most of the direction: the first of them is to be unlocked. */
const mostNamed = 3;

/** @returns an orthonormal basis of the locked normals, which may be dependent; empty for none. */
export function spanOf(locks: readonly Normal[]): Float64Array[] {
  return orthonormalBasis(sortedByName(locks).map(lock => lock.normal));
}

/**
 * Projects p to p′ = p − C⁺C p and brings it to unit length; the rows of C are the locked normals (Shen et al. 2020,
 * §3.2, in closed form for any number of locks). C's row space is spanned by an orthonormal basis from a QR
 * factorisation of Cᵀ, so dependent locks are no special case, and neither is having none.
 * @param primal the direction that is moved. @param locks in any order; one on the primal attribute does not count.
 * @param span the basis of the locks that count, where it is known already: it is the costly part.
 */
export function projectOut(
  primal: Normal,
  locks: readonly Normal[],
  span: readonly Float64Array[] = spanOf(othersThan(primal, locks)),
): Conditioned {
  const rest = removeSpan(primal.normal, span);
  const residual = length(rest);
  return { conditionedNormal: scaled(rest, residual > 0 ? 1 / residual : 0), residual };
}

/** Does `projectOut`. @throws UserError naming the locks where they leave less than `smallestResidual`. */
export function conditionNormal(primal: Normal, locks: readonly Normal[], span?: readonly Float64Array[]): Conditioned {
  const conditioned = projectOut(primal, locks, span);
  if (conditioned.residual >= smallestResidual) return conditioned;
  const percent = `${(100 * conditioned.residual).toFixed(1)} %`;
  throw new UserError(
    `cannot move ${primal.attribute}: its locks must leave at least ${100 * smallestResidual} % of its direction; ` +
      `got ${percent} with ${locksInTheWay(primal, locks)} locked. Unlock the first of them`,
  );
}

/** Sorts by attribute, so that a set of directions gives the same bits in whatever order it is listed. */
export function sortedByName<T extends { readonly attribute: string }>(list: readonly T[]): T[] {
  return [...list].sort((a, b) => (a.attribute < b.attribute ? -1 : a.attribute > b.attribute ? 1 : 0));
}

function othersThan(primal: Normal, locks: readonly Normal[]): Normal[] {
  return locks.filter(lock => lock.attribute !== primal.attribute);
}

/** @returns names of the locks, the one that takes most of the direction first. */
export function locksInTheWay(primal: Normal, locks: readonly Normal[]): string {
  const overlap = (lock: Normal) => Math.abs(cosine(lock.normal, primal.normal));
  const names = othersThan(primal, locks)
    .sort((a, b) => overlap(b) - overlap(a))
    .map(lock => lock.attribute);
  return firstFew(names, mostNamed);
}
