// Fits the field to labelled latents: standardised outputs, squared error, Adam with a half-cosine rate, a moving average.
import type { NdArray } from '../../formats/nd-array.ts';
import * as ops from '../../graph/ops.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { flattenTree, parameterInputs } from '../../graph/tree.ts';
import { mean } from '../../math/statistics.ts';
import { streams } from '../../math/streams.ts';
import { Field, type FieldArchitecture, field, fieldSpec } from '../../models/field.ts';
import type { Weights } from '../../models/weights.ts';
import type { Device } from '../../runtime/device.ts';
import { Program, type ProgramDefinition } from '../../runtime/program.ts';
import { averagedUpdates, firstTensors } from '../averaged-adam.ts';
import { halfCosine } from '../half-cosine.ts';
import { DivergenceError, TrainingState } from '../training-state.ts';

export interface FieldData {
  /** [N, d], as the generator sees them. */
  readonly latents: Float32Array;
  /** [N, outputs]. */
  readonly scores: Float32Array;
}

export interface FieldTraining {
  readonly architecture: FieldArchitecture;
  readonly seed: number;
  /** Passes over the latents. */
  readonly epochs: number;
  /** Told after each epoch. @throws to stop. */
  readonly onEpoch?: (epoch: number, loss: number) => void;
}

/** A fitted field and how well it predicts latents that it was not fitted to. */
export interface FittedField {
  readonly weights: Weights;
  /** R², one an output. */
  readonly r2: readonly number[];
}

const averagedAdam = {
  names: { parameters: 'field', average: 'fieldEma', adam: 'fieldAdam' },
  beta1: 0.9,
  beta2: 0.999,
} as const;
/** Latents of one step. */
export const minibatch = 128;
const highestRate = 2e-3;
/** Steps over which the rate rises to its height. */
const warmup = 200;
const averageDecay = 0.999;
/** Every such latent is kept back to measure on. */
const heldOutEvery = 20;

/** One step. Fed: `latents` [n, d], `scores` [n, outputs] standardised, `learningRate`, `emaDecay`. */
function fieldStep(architecture: FieldArchitecture): ProgramDefinition {
  const tree = parameterInputs(fieldSpec(architecture), averagedAdam.names.parameters);
  const { latentSize, outputs } = architecture;
  const predicted = field(tree, ops.input('latents', [minibatch, latentSize]));
  const loss = ops.mean(ops.square(ops.sub(predicted, ops.input('scores', [minibatch, outputs.length]))));
  return {
    outputs: { loss },
    updates: averagedUpdates(averagedAdam, flattenTree<Tensor>(tree, averagedAdam.names.parameters), loss),
  };
}

/**
 * The same bits for the same data, seed and threads of the device.
 * @throws RangeError for fewer latents than a minibatch and its held-out share. @throws DivergenceError.
 */
export async function fitField(device: Device, data: FieldData, training: FieldTraining): Promise<FittedField> {
  const { architecture, seed, epochs, onEpoch } = training;
  const { latentSize: d, outputs } = architecture;
  const columns = outputs.length;
  const count = data.latents.length / d;
  const known = Array.from({ length: count }, (_, row) => row).filter(row => row % heldOutEvery !== 0);
  if (known.length < minibatch) throw new RangeError(`a field takes ${minibatch} latents or more; got ${known.length}`);
  const scale = standardisation(data.scores, known, columns);
  const state = new TrainingState(device, { seed, streams: streams.fit.field, images: known.length });
  const specs = flattenTree(fieldSpec(architecture), averagedAdam.names.parameters);
  for (const [name, { shape, data }] of Object.entries(firstTensors(averagedAdam, specs, state.random))) {
    state.tensors.set(name, shape, data);
  }
  const program = await Program.compile(device, fieldStep(architecture));
  const [latents, scores] = [new Float32Array(minibatch * d), new Float32Array(minibatch * columns)];
  const stepsPerEpoch = Math.floor(known.length / minibatch);
  const total = epochs * stepsPerEpoch;
  try {
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const losses: number[] = [];
      for (let step = 0; step < stepsPerEpoch; step++) {
        for (const [at, index] of state.sampler.next(minibatch).entries()) {
          const row = known[index]!;
          latents.set(data.latents.subarray(row * d, (row + 1) * d), at * d);
          for (let c = 0; c < columns; c++) {
            scores[at * columns + c] = (data.scores[row * columns + c]! - scale.means[c]!) / scale.deviations[c]!;
          }
        }
        const rate = highestRate * Math.min(1, (state.steps + 1) / warmup) * halfCosine(state.steps / total);
        const emaDecay = Float32Array.of(Math.min(averageDecay, (1 + state.steps) / (10 + state.steps)));
        const { loss } = await program.run(
          { latents, scores, learningRate: Float32Array.of(rate), emaDecay },
          state.tensors,
        );
        losses.push(loss![0]!);
        state.steps++;
      }
      const loss = mean(losses);
      if (!Number.isFinite(loss)) throw new DivergenceError(`the field's losses diverged in epoch ${epoch}`);
      onEpoch?.(epoch, loss);
    }
  } finally {
    await program.release();
  }
  const weights = unstandardised(state.copies(`${averagedAdam.names.average}/`), architecture, scale);
  return { weights, r2: heldOutR2(new Field(architecture, weights), data) };
}

interface Standardisation {
  readonly means: Float64Array;
  readonly deviations: Float64Array;
}

function standardisation(scores: Float32Array, rows: readonly number[], columns: number): Standardisation {
  const means = new Float64Array(columns);
  const deviations = new Float64Array(columns);
  for (const row of rows) for (let c = 0; c < columns; c++) means[c]! += scores[row * columns + c]! / rows.length;
  for (const row of rows) {
    for (let c = 0; c < columns; c++) deviations[c]! += (scores[row * columns + c]! - means[c]!) ** 2 / rows.length;
  }
  return { means, deviations: deviations.map(variance => Math.sqrt(variance) || 1) };
}

/** The last layer then gives scores as they were. */
function unstandardised(
  weights: Record<string, NdArray<Float32Array>>,
  { widths, outputs }: FieldArchitecture,
  { means, deviations }: Standardisation,
): Weights {
  const last = widths.length;
  const inputs = weights[`${last}/weight`]!.data.length / outputs.length;
  const weight = weights[`${last}/weight`]!;
  const bias = weights[`${last}/bias`]!;
  return {
    ...weights,
    [`${last}/weight`]: { ...weight, data: weight.data.map((w, at) => w * deviations[Math.floor(at / inputs)]!) },
    [`${last}/bias`]: { ...bias, data: bias.data.map((b, at) => b * deviations[at]! + means[at]!) },
  };
}

/** Over the latents that were kept back. */
function heldOutR2(fitted: Field, { latents, scores }: FieldData): number[] {
  const { latentSize: d, outputs } = fitted.architecture;
  const rows = Array.from({ length: Math.ceil(latents.length / d / heldOutEvery) }, (_, at) => at * heldOutEvery);
  const predictions = rows.map(row => fitted.values(latents.subarray(row * d, (row + 1) * d), outputs));
  return outputs.map((_, c) => {
    const wanted = rows.map(row => scores[row * outputs.length + c]!);
    const middle = mean(wanted);
    const missed = mean(wanted.map((value, at) => (value - predictions[at]![c]!) ** 2));
    return 1 - missed / mean(wanted.map(value => (value - middle) ** 2));
  });
}
