// Grades a yes/no classifier by figures that a rare attribute cannot flatter.

/** How often prediction and label met, over one set of samples. */
export interface Confusion {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
  readonly falseNegatives: number;
}

/**
 * @param scores [n], higher for "yes". @param labels [n], 1 for yes and 0 for no.
 * @param threshold a score above it, not on it, counts as yes.
 */
export function confusion(scores: ArrayLike<number>, labels: ArrayLike<number>, threshold = 0): Confusion {
  let [truePositives, falsePositives, trueNegatives, falseNegatives] = [0, 0, 0, 0];
  for (let i = 0; i < scores.length; i++) {
    const yes = scores[i]! > threshold;
    if (labels[i] === 1) yes ? truePositives++ : falseNegatives++;
    else yes ? falsePositives++ : trueNegatives++;
  }
  return { truePositives, falsePositives, trueNegatives, falseNegatives };
}

/** The share of right predictions, in [0, 1]; NaN without samples. */
export function accuracy(c: Confusion): number {
  return (c.truePositives + c.trueNegatives) / total(c);
}

/** The mean of the two classes' own accuracies, in [0, 1]; NaN where a class is empty. Chance is 0.5. */
export function balancedAccuracy(c: Confusion): number {
  const sensitivity = c.truePositives / (c.truePositives + c.falseNegatives);
  const specificity = c.trueNegatives / (c.trueNegatives + c.falsePositives);
  return (sensitivity + specificity) / 2;
}

/** The harmonic mean of precision and recall of "yes", in [0, 1]; 0 where "yes" was never predicted rightly. */
export function f1(c: Confusion): number {
  if (c.truePositives === 0) return 0;
  return (2 * c.truePositives) / (2 * c.truePositives + c.falsePositives + c.falseNegatives);
}

/** The accuracy of always answering with the larger class, in [0.5, 1]; NaN without samples. */
export function majorityBaseline(c: Confusion): number {
  const positives = c.truePositives + c.falseNegatives;
  return Math.max(positives, total(c) - positives) / total(c);
}

/**
 * Area under the ROC curve: the chance that a random yes scores higher than a random no, a tie counting half
 * (Mann and Whitney's U, by mean ranks).
 * @param scores [n]. @param labels [n], 1 or 0. @returns in [0, 1]; NaN where a class is empty.
 */
export function rocAuc(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  const order = Uint32Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
  let positives = 0;
  let positiveRanks = 0;
  for (let start = 0; start < order.length; ) {
    let end = start;
    let positivesInTie = 0;
    while (end < order.length && scores[order[end]!] === scores[order[start]!]) {
      if (labels[order[end]!] === 1) positivesInTie++;
      end++;
    }
    if (end === start) return Number.NaN; // a NaN equals nothing, itself included
    positives += positivesInTie;
    positiveRanks += (positivesInTie * (start + 1 + end)) / 2;
    start = end;
  }
  const negatives = order.length - positives;
  return (positiveRanks - (positives * (positives + 1)) / 2) / (positives * negatives);
}

function total(c: Confusion): number {
  return c.truePositives + c.falsePositives + c.trueNegatives + c.falseNegatives;
}
