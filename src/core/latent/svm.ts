// Finds the flat boundary between two classes of latents: a linear support vector machine.
import type { Random } from '../math/random.ts';

export interface SvmOptions {
  /** The price of a margin error against ½‖w‖²; the method's is 1. */
  readonly C: number;
  /** Passes end once the largest violation of the optimality conditions falls below this. LIBLINEAR's `-e`. */
  readonly tolerance: number;
  /** Passes over the samples after which the fit stops, converged or not. */
  readonly maxIterations: number;
}

export const defaultSvmOptions: SvmOptions = { C: 1, tolerance: 1e-3, maxIterations: 1000 };

export interface Svm {
  /** w [size], not of unit length. A sample x belongs to "yes" where w·x + bias > 0. */
  readonly weights: Float64Array;
  readonly bias: number;
  /** ½(‖w‖² + bias²) + C Σ max(0, 1 − y(w·x + bias)), what is minimised. */
  readonly primalObjective: number;
  /** Σα − ½(‖w‖² + bias²): never above the primal objective, and equal to it at the optimum. */
  readonly dualObjective: number;
  readonly iterations: number;
  readonly converged: boolean;
}

/**
 * Linear SVM with hinge loss by dual coordinate descent with shrinking and random order: Hsieh et al. 2008,
 * "A dual coordinate descent method for large-scale linear SVM", algorithm 3. It solves what LIBLINEAR's
 * `-s 3 -B 1` solves: the bias is the weight of a constant feature 1 and regularised like the others.
 * @param features [n, size] row by row. @param labels [n], 1 for yes and 0 for no.
 * @param random the order in which samples are visited. @throws RangeError where the arrays do not fit together.
 */
export function fitSvm(
  features: Float32Array,
  size: number,
  labels: Uint8Array,
  random: Random,
  options: Partial<SvmOptions> = {},
): Svm {
  const { C, tolerance, maxIterations } = { ...defaultSvmOptions, ...options };
  const n = labels.length;
  if (features.length !== n * size) {
    throw new RangeError(`${n} labels need features of ${n} × ${size} numbers; got ${features.length}`);
  }
  const weights = new Float64Array(size);
  let bias = 0;
  const alpha = new Float64Array(n); // one dual variable a sample, in [0, C]
  const curvature = squaredLengths(features, size, n);
  const order = Uint32Array.from({ length: n }, (_, i) => i);

  // Samples at a bound of their box whose gradient points further out than any did in the last pass are unlikely to
  // move again: they are swapped behind `active` and rest until the others have converged.
  let active = n;
  let upperLimit = Number.POSITIVE_INFINITY;
  let lowerLimit = Number.NEGATIVE_INFINITY;
  let iterations = 0;
  let converged = n === 0;
  while (!converged && iterations < maxIterations) {
    iterations++;
    let largest = Number.NEGATIVE_INFINITY;
    let smallest = Number.POSITIVE_INFINITY;
    for (let position = 0; position < active; position++) {
      const chosen = position + random.integer(active - position);
      const i = order[chosen]!;
      order[chosen] = order[position]!;
      order[position] = i;

      const y = labels[i] === 1 ? 1 : -1;
      const start = i * size;
      const gradient = y * (rowDot(features, start, weights) + bias) - 1;
      const before = alpha[i]!;
      if ((before === 0 && gradient > upperLimit) || (before === C && gradient < lowerLimit)) {
        active--;
        order[position] = order[active]!;
        order[active] = i;
        position--; // the sample swapped in comes next
        continue;
      }
      // The gradient's part that the box lets us follow; zero at the optimum.
      const projected = before === 0 ? Math.min(gradient, 0) : before === C ? Math.max(gradient, 0) : gradient;
      if (projected > largest) largest = projected;
      if (projected < smallest) smallest = projected;
      if (Math.abs(projected) < 1e-12) continue;
      const after = Math.min(Math.max(before - gradient / curvature[i]!, 0), C);
      alpha[i] = after;
      const step = (after - before) * y;
      addRow(weights, features, start, step);
      bias += step;
    }
    upperLimit = largest > 0 ? largest : Number.POSITIVE_INFINITY;
    lowerLimit = smallest < 0 ? smallest : Number.NEGATIVE_INFINITY;
    if (active > 0 && largest - smallest > tolerance) continue;
    // Converged on the active samples; the resting ones must agree in a full pass.
    converged = active === n;
    active = n;
    upperLimit = Number.POSITIVE_INFINITY;
    lowerLimit = Number.NEGATIVE_INFINITY;
  }
  return { weights, bias, ...objectives(features, labels, weights, bias, alpha, C), iterations, converged };
}

/** w·x + bias for each row: positive for "yes". @param features [n, size]. @returns [n]. */
export function decisionValues(
  features: Float32Array,
  boundary: { readonly weights: Float64Array; readonly bias: number },
): Float64Array<ArrayBuffer> {
  const { weights, bias } = boundary;
  const size = weights.length;
  return Float64Array.from({ length: features.length / size }, (_, i) => rowDot(features, i * size, weights) + bias);
}

/** Four sums side by side: a single one would wait for each addition to finish before the next. */
function rowDot(features: Float32Array, start: number, weights: Float64Array): number {
  const size = weights.length;
  const whole = size - (size % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  let at = start;
  let j = 0;
  for (; j < whole; j += 4, at += 4) {
    a += weights[j]! * features[at]!;
    b += weights[j + 1]! * features[at + 1]!;
    c += weights[j + 2]! * features[at + 2]!;
    d += weights[j + 3]! * features[at + 3]!;
  }
  for (; j < size; j++, at++) a += weights[j]! * features[at]!;
  return a + b + (c + d);
}

function addRow(weights: Float64Array, features: Float32Array, start: number, factor: number): void {
  const size = weights.length;
  const whole = size - (size % 4);
  let at = start;
  let j = 0;
  for (; j < whole; j += 4, at += 4) {
    weights[j]! += factor * features[at]!;
    weights[j + 1]! += factor * features[at + 1]!;
    weights[j + 2]! += factor * features[at + 2]!;
    weights[j + 3]! += factor * features[at + 3]!;
  }
  for (; j < size; j++, at++) weights[j]! += factor * features[at]!;
}

/** ‖x‖² + 1 of each row: the dual's second derivative, the 1 being the constant feature's. */
function squaredLengths(features: Float32Array, size: number, n: number): Float64Array {
  const squares = new Float64Array(n).fill(1);
  for (let i = 0; i < n; i++) {
    for (let at = i * size; at < (i + 1) * size; at++) squares[i]! += features[at]! ** 2;
  }
  return squares;
}

function objectives(
  features: Float32Array,
  labels: Uint8Array,
  weights: Float64Array,
  bias: number,
  alpha: Float64Array,
  C: number,
): { primalObjective: number; dualObjective: number } {
  const half = (weights.reduce((sum, w) => sum + w * w, 0) + bias * bias) / 2;
  let loss = 0;
  for (const [i, value] of decisionValues(features, { weights, bias }).entries()) {
    loss += Math.max(0, 1 - (labels[i] === 1 ? value : -value));
  }
  return { primalObjective: half + C * loss, dualObjective: alpha.reduce((sum, a) => sum + a, 0) - half };
}
