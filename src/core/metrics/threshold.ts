// Chooses where a classifier's yes begins, from labelled examples.

/** How a yes/no answer compares with always giving the more common one, on the same samples. */
export interface PairedDifference {
  /** Of the accuracies, in [-1, 1]. */
  readonly difference: number;
  /** Its standard error: that of the mean of the samples' own differences, which are −1, 0 or 1. */
  readonly standardError: number;
}

/** @param wins, losses samples that only the answer, or only the baseline, has right. @param total all samples. */
export function pairedDifference(wins: number, losses: number, total: number): PairedDifference {
  const difference = (wins - losses) / total;
  return { difference, standardError: Math.sqrt(((wins + losses) / total - difference ** 2) / total) };
}

/**
 * The threshold whose gain in accuracy over always giving the more common answer is surest: the gain less its standard
 * error is largest. Where no gain is sure, it lies beyond all samples, so that the more common answer is always given:
 * the accuracies of a few samples would otherwise choose by chance. Of equally good ones the nearest to 0.
 * @param logits [n]. @param labels [n], 1 for yes and 0 for no. @returns a score above it counts as yes.
 */
export function surestThreshold(logits: ArrayLike<number>, labels: ArrayLike<number>): number {
  const order = Uint32Array.from({ length: logits.length }, (_, i) => i).sort((a, b) => logits[a]! - logits[b]!);
  const total = order.length;
  let positives = 0;
  for (let i = 0; i < total; i++) positives += labels[i]!;
  const commonIsYes = 2 * positives > total;
  let [best, bestBound] = [0, Number.NEGATIVE_INFINITY];
  let [yesBelow, noBelow] = [0, 0];
  for (let below = 0; below <= total; below++) {
    const low = below === 0 ? Number.NEGATIVE_INFINITY : logits[order[below - 1]!]!;
    const high = below === total ? Number.POSITIVE_INFINITY : logits[order[below]!]!;
    if (low < high) {
      // Where the answer is not the common one: below the threshold if that is yes, above it if it is no.
      const [wins, losses] = commonIsYes ? [noBelow, yesBelow] : [positives - yesBelow, total - positives - noBelow];
      const { difference, standardError } = pairedDifference(wins, losses, total);
      const [bound, nearest] = [difference - standardError, between(low, high)];
      if (bound > bestBound || (bound === bestBound && Math.abs(nearest) < Math.abs(best))) {
        [best, bestBound] = [nearest, bound];
      }
    }
    if (below < total) labels[order[below]!] === 1 ? yesBelow++ : noBelow++;
  }
  return best;
}

/** The middle of a gap, or just beyond the outermost score; 0 where it lies inside. */
function between(low: number, high: number): number {
  if (low < 0 && high > 0) return 0;
  if (low === Number.NEGATIVE_INFINITY) return high - 0.5;
  return high === Number.POSITIVE_INFINITY ? low + 0.5 : (low + high) / 2;
}
