// Calibrates distances from a boundary: how sure the classifier is of the attribute there, and how far edits may go.
import { quantile } from '../math/statistics.ts';

export interface DistanceCalibration {
  /** The median logit at each distance, made monotone: [distance, logit], distances rising, logits never falling. */
  readonly curve: readonly (readonly [number, number])[];
  /** Distances between which the median rises and few other attributes change; undefined without such a stretch. */
  readonly safeRange: readonly [number, number] | undefined;
}

/** Share of changed answers among the other attributes from which a face is no longer the one that was edited. */
export const mostFlips = 0.15;

/**
 * @param distances [m], rising. @param logits [faces, m] of the moved attribute, each face moved to each distance.
 * @param flips [m]: mean share of the other attributes whose answer differs from that on the unmoved face.
 */
export function calibrateDistances(
  distances: readonly number[],
  logits: Float32Array,
  flips: readonly number[],
): DistanceCalibration {
  const m = distances.length;
  const medians = distances.map((_, at) =>
    quantile(
      logits.filter((_value, i) => i % m === at),
      0.5,
    ),
  );
  const rising = isotonic(medians);
  const curve = distances.map((distance, at) => [distance, rising[at]!] as const);
  // Where moved faces differ least from themselves is where faces are.
  const home = flips.indexOf(Math.min(...flips));
  if (flips[home]! >= mostFlips) return { curve, safeRange: undefined };
  const mayGo = (from: number, to: number) =>
    flips[to] !== undefined && flips[to] < mostFlips && rising[Math.max(from, to)]! > rising[Math.min(from, to)]!;
  let [low, high] = [home, home];
  while (mayGo(low, low - 1)) low--;
  while (mayGo(high, high + 1)) high++;
  return { curve, safeRange: low < high ? [distances[low]!, distances[high]!] : undefined };
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
