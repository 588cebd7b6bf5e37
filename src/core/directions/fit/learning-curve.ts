// How a boundary improves with the number of samples it is fitted to.
import { cosine } from '../../math/linear-algebra.ts';
import { createRandom, restoreRandom } from '../../math/random.ts';
import { streams } from '../../math/streams.ts';
import { boundarySettings, chooseSamples, type GivenOptions } from './boundary.ts';
import type { LabelledRows } from './samples.ts';
import { separation } from './separation.ts';
import { fitSvm } from './svm.ts';

/** A fit to some of the samples, tested on the same faces as every other. */
export interface LearningCurvePoint {
  /** How many it was fitted to. */
  readonly samples: number;
  readonly accuracy: number;
  readonly balancedAccuracy: number;
  readonly f1: number;
  readonly auc: number;
  /** Cosine of its normal with that of the fit to all samples. */
  readonly cosine: number;
}

/** Points from few samples to all. */
export type LearningCurve = readonly LearningCurvePoint[];

/** The number of samples that the curve begins with. */
const smallest = 250;

/**
 * Fits 250, 500, 1000, … samples and all of them: each time the first of every class in the order of `fitBoundary`'s
 * shuffling, so that a larger fit has all samples of a smaller one.
 * @returns nothing where no boundary can be fitted. The last point is `fitBoundary`'s fit.
 */
export function learningCurve(
  attribute: string,
  latents: Float32Array,
  size: number,
  logits: Float32Array,
  options: GivenOptions = {},
): LearningCurve {
  const settings = boundarySettings(options);
  const random = createRandom(settings.seed, streams.fit.attribute(attribute));
  const chosen = chooseSamples(logits, settings, random);
  if (!chosen.controllable) return [];
  const { train, test } = chosen;
  const state = random.state();
  const sizes: number[] = [];
  for (let count = smallest; count < train.rows.length; count *= 2) sizes.push(count);
  const fits = [...sizes, train.rows.length].map(count => {
    const first = firstOfEachClass(train, count);
    return { samples: first.rows.length, svm: fitSvm(latents, size, first, restoreRandom(state), settings) };
  });
  const full = fits.at(-1)!.svm;
  return fits.map(({ samples, svm }) => {
    const { accuracy, balancedAccuracy, f1, auc } = separation(latents, test, svm);
    return { samples, accuracy, balancedAccuracy, f1, auc, cosine: cosine(svm.weights, full.weights) };
  });
}

/** @param train all of one class, then all of the other. */
function firstOfEachClass({ rows, labels }: LabelledRows, count: number): LabelledRows {
  const yes = labels.reduce((sum, label) => sum + label, 0);
  const yesTaken = Math.round((count * yes) / rows.length);
  const taken = (_: number, i: number) => (i < yes ? i < yesTaken : i - yes < count - yesTaken);
  return { rows: rows.filter(taken), labels: labels.filter(taken) };
}
