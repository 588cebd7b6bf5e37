// Fits one separating hyperplane per attribute in latent space, and measures what it is worth.

import { dot, scaled } from '../math/linear-algebra.ts';
import { createRandom, permutation } from '../math/random.ts';
import {
  accuracy,
  balancedAccuracy,
  confusion,
  f1,
  majorityBaseline,
  rocAuc,
} from '../metrics/binary-classification.ts';
import type { Hyperplane } from './edit.ts';
import type { LabelledRows, SampleChoice, Samples } from './samples.ts';
import { chooseAll, chooseConfident, defaultRatio, gatherRows, labelsByThreshold } from './samples.ts';
import { decisionValues, defaultSvmOptions, fitSvm, type Svm, type SvmOptions } from './svm.ts';

export interface BoundaryOptions extends SvmOptions {
  readonly samples: SampleChoice;
  /** Share of all faces that `confident` takes from each end of the ranking, in (0, 0.5]. */
  readonly ratio: number;
  /** The classifier's threshold for this attribute, as a logit. */
  readonly threshold: number;
  readonly seed: number;
  /** Fit shuffled labels as well, as a control; takes several times as long as the fit itself. */
  readonly control: boolean;
}

export const defaultBoundaryOptions: BoundaryOptions = {
  ...defaultSvmOptions,
  samples: 'confident',
  ratio: defaultRatio,
  threshold: 0,
  seed: 0,
  control: true,
};

/** How well a boundary tells one set of latents apart; all in [0, 1]. */
export interface Separation {
  readonly count: number;
  readonly accuracy: number;
  /** The accuracy of always answering with the larger class: what `accuracy` must beat. */
  readonly majorityBaseline: number;
  readonly balancedAccuracy: number;
  readonly f1: number;
  readonly auc: number;
}

export interface BoundaryMetrics {
  /** Samples the boundary was fitted to and tested on together: the report's "data size". */
  readonly dataSize: number;
  /** Faces above the classifier's threshold, of all. */
  readonly positives: number;
  readonly faces: number;
  readonly training: Separation;
  readonly test: Separation;
  /** On every face that was not trained on, labelled by threshold, however unsure the classifier is. */
  readonly heldOut: Separation;
  /** The test faces under a boundary fitted to shuffled training labels: chance, or something leaks. */
  readonly shuffled: Separation | null;
  readonly iterations: number;
  readonly converged: boolean;
  readonly primalObjective: number;
  readonly dualObjective: number;
}

/** A hyperplane in latent space: unit normal [d] toward more of the attribute, intercept b/‖w‖. */
export interface Boundary extends Hyperplane {
  readonly metrics: BoundaryMetrics;
}

export type BoundaryFit =
  | { readonly controllable: true; readonly boundary: Boundary }
  | { readonly controllable: false; readonly attribute: string; readonly reason: string };

/**
 * @param attribute also chooses the random stream, so that attributes can be fitted in any order.
 * @param latents [n, size] as the generator sees them, at length √size.
 * @param logits [n], the classifier's for this attribute.
 * @throws UserError for a ratio outside (0, 0.5]. @throws RangeError where the arrays do not fit together.
 */
export function fitBoundary(
  attribute: string,
  latents: Float32Array,
  size: number,
  logits: Float32Array,
  options: Partial<BoundaryOptions> = {},
): BoundaryFit {
  const { samples: choice, ratio, threshold, seed, control, ...svmOptions } = { ...defaultBoundaryOptions, ...options };
  if (latents.length !== logits.length * size) {
    throw new RangeError(`${logits.length} logits need latents of ${logits.length} × ${size}; got ${latents.length}`);
  }
  const random = createRandom(seed, streamOf(attribute));
  const samples =
    choice === 'all' ? chooseAll(logits, threshold, random) : chooseConfident(logits, threshold, random, ratio);
  if (!samples.controllable) return { controllable: false, attribute, reason: samples.reason };
  const features = gatherRows(latents, size, samples.train.rows);
  const svm = fitSvm(features, size, samples.train.labels, random, svmOptions);
  const weightLength = Math.sqrt(dot(svm.weights, svm.weights));
  if (!(weightLength > 0)) {
    return {
      controllable: false,
      attribute,
      reason: 'the fit found no direction: the two classes have the same latents',
    };
  }
  const separate = (rows: LabelledRows, boundary: Svm) => separation(latents, size, rows, boundary);
  const shuffledLabels = permutation(random, samples.train.labels.length).map(i => samples.train.labels[i]!);
  const shuffledFit = control ? fitSvm(features, size, Uint8Array.from(shuffledLabels), random, svmOptions) : undefined;
  const metrics: BoundaryMetrics = {
    dataSize: samples.train.rows.length + samples.test.rows.length,
    positives: labelsByThreshold(logits, threshold).reduce((sum, label) => sum + label, 0),
    faces: logits.length,
    training: separate(samples.train, svm),
    test: separate(samples.test, svm),
    heldOut: separate(samples.heldOut, svm),
    shuffled: shuffledFit ? separate(samples.test, shuffledFit) : null,
    iterations: svm.iterations,
    converged: svm.converged,
    primalObjective: svm.primalObjective,
    dualObjective: svm.dualObjective,
  };
  const normal = scaled(svm.weights, 1 / weightLength);
  return { controllable: true, boundary: { attribute, normal, intercept: svm.bias / weightLength, metrics } };
}

function separation(latents: Float32Array, size: number, { rows, labels }: Samples['train'], svm: Svm): Separation {
  const scores = decisionValues(gatherRows(latents, size, rows), svm);
  const counts = confusion(scores, labels);
  return {
    count: rows.length,
    accuracy: accuracy(counts),
    majorityBaseline: majorityBaseline(counts),
    balancedAccuracy: balancedAccuracy(counts),
    f1: f1(counts),
    auc: rocAuc(scores, labels),
  };
}

/** A number of its own for each name (FNV-1a): two attributes never share their random draws. */
function streamOf(attribute: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(attribute)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
