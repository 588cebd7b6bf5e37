// Platt scaling: turns logits into probabilities that match frequencies, and measures how far off they are.
import { sigmoid } from '../../math/sigmoid.ts';

/** σ(slope · logit + intercept) is the probability. */
export interface PlattScaling {
  readonly slope: number;
  readonly intercept: number;
}

/** A classifier that knows nothing would get a slope of 0 or less, and its probabilities would not order as its logits do. */
const minSlope = 0.01;

/**
 * Platt's logistic fit of labels on logits, with his targets a little inside 0 and 1, so that separable labels give no
 * infinite slope (Platt 1999; by Newton's method as Lin, Lin & Weng 2007 do).
 * @param logits [n]. @param labels [n], 1 or 0. @returns a slope of at least 0.01.
 */
export function fitPlattScaling(logits: ArrayLike<number>, labels: ArrayLike<number>): PlattScaling {
  // No logit lies where σ is flat at first: Newton's method would not get away from there.
  let farthest = 1;
  for (let i = 0; i < logits.length; i++) farthest = Math.max(farthest, Math.abs(logits[i]!));
  const fitted = newton(logits, labels, { slope: 1 / farthest, intercept: 0 }, true);
  return fitted.slope >= minSlope ? fitted : newton(logits, labels, { slope: minSlope, intercept: 0 }, false);
}

/** Bound on the steps of Newton's method, which needs about ten. */
const maxSteps = 100;

function newton(logits: ArrayLike<number>, labels: ArrayLike<number>, start: PlattScaling, fitSlope: boolean) {
  let positives = 0;
  for (let i = 0; i < labels.length; i++) positives += labels[i]!;
  const targets = [1 / (labels.length - positives + 2), (positives + 1) / (positives + 2)] as const;
  const lossAt = ({ slope, intercept }: PlattScaling) => {
    let loss = 0;
    for (let i = 0; i < logits.length; i++) {
      const x = slope * logits[i]! + intercept;
      loss += Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))) - x * targets[labels[i] as 0 | 1];
    }
    return loss;
  };
  let at = start;
  let loss = lossAt(at);
  for (let step = 0; step < maxSteps; step++) {
    // Gradient and Hessian in slope (s) and intercept (i); the small diagonal keeps the latter invertible.
    let [gs, gi, ss, si, ii] = [0, 0, 1e-9, 0, 1e-9];
    for (let k = 0; k < logits.length; k++) {
      const p = sigmoid(at.slope * logits[k]! + at.intercept);
      const [error, weight] = [p - targets[labels[k] as 0 | 1], p * (1 - p)];
      gs += error * logits[k]!;
      gi += error;
      ss += weight * logits[k]! ** 2;
      si += weight * logits[k]!;
      ii += weight;
    }
    const determinant = ss * ii - si * si;
    const slope = fitSlope ? (ii * gs - si * gi) / determinant : 0;
    const intercept = fitSlope ? (ss * gi - si * gs) / determinant : gi / ii;
    let length = 1;
    let next = { slope: at.slope - slope, intercept: at.intercept - intercept };
    let nextLoss = lossAt(next);
    while (!(nextLoss <= loss) && length > 1e-6) {
      length /= 2;
      next = { slope: at.slope - length * slope, intercept: at.intercept - length * intercept };
      nextLoss = lossAt(next);
    }
    if (!(nextLoss < loss - 1e-12 * Math.abs(loss))) break;
    [at, loss] = [next, nextLoss];
  }
  return at;
}

/** @param logits [n]. @returns the probability of each, [n]. */
export function plattProbabilities(logits: ArrayLike<number>, { slope, intercept }: PlattScaling): Float64Array {
  return Float64Array.from(logits, logit => sigmoid(slope * logit + intercept));
}

/** @param probabilities [n] of yes. @param labels [n], 1 or 0. @returns in [0, 1]; NaN without samples. */
export function meanSquaredError(probabilities: ArrayLike<number>, labels: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < probabilities.length; i++) sum += (probabilities[i]! - labels[i]!) ** 2;
  return sum / probabilities.length;
}

/**
 * Expected calibration error (Guo et al. 2017): the mean gap between probability and share of yes, over bins of equal
 * width, each weighted with its samples.
 * @param probabilities [n] of yes. @param labels [n], 1 or 0. @returns in [0, 1]; NaN without samples.
 */
export function expectedCalibrationError(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  bins = 15,
): number {
  const surplus = new Float64Array(bins); // expected less found
  for (let i = 0; i < probabilities.length; i++) {
    const bin = Math.min(bins - 1, Math.floor(probabilities[i]! * bins));
    surplus[bin]! += probabilities[i]! - labels[i]!;
  }
  return surplus.reduce((sum, gap) => sum + Math.abs(gap), 0) / probabilities.length;
}
