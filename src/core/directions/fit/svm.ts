// Finds the flat boundary between two classes of latents: a linear support vector machine.
import { dot } from '../../math/linear-algebra.ts';
import type { Random } from '../../math/random.ts';
import type { LabelledRows } from './samples.ts';
import { type MakeKernel, wasmKernel } from './svm-kernel.ts';

export interface SvmOptions {
  /** The price of a margin error against ½‖w‖²; the method's is 1. */
  readonly C: number;
  /** `balanced`: an error costs C·n/(2·n of its class), so that a rare class weighs as much as a common one. */
  readonly weights: 'equal' | 'balanced';
  /** Passes end once the largest violation of the optimality conditions falls below this. LIBLINEAR's `-e`. */
  readonly tolerance: number;
  /** Passes over the samples after which the fit stops, converged or not. */
  readonly maxIterations: number;
}

/** Called after each pass with the passes so far and the weights. @returns whether the fit shall end. */
export type AfterPass = (passes: number, weights: Float64Array, bias: number) => boolean;

export const defaultSvmOptions: SvmOptions = { C: 1, weights: 'equal', tolerance: 1e-3, maxIterations: 1000 };

export interface Svm {
  /** w [size], not of unit length. A sample x belongs to "yes" where w·x + bias > 0. */
  readonly weights: Float64Array;
  readonly bias: number;
  /** ½(‖w‖² + bias²) + C Σ max(0, 1 − y(w·x + bias)), which is minimised; C is each sample's cost. */
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
 * @param features [n, size] row by row. @param samples the rows that are fitted to.
 * @param random the order in which samples are visited. @throws RangeError where the arrays do not fit together.
 * @param makeKernel makes what does the arithmetic; all kernels agree to the last bit.
 */
export function fitSvm(
  features: Float32Array,
  size: number,
  { rows, labels }: LabelledRows,
  random: Random,
  options: Partial<SvmOptions> = {},
  { makeKernel = wasmKernel, afterPass = () => false }: { makeKernel?: MakeKernel; afterPass?: AfterPass } = {},
): Svm {
  const { C, weights, tolerance, maxIterations } = { ...defaultSvmOptions, ...options };
  const n = labels.length;
  const positives = labels.reduce((sum, label) => sum + label, 0);
  /** Cost of an error, by label. */
  const costs = [n - positives, positives].map(count => (weights === 'equal' ? C : (C * n) / (2 * count)));
  if (rows.length !== n || rows.some(row => (row + 1) * size > features.length)) {
    throw new RangeError(`${n} labels need as many rows of the ${features.length / size} features; got ${rows.length}`);
  }
  const kernel = makeKernel(features, size, rows);
  let bias = 0;
  const alpha = new Float64Array(n); // one dual variable a sample, from 0 to the cost of its label
  const curvature = squaredLengths(features, size, rows);
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  const objectives = () => {
    const half = (kernel.weights.reduce((sum, w) => sum + w * w, 0) + bias * bias) / 2;
    let loss = 0;
    for (let i = 0; i < n; i++) {
      loss += costs[labels[i]!]! * Math.max(0, 1 - (labels[i] === 1 ? 1 : -1) * (kernel.dot(i) + bias));
    }
    return { primalObjective: half + loss, dualObjective: alpha.reduce((sum, a) => sum + a, 0) - half };
  };

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
      const cost = y === 1 ? costs[1]! : costs[0]!;
      const gradient = y * (kernel.dot(i) + bias) - 1;
      const before = alpha[i]!;
      if ((before === 0 && gradient > upperLimit) || (before === cost && gradient < lowerLimit)) {
        active--;
        order[position] = order[active]!;
        order[active] = i;
        position--; // the sample swapped in comes next
        continue;
      }
      // The gradient's part that the box lets us follow; zero at the optimum.
      const projected = before === 0 ? Math.min(gradient, 0) : before === cost ? Math.max(gradient, 0) : gradient;
      if (projected > largest) largest = projected;
      if (projected < smallest) smallest = projected;
      if (Math.abs(projected) < 1e-12) continue;
      const after = Math.min(Math.max(before - gradient / curvature[i]!, 0), cost);
      alpha[i] = after;
      const step = (after - before) * y;
      kernel.add(i, step);
      bias += step;
    }
    if (afterPass(iterations, kernel.weights, bias)) break;
    upperLimit = largest > 0 ? largest : Number.POSITIVE_INFINITY;
    lowerLimit = smallest < 0 ? smallest : Number.NEGATIVE_INFINITY;
    if (active > 0 && largest - smallest > tolerance) continue;
    // Converged on the active samples; the resting ones must agree in a full pass.
    converged = active === n;
    active = n;
    upperLimit = Number.POSITIVE_INFINITY;
    lowerLimit = Number.NEGATIVE_INFINITY;
  }
  return { weights: kernel.weights.slice(), bias, ...objectives(), iterations, converged };
}

/** w·x + bias of some rows: positive for "yes". @param features [n, size]. @returns [rows.length]. */
export function decisionValues(
  features: Float32Array,
  rows: Uint32Array,
  { weights, bias }: { readonly weights: Float64Array; readonly bias: number },
): Float64Array<ArrayBuffer> {
  const size = weights.length;
  return Float64Array.from(rows, row => dot(weights, features.subarray(row * size, (row + 1) * size)) + bias);
}

/** ‖x‖² + 1 of each row: the dual's second derivative, the 1 being the constant feature's. */
function squaredLengths(features: Float32Array, size: number, rows: Uint32Array): Float64Array {
  return Float64Array.from(rows, row => {
    let square = 1;
    for (let at = row * size; at < (row + 1) * size; at++) square += features[at]! ** 2;
    return square;
  });
}
