// Measures how well a boundary tells labelled latents apart.
import type { Confusion } from '../../measures/answers/binary-classification.ts';
import {
  accuracy,
  balancedAccuracy,
  confusion,
  f1,
  majorityBaseline,
  rocAuc,
} from '../../measures/answers/binary-classification.ts';
import type { LabelledRows } from './samples.ts';
import { decisionValues, type Svm } from './svm.ts';

/** Figures over one set of latents; all but the count in [0, 1]. */
export interface Separation {
  readonly count: number;
  readonly accuracy: number;
  /** The accuracy of always answering with the larger class: what `accuracy` must beat. */
  readonly majorityBaseline: number;
  /** NaN, as `auc`, where all samples are of one class. */
  readonly balancedAccuracy: number;
  readonly f1: number;
  readonly auc: number;
}

type Plane = Pick<Svm, 'weights' | 'bias'>;

/** @param latents [n, size]. @param samples the rows of it to measure on. */
export function separation(latents: Float32Array, samples: LabelledRows, svm: Plane): Separation {
  const { scores, counts } = confusionOf(latents, samples, svm);
  return {
    count: samples.rows.length,
    accuracy: accuracy(counts),
    majorityBaseline: majorityBaseline(counts),
    balancedAccuracy: balancedAccuracy(counts),
    f1: f1(counts),
    auc: rocAuc(scores, samples.labels),
  };
}

/** How often the boundary met the labels. */
export function separationCounts(latents: Float32Array, samples: LabelledRows, svm: Plane): Confusion {
  return confusionOf(latents, samples, svm).counts;
}

function confusionOf(latents: Float32Array, { rows, labels }: LabelledRows, svm: Plane) {
  const scores = decisionValues(latents, rows, svm);
  return { scores, counts: confusion(scores, labels) };
}
