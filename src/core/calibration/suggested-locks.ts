// Finds the locks that keep an edit to what was asked for: predicted on the linear part of what the networks answer.
import type { Normal } from '../directions/direction.ts';
import { projectOut } from '../editing/conditioning.ts';
import { dot } from '../math/linear-algebra.ts';

export interface LockSearch {
  /** The direction that is moved. */
  readonly moved: Normal;
  /** Directions that could be locked; the moved one does not count. */
  readonly candidates: readonly Normal[];
  /** The change of each attribute's logit for a step along each axis (`linearResponse`), a row [d] an attribute. */
  readonly slopes: readonly Float64Array[];
  /** Margins of some faces, [n, attributes]: logit − threshold, positive where the attribute is seen. */
  readonly margins: Float32Array;
  /** The moved attribute's row in `slopes`. */
  readonly column: number;
  /** Margins that each face is moved to: where the attribute counts as surely absent, and as surely present. */
  readonly targets: readonly [number, number];
  readonly mostLocks: number;
  /** Locks that leave less of the direction than this are not suggested. */
  readonly leastResidual: number;
}

export interface LockStep {
  /** All locks so far, the most useful first. */
  readonly locks: readonly string[];
  /** Mean share of the other attributes whose answer would change. */
  readonly flips: number;
}

/** The smallest share of flips that a lock must save: each also takes something from the direction. */
const leastGain = 5e-4;

/**
 * Adds, one at a time, the lock that lowers the predicted flips most, until none does.
 * @returns one step for each number of locks, beginning with none.
 */
export function searchLocks(search: LockSearch): LockStep[] {
  const { moved, candidates, mostLocks, leastResidual } = search;
  const steps: LockStep[] = [{ locks: [], flips: predictedFlips(search, moved.normal) }];
  let locked: Normal[] = [];
  while (locked.length < mostLocks) {
    let best: { lock: Normal; flips: number } | undefined;
    for (const lock of candidates) {
      if (lock.attribute === moved.attribute || locked.includes(lock)) continue;
      const { conditionedNormal, residual } = projectOut(moved, [...locked, lock]);
      if (residual < leastResidual) continue;
      const flips = predictedFlips(search, conditionedNormal);
      if (best === undefined || flips < best.flips) best = { lock, flips };
    }
    // Infinity less Infinity is NaN: where nothing makes the attribute rise, no lock helps.
    if (best === undefined || !(steps.at(-1)!.flips - best.flips >= leastGain)) break;
    locked = [...locked, best.lock];
    steps.push({ locks: locked.map(({ attribute }) => attribute), flips: best.flips });
  }
  return steps;
}

/**
 * Mean share of the other attributes' answers that change when each face goes along `direction` as far as its own
 * attribute needs to reach either target; Infinity for a direction along which it does not rise.
 */
export function predictedFlips({ slopes, margins, column, targets }: LockSearch, direction: Float64Array): number {
  const columns = slopes.length;
  const effects = slopes.map(slope => dot(slope, direction));
  const own = effects[column]!;
  if (!(own > 0)) return Number.POSITIVE_INFINITY;
  let flips = 0;
  for (let at = 0; at < margins.length; at += columns) {
    for (const target of targets) {
      const strength = (target - margins[at + column]!) / own;
      for (let j = 0; j < columns; j++) {
        if (j === column) continue;
        const margin = margins[at + j]!;
        if (margin > 0 !== margin + strength * effects[j]! > 0) flips++;
      }
    }
  }
  return flips / (targets.length * (margins.length / columns) * Math.max(1, columns - 1));
}
