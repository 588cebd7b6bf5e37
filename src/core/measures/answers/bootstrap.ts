// The bootstrap interval of a figure: how much it would vary if other samples had been drawn.
import type { Random } from '../../math/random.ts';
import { quantile } from '../../math/statistics.ts';
import type { Confusion } from './binary-classification.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * The 95 % percentile bootstrap interval (Efron 1979): as many samples as were counted are drawn again from them with
 * replacement, and the figure taken anew.
 * @param figure for example `accuracy`. @param draws how often all samples are drawn again.
 */
export function bootstrapInterval(
  counts: Confusion,
  figure: (counts: Confusion) => number,
  random: Random,
  draws = 200,
): Interval {
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = counts;
  const total = truePositives + falsePositives + trueNegatives + falseNegatives;
  const figures = Array.from({ length: draws }, () => {
    const drawn = [0, 0, 0, 0] as [number, number, number, number];
    for (let i = 0; i < total; i++) {
      const sample = random.integer(total);
      const kind = sample < truePositives ? 0 : sample < truePositives + falsePositives ? 1 : 2;
      drawn[kind === 2 && sample >= total - falseNegatives ? 3 : kind]++;
    }
    const [tp, fp, tn, fn] = drawn;
    return figure({ truePositives: tp, falsePositives: fp, trueNegatives: tn, falseNegatives: fn });
  });
  return { low: quantile(figures, 0.025), high: quantile(figures, 0.975) };
}
