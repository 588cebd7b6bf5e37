// Turns a trained style generator into the one that people edit with, whose latent u = L⁻¹(w − w̄) has unit covariance.
import type { NdArray } from '../../formats/nd-array.ts';
import * as ops from '../../graph/ops.ts';
import { symmetricEigen } from '../../math/eigen.ts';
import { createRandom, normals } from '../../math/random.ts';
import { streams } from '../../math/streams.ts';
import type { Device } from '../../runtime/device.ts';
import { Program } from '../../runtime/program.ts';
import { constants, type Weights } from '../weights.ts';
import type { StyleArchitecture } from './architecture.ts';
import { styleGeneratorSpec, styleMapping } from './generator.ts';

/** Latents that mean and covariance are taken over. */
const sampleCount = 1_000_000;
/** Latents mapped at a time. */
const batch = 4000;
/** Smallest eigenvalue of the covariance, as a share of their mean: lower ones are raised to it, or axes of u were noise. */
const minEigenvalueShare = 0.001;

/** Matrices are row-major, [d, d]. */
export interface LatentStatistics {
  readonly mean: Float64Array;
  /** L, the symmetric root of the covariance. */
  readonly root: Float64Array;
  /** L⁻¹. */
  readonly inverseRoot: Float64Array;
}

/**
 * Folds L and w̄ into the styles, so that the generator takes u in place of w, and ends the mapping at u.
 * @param weights of `styleGeneratorSpec` at the full resolution. @returns those of its finished form.
 */
export async function finishStyleGenerator(
  device: Device,
  architecture: StyleArchitecture,
  weights: Weights,
  count = sampleCount,
): Promise<Weights> {
  const { latentSize: d } = architecture;
  const { mean, root, inverseRoot } = await latentStatistics(device, architecture, weights, count);
  const finished: Record<string, NdArray<Float32Array>> = { ...weights };
  for (const [name, { shape, data }] of Object.entries(weights)) {
    if (!name.endsWith('/style/weight')) continue;
    const biasName = name.replace(/weight$/, 'bias');
    const bias = weights[biasName]!;
    finished[name] = { shape, data: Float32Array.from(product(Float64Array.from(data), root, d)) };
    // style = A(w̄ + L u)/√d + b: A w̄/√d is the same for every face and joins the bias.
    const withMean = Array.from(bias.data, (value, row) => value + dotRow(data, row, mean) / Math.sqrt(d));
    finished[biasName] = { shape: bias.shape, data: Float32Array.from(withMean) };
  }
  const shift = Float32Array.from({ length: d }, (_, row) => -dotRow(inverseRoot, row, mean));
  finished['mapping/whiten/weight'] = { shape: [d, d], data: Float32Array.from(inverseRoot) };
  finished['mapping/whiten/bias'] = { shape: [d], data: shift };
  return finished;
}

/** @param count latents, rounded up to whole batches. */
export async function latentStatistics(
  device: Device,
  architecture: StyleArchitecture,
  weights: Weights,
  count: number,
): Promise<LatentStatistics> {
  const { latentSize: d } = architecture;
  const parameters = constants(styleGeneratorSpec(architecture), weights);
  const w = styleMapping(parameters, ops.input('z', [batch, d]));
  const program = await Program.compile(device, {
    outputs: { sum: ops.sum(w, [0]), products: ops.matmul(w, w, true, false) },
  });
  const random = createRandom(0, streams.trainGan.whitening);
  const [sum, products] = [new Float64Array(d), new Float64Array(d * d)];
  const batches = Math.ceil(count / batch);
  for (let k = 0; k < batches; k++) {
    const results = await program.run({ z: normals(random, batch * d) });
    results.sum!.forEach((value, i) => {
      sum[i]! += value;
    });
    results.products!.forEach((value, i) => {
      products[i]! += value;
    });
  }
  await program.release();
  const n = batches * batch;
  const mean = sum.map(value => value / n);
  const covariance = products.map((value, at) => value / n - mean[Math.floor(at / d)]! * mean[at % d]!);
  const { values, vectors } = symmetricEigen(covariance, d);
  const floor = (minEigenvalueShare * values.reduce((total, value) => total + value, 0)) / d;
  const powerOf = (power: number) => {
    const matrix = new Float64Array(d * d);
    for (let k = 0; k < d; k++) {
      const scale = Math.max(values[k]!, floor) ** power;
      for (let i = 0; i < d; i++) {
        const left = scale * vectors[k * d + i]!;
        for (let j = 0; j < d; j++) matrix[i * d + j]! += left * vectors[k * d + j]!;
      }
    }
    return matrix;
  };
  return { mean, root: powerOf(0.5), inverseRoot: powerOf(-0.5) };
}

/** a · b for a [n, d] and b [d, d]. */
function product(a: Float64Array, b: Float64Array, d: number): Float64Array {
  const result = new Float64Array(a.length);
  for (let row = 0; row * d < a.length; row++) {
    for (let k = 0; k < d; k++) {
      const left = a[row * d + k]!;
      for (let j = 0; j < d; j++) result[row * d + j]! += left * b[k * d + j]!;
    }
  }
  return result;
}

function dotRow(matrix: ArrayLike<number>, row: number, vector: Float64Array): number {
  const d = vector.length;
  let sum = 0;
  for (let k = 0; k < d; k++) sum += matrix[row * d + k]! * vector[k]!;
  return sum;
}
