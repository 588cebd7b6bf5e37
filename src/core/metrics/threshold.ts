// Chooses where a classifier's yes begins, from labelled examples.

/**
 * The threshold of highest accuracy; of equally good ones the nearest to 0, so that few examples do not pull it far.
 * @param logits [n]. @param labels [n], 1 for yes and 0 for no. @returns a score above it counts as yes.
 */
export function bestThreshold(logits: ArrayLike<number>, labels: ArrayLike<number>): number {
  const order = Uint32Array.from({ length: logits.length }, (_, i) => i).sort((a, b) => logits[a]! - logits[b]!);
  let best = 0;
  let bestRight = Number.NEGATIVE_INFINITY;
  // Relative to saying yes to all: each "no" below the threshold is a gain, each "yes" a loss.
  let right = 0;
  for (let below = 0; below <= order.length; below++) {
    const low = below === 0 ? Number.NEGATIVE_INFINITY : logits[order[below - 1]!]!;
    const high = below === order.length ? Number.POSITIVE_INFINITY : logits[order[below]!]!;
    if (low < high) {
      const nearest = between(low, high);
      if (right > bestRight || (right === bestRight && Math.abs(nearest) < Math.abs(best))) {
        [best, bestRight] = [nearest, right];
      }
    }
    if (below < order.length) right += labels[order[below]!] === 1 ? -1 : 1;
  }
  return best;
}

/** The middle of a gap, or just beyond the outermost score; 0 where it lies inside. */
function between(low: number, high: number): number {
  if (low < 0 && high > 0) return 0;
  if (low === Number.NEGATIVE_INFINITY) return high - 0.5;
  return high === Number.POSITIVE_INFINITY ? low + 0.5 : (low + high) / 2;
}
