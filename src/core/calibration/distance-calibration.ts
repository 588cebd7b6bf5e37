// Calibrates distances from a boundary: how sure the classifier is of the attribute there, and how far edits may go.

/** Share of changed answers among the other attributes from which a face is no longer the one that was edited. */
export const mostFlips = 0.15;

/**
 * @param distances [m], rising. @param logits [m]: the median logit of the moved attribute at each distance;
 *   NaN where hardly a face gets.
 * @returns the logits made monotone: [distance, logit], distances rising, logits never falling.
 */
export function calibrationCurve(
  distances: readonly number[],
  logits: readonly number[],
): readonly (readonly [number, number])[] {
  const reached = reachedOf(logits);
  const rising = isotonic(reached.map(at => logits[at]!));
  return reached.map((at, i) => [distances[at]!, rising[i]!] as const);
}

/** @returns the places of what is not NaN. */
function reachedOf(values: readonly number[]): readonly number[] {
  return values.flatMap((value, at) => (Number.isNaN(value) ? [] : [at]));
}

/**
 * @param distances [m], rising. @param logits [m] as for `calibrationCurve`.
 * @param flips [m]: mean share of the other attributes whose answer differs from that on the unmoved face; NaN likewise.
 * @returns distances between which few other attributes change, from where the median begins to rise to where it no
 *   longer does; undefined without such a stretch.
 */
export function safeRangeOf(
  distances: readonly number[],
  logits: readonly number[],
  flips: readonly number[],
): readonly [number, number] | undefined {
  const reached = reachedOf(logits);
  if (reached.length === 0) return undefined;
  const rising = isotonic(reached.map(at => logits[at]!));
  const flipped = reached.map(at => flips[at]!);
  // Where moved faces differ least from themselves is where faces are.
  const home = flipped.indexOf(Math.min(...flipped));
  if (flipped[home]! >= mostFlips) return undefined;
  const isKept = (at: number) => flipped[at] !== undefined && flipped[at] < mostFlips;
  let [low, high] = [home, home];
  while (isKept(low - 1)) low--;
  while (isKept(high + 1)) high++;
  // Only then its flat ends are left out: medians of few faces jump, and a dent on the way is no end.
  while (low < high && rising[low + 1] === rising[low]) low++;
  while (low < high && rising[high - 1] === rising[high]) high--;
  return low < high ? [distances[reached[low]!]!, distances[reached[high]!]!] : undefined;
}

/** The nondecreasing values nearest to these in squares: pools neighbours that fall (Ayer et al. 1955). */
export function isotonic(values: readonly number[]): number[] {
  const pools: { mean: number; count: number }[] = [];
  for (const value of values) {
    let pool = { mean: value, count: 1 };
    while (pools.length > 0 && pools.at(-1)!.mean >= pool.mean) {
      const last = pools.pop()!;
      const count = last.count + pool.count;
      pool = { mean: (last.mean * last.count + pool.mean * pool.count) / count, count };
    }
    pools.push(pool);
  }
  return pools.flatMap(({ mean, count }) => new Array<number>(count).fill(mean));
}
