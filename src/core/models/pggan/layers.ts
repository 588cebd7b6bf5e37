// The layers of generator and discriminator: weights at run-time scale or not, and what normalisation adds to them.
import type { Tensor } from '../../graph/tensor.ts';
import type { ParameterSpec, Parameters } from '../../graph/tree.ts';
import { conv, dense, equalised, he, type LayerSpec, type Multiplied, rectifierGain } from '../../nn/layers.ts';
import type { PgganFeatures } from './architecture.ts';

/** A layer with what its normalisation adds. A type alias, so that it counts as a tree of specs. */
export type NormalisedLayerSpec = LayerSpec & {
  /** γ: a number a channel for batch norm, one for all for layer norm. */
  readonly gain?: ParameterSpec;
  /** Running statistics of batch norm, where they are used in place of the batch's. */
  readonly mean?: ParameterSpec;
  readonly variance?: ParameterSpec;
};
export type NormalisedLayer = Parameters<NormalisedLayerSpec>;

/** A parameter that starts as ones. */
export function onesSpec(shape: readonly number[]): ParameterSpec {
  return { shape, deviation: 0, mean: 1 };
}

/** How the weights of a layer start: under an equalised learning rate as they are, otherwise by He's rule. */
export function ganLayerSpec({ equalised }: PgganFeatures, layer: LayerSpec, gain = rectifierGain): LayerSpec {
  return equalised ? layer : he(layer, gain);
}

/** Weight and input of a layer, ready to be multiplied. */
export function factors(features: PgganFeatures, weight: Tensor, input: Tensor, gain = rectifierGain) {
  return features.equalised ? equalised(weight, input, gain) : { weight, input };
}

/** Convolution that keeps the size. @param x [N, C, H, W]. @returns [N, O, H, W]. */
export function ganConv(
  features: PgganFeatures,
  { weight, bias }: Multiplied,
  x: Tensor,
  gain = rectifierGain,
): Tensor {
  const scaled = factors(features, weight, x, gain);
  return conv({ weight: scaled.weight, bias }, scaled.input);
}

/** @param x [N, I]. @returns [N, O]. */
export function ganDense(
  features: PgganFeatures,
  { weight, bias }: Multiplied,
  x: Tensor,
  gain = rectifierGain,
): Tensor {
  const scaled = factors(features, weight, x, gain);
  return dense({ weight: scaled.weight, bias }, scaled.input);
}
