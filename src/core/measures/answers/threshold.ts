// Chooses the logit above which a classifier says yes, and compares its answers with always giving the more common one.
import { type Confusion, confusion } from './binary-classification.ts';
import type { PlattScaling } from './platt-scaling.ts';

/** How yes/no answers compare with always giving the more common one, on the same samples. */
export interface PairedDifference {
  /** Accuracy of the answers less that of the baseline, in [-1, 1]. */
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
 * The threshold at which yes and no are equally likely. On few samples it does better on new ones than the threshold of
 * the highest accuracy, which the luck of a handful decides (docs/log.md). Where on these samples the more common answer
 * is better by more than a standard error, the threshold lies beyond them all: new samples get this answer too, but for the
 * few that lie further out.
 * @param logits [n]. @param labels [n], 1 for yes and 0 for no. @param scaling fitted to them.
 * @returns a logit above it counts as yes.
 */
export function evenThreshold(
  logits: ArrayLike<number>,
  labels: ArrayLike<number>,
  { slope, intercept }: PlattScaling,
): number {
  const threshold = (0 - intercept) / slope;
  const counts = confusion(logits, labels, threshold);
  const { difference, standardError } = gainOverCommon(counts);
  if (!(difference < -standardError)) return threshold;
  const outermost = commonIsYes(counts) ? Math.min : Math.max;
  return Array.from(logits).reduce((a, b) => outermost(a, b)) + (commonIsYes(counts) ? -margin : margin);
}

/** Distance of a threshold beyond all logits from the outermost one. */
const margin = 0.5;

/** How answers compare with always giving the one more common among their samples. */
export function gainOverCommon(counts: Confusion): PairedDifference {
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = counts;
  const total = truePositives + falsePositives + trueNegatives + falseNegatives;
  return commonIsYes(counts)
    ? pairedDifference(trueNegatives, falseNegatives, total)
    : pairedDifference(truePositives, falsePositives, total);
}

function commonIsYes({ truePositives, falsePositives, trueNegatives, falseNegatives }: Confusion): boolean {
  return truePositives + falseNegatives > trueNegatives + falsePositives;
}
