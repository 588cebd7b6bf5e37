// The Adam optimiser (Kingma & Ba 2015) as graph nodes: the next parameters and moments are outputs of the step.
import * as ops from '../graph/ops.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { ParameterSpec } from '../graph/tree.ts';

/** Keeps the step finite where gradients vanish (ε of the paper). */
const epsilon = 1e-8;

export interface AdamOptions {
  readonly beta1: number;
  readonly beta2: number;
}

/** The optimiser's own state for the given parameters; it starts as zeros. */
export function adamSpecs(
  parameters: ReadonlyMap<string, ParameterSpec>,
  prefix: string,
  { beta1 }: AdamOptions,
): Map<string, ParameterSpec> {
  const specs = new Map<string, ParameterSpec>([[`${prefix}/step`, { shape: [], deviation: 0 }]]);
  for (const [name, { shape }] of parameters) {
    if (beta1 !== 0) specs.set(`${prefix}/mean/${name}`, { shape, deviation: 0 });
    specs.set(`${prefix}/variance/${name}`, { shape, deviation: 0 });
  }
  return specs;
}

/**
 * One bias-corrected step: p − lr · m̂ / (√v̂ + ε). The corrections are folded into two scalars, so that each
 * parameter is passed over as few times as possible; with β₁ = 0 no mean is kept.
 * @returns the next value of every parameter and of the optimiser's state, by name.
 */
export function adamUpdates(
  parameters: ReadonlyMap<string, Tensor>,
  gradients: readonly Tensor[],
  learningRate: Tensor,
  prefix: string,
  { beta1, beta2 }: AdamOptions,
): Record<string, Tensor> {
  const updates: Record<string, Tensor> = {};
  const step = ops.add(ops.input(`${prefix}/step`, []), 1);
  updates[`${prefix}/step`] = step;
  const correction = (beta: number) =>
    beta === 0 ? ops.scalar(1) : ops.sub(1, ops.exp(ops.mul(step, Math.log(beta))));
  const rootCorrection2 = ops.sqrt(correction(beta2));
  const rate = ops.div(ops.mul(learningRate, rootCorrection2), correction(beta1));
  const floor = ops.mul(rootCorrection2, epsilon);
  let index = 0;
  for (const [name, parameter] of parameters) {
    const gradient = gradients[index++]!;
    let mean = gradient;
    if (beta1 !== 0) {
      const previous = ops.input(`${prefix}/mean/${name}`, parameter.shape);
      mean = ops.add(ops.mul(previous, beta1), ops.mul(gradient, 1 - beta1));
      updates[`${prefix}/mean/${name}`] = mean;
    }
    const previous = ops.input(`${prefix}/variance/${name}`, parameter.shape);
    const variance = ops.add(ops.mul(previous, beta2), ops.mul(ops.square(gradient), 1 - beta2));
    updates[`${prefix}/variance/${name}`] = variance;
    updates[name] = ops.sub(parameter, ops.mul(ops.div(mean, ops.add(ops.sqrt(variance), floor)), rate));
  }
  return updates;
}

/** The next exponential moving average: decay · average + (1 − decay) · value. */
export function movingAverage(average: Tensor, value: Tensor, decay: Tensor): Tensor {
  return ops.add(value, ops.mul(ops.sub(average, value), decay));
}

/** All parameters of a training in one array [P], and in others of the same order their moments and averages. */
export interface FlatState {
  readonly parameters: Float32Array;
  /** Undefined where β₁ is 0. */
  readonly mean: Float32Array | undefined;
  readonly variance: Float32Array;
  readonly averages: readonly Float32Array[];
  /** The range of parameters that moving averages follow. */
  readonly averaged: readonly [from: number, to: number];
}

export interface FlatUpdate extends AdamOptions {
  /** Number of this step, from 1. */
  readonly step: number;
  readonly learningRate: number;
  /** Share of each moving average that is kept. */
  readonly decays: readonly number[];
}

/**
 * The same step as {@link adamUpdates} and {@link movingAverage}, in place, on one of `parts` parts of the parameters:
 * one pass over memory where the graph takes one for each node (docs/log.md). The graph is its oracle. Every part has
 * its share of the parameters that averages follow, so that all are the same work.
 * @param gradients one array [P] for each share of the minibatch: their mean is used, added up in their order.
 * @param part from 0.
 */
export function updateFlat(
  state: FlatState,
  gradients: readonly Float32Array[],
  update: FlatUpdate,
  part: number,
  parts: number,
): void {
  const [start, end] = state.averaged;
  const ranges = [
    [0, start],
    [start, end],
    [end, state.parameters.length],
  ] as const;
  for (const [first, after] of ranges) {
    const size = Math.ceil((after - first) / parts);
    const from = Math.min(after, first + part * size);
    const to = Math.min(after, from + size);
    adamInPlace(state, gradients, update, from, to);
    if (first === start) averageInPlace(state, update, from, to);
  }
}

function adamInPlace(
  { parameters, mean, variance }: FlatState,
  gradients: readonly Float32Array[],
  { step, learningRate, beta1, beta2 }: FlatUpdate,
  from: number,
  to: number,
): void {
  const rootCorrection2 = Math.sqrt(1 - beta2 ** step);
  const rate = (learningRate * rootCorrection2) / (1 - beta1 ** step);
  const floor = rootCorrection2 * epsilon;
  const share = 1 / gradients.length;
  for (let i = from; i < to; i++) {
    let gradient = 0;
    for (let k = 0; k < gradients.length; k++) gradient += gradients[k]![i]!;
    gradient *= share;
    variance[i] = variance[i]! * beta2 + gradient * gradient * (1 - beta2);
    if (mean !== undefined) {
      mean[i] = mean[i]! * beta1 + gradient * (1 - beta1);
      gradient = mean[i]!;
    }
    parameters[i] = parameters[i]! - (gradient / (Math.sqrt(variance[i]!) + floor)) * rate;
  }
}

function averageInPlace({ parameters, averages }: FlatState, { decays }: FlatUpdate, from: number, to: number): void {
  for (const [k, average] of averages.entries()) {
    const kept = decays[k]!;
    for (let i = from; i < to; i++) {
      const value = parameters[i]!;
      average[i] = value + (average[i]! - value) * kept;
    }
  }
}
