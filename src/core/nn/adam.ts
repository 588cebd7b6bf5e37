// The Adam optimiser (Kingma & Ba 2015) as graph nodes: the next parameters and moments are outputs of the step.
import * as ops from '../graph/ops.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { ParameterSpec } from '../graph/tree.ts';

/** Keeps the step finite where gradients vanish (ε of the paper). */
export const epsilon = 1e-8;

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
