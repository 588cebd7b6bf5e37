// Layers as functions of (parameters, x), each with the spec its parameters are made from.
import * as ops from '../graph/ops.ts';
import { sizeOf, type Tensor } from '../graph/tensor.ts';
import type { ParameterSpec, Parameters } from '../graph/tree.ts';

/** A type alias, not an interface, so that it counts as a tree of specs. */
export type LayerSpec = {
  readonly weight: ParameterSpec;
  readonly bias: ParameterSpec;
};
export type LayerParameters = Parameters<LayerSpec>;

/** Gain of He's initialisation for rectified layers. */
export const rectifierGain = Math.SQRT2;

/** Weights ~ N(0, 1): the equalised learning rate scales them at run time. */
export function convSpec(inChannels: number, outChannels: number, kernel: number): LayerSpec {
  return {
    weight: { shape: [outChannels, inChannels, kernel, kernel], deviation: 1 },
    bias: { shape: [outChannels], deviation: 0 },
  };
}

/** As {@link convSpec}, for a layer that sees the whole of its input at once. */
export function denseSpec(inputs: number, outputs: number): LayerSpec {
  return {
    weight: { shape: [outputs, inputs], deviation: 1 },
    bias: { shape: [outputs], deviation: 0 },
  };
}

/** As {@link convSpec}, with He's initialisation in the weights themselves, for layers without run-time scale. */
export function heConvSpec(inChannels: number, outChannels: number, kernel: number): LayerSpec {
  return he(convSpec(inChannels, outChannels, kernel));
}

/** As {@link denseSpec}, initialised like {@link heConvSpec}. */
export function heDenseSpec(inputs: number, outputs: number): LayerSpec {
  return he(denseSpec(inputs, outputs));
}

function he({ weight, bias }: LayerSpec): LayerSpec {
  return { weight: { ...weight, deviation: rectifierGain / Math.sqrt(fanIn(weight)) }, bias };
}

/** The same layer starting from zero. */
export function zeroed({ weight, bias }: LayerSpec): LayerSpec {
  return { weight: { ...weight, deviation: 0 }, bias };
}

/** How many inputs each output sums over. */
function fanIn({ shape }: { readonly shape: readonly number[] }): number {
  return sizeOf(shape.slice(1));
}

/** Convolution that keeps the size. @param x [N, C, H, W]. @returns [N, O, H, W]. */
export function conv({ weight, bias }: LayerParameters, x: Tensor): Tensor {
  return ops.conv(x, weight, (weight.shape[2]! - 1) / 2, bias);
}

/** @param x [N, I]. @returns [N, O]. */
export function dense({ weight, bias }: LayerParameters, x: Tensor): Tensor {
  return ops.add(ops.matmul(x, weight, false, true), bias);
}

/**
 * Convolution under an equalised learning rate: the weight counts as scaled by gain / √fan_in, so that all layers
 * learn at one speed (Karras et al. 2018, §4.1). Shapes as in {@link conv}.
 */
export function equalisedConv(parameters: LayerParameters, x: Tensor, gain = rectifierGain): Tensor {
  const { weight, input } = equalised(parameters.weight, x, gain);
  return conv({ weight, bias: parameters.bias }, input);
}

/** As {@link dense}, under an equalised learning rate. */
export function equalisedDense(parameters: LayerParameters, x: Tensor, gain = rectifierGain): Tensor {
  const { weight, input } = equalised(parameters.weight, x, gain);
  return dense({ weight, bias: parameters.bias }, input);
}

/** The product of weight and input is scaled through whichever is smaller: the same numbers, less work. */
export function equalised(weight: Tensor, input: Tensor, gain: number): { weight: Tensor; input: Tensor } {
  const scale = gain / Math.sqrt(fanIn(weight));
  return sizeOf(input.shape) < sizeOf(weight.shape)
    ? { weight, input: ops.mul(input, scale) }
    : { weight: ops.mul(weight, scale), input };
}

/** Scales each pixel's feature vector to a mean square of 1 (Karras et al. 2018, §4.2). Axis 1 holds the features. */
export function pixelNorm(x: Tensor): Tensor {
  const meanSquare = ops.mean(ops.square(x), [1], true);
  return ops.div(x, ops.sqrt(ops.add(meanSquare, 1e-8)));
}

/**
 * Appends the standard deviation within small groups of images as one more feature map, so that the discriminator
 * can see a lack of variety (Karras et al. 2018, §3). Groups are neighbours in the batch.
 * @param x [N, C, H, W]. @returns [N, C + 1, H, W].
 */
export function minibatchStddev(x: Tensor, largestGroup = 4): Tensor {
  const [n, c, height, width] = x.shape as readonly [number, number, number, number];
  let group = Math.min(largestGroup, n);
  while (n % group !== 0) group--;
  const groups = ops.reshape(x, [n / group, group, c * height * width]); // [M G CHW]
  const centred = ops.sub(groups, ops.mean(groups, [1], true));
  const deviation = ops.sqrt(ops.add(ops.mean(ops.square(centred), [1], true), 1e-8)); // [M 1 CHW]
  const statistic = ops.mean(deviation, [2], true); // [M 1 1]
  const map = ops.reshape(ops.expand(statistic, [n / group, group, height * width]), [n, 1, height, width]);
  return ops.concat([x, map], 1);
}
