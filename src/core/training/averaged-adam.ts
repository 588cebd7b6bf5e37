// Parameters that Adam changes, each with a moving average: the part that the trainings of classifier, encoder and field
// share.
import type { NdArray } from '../formats/nd-array.ts';
import { gradients } from '../graph/gradient.ts';
import * as ops from '../graph/ops.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { ParameterSpec } from '../graph/tree.ts';
import type { Random } from '../math/random.ts';
import type { Weights } from '../models/weights.ts';
import { type AdamOptions, adamSpecs, adamUpdates, movingAverage } from '../nn/adam.ts';
import { initialValues } from '../nn/initialise.ts';
import type { Tensors } from './training-state.ts';

export interface AveragedAdam extends AdamOptions {
  /** Prefixes of the tensors that training keeps. */
  readonly names: { readonly parameters: string; readonly average: string; readonly adam: string };
}

/**
 * @param steps before this one.
 * @returns share of the moving average that stays; the first steps keep less, so that it forgets how it began.
 */
export function averageDecayAt(steps: number): number {
  return Math.min(0.998, steps / (steps + 10));
}

/** The name of a parameter's moving average. */
function averageName({ names }: AveragedAdam, parameter: string): string {
  return names.average + parameter.slice(names.parameters.length);
}

/**
 * The state before the first step: initial weights, their averages, and Adam at rest.
 * @param specs by name, with the parameters' prefix. @param start weights to begin with, by path; the others are drawn.
 */
export function firstTensors(
  training: AveragedAdam,
  specs: ReadonlyMap<string, ParameterSpec>,
  random: Random,
  start: Weights = {},
): Tensors {
  const { names } = training;
  const tensors: Record<string, NdArray<Float32Array>> = {};
  for (const [name, spec] of specs) {
    const drawn = { shape: spec.shape, data: initialValues(spec, random) };
    const value = start[name.slice(names.parameters.length + 1)] ?? drawn;
    tensors[name] = value;
    tensors[averageName(training, name)] = value;
  }
  for (const [name, spec] of adamSpecs(specs, names.adam, training)) {
    tensors[name] = { shape: spec.shape, data: initialValues(spec, random) };
  }
  return tensors;
}

/**
 * The next state. Fed: `learningRate`, `emaDecay`.
 * @param weightDecay share of each weight (not of biases) that a step at rate 1 takes away (Loshchilov & Hutter 2019).
 */
export function averagedUpdates(
  training: AveragedAdam,
  parameters: ReadonlyMap<string, Tensor>,
  loss: Tensor,
  weightDecay = 0,
): Record<string, Tensor> {
  const rate = ops.input('learningRate', []);
  const slopes = gradients(loss, [...parameters.values()]);
  const updates = adamUpdates(parameters, slopes, rate, training.names.adam, training);
  for (const [name, parameter] of parameters) {
    if (weightDecay !== 0 && name.endsWith('/weight')) {
      updates[name] = ops.sub(updates[name]!, ops.mul(parameter, ops.mul(rate, weightDecay)));
    }
    const average = averageName(training, name);
    updates[average] = movingAverage(ops.input(average, parameter.shape), updates[name]!, ops.input('emaDecay', []));
  }
  return updates;
}
