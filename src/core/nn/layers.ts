// Layers as functions of (parameters, x), each with the spec its parameters are made from.
import * as ops from '../graph/ops.ts';
import { sizeOf, type Tensor } from '../graph/tensor.ts';
import type { ParameterSpec } from '../graph/tree.ts';

/** A type alias, not an interface, so that it counts as a tree of specs. */
export type LayerSpec = {
  readonly weight: ParameterSpec;
  readonly bias: ParameterSpec;
};

/** A layer's weight and, unless a normalisation follows, its bias. */
export interface Multiplied {
  readonly weight: Tensor;
  readonly bias?: Tensor | undefined;
}

/** Gain of He's initialisation for rectified layers. */
export const rectifierGain = Math.SQRT2;

/** Weights ~ N(0, 1): the equalised learning rate scales them at run time. */
export function convSpec(inChannels: number, outChannels: number, kernel: number): LayerSpec {
  return {
    weight: { shape: [outChannels, inChannels, kernel, kernel], deviation: 1 },
    bias: { shape: [outChannels], deviation: 0 },
  };
}

/** As {@link convSpec}, for a layer whose every output sees all inputs. */
export function denseSpec(inputs: number, outputs: number): LayerSpec {
  return {
    weight: { shape: [outputs, inputs], deviation: 1 },
    bias: { shape: [outputs], deviation: 0 },
  };
}

/** The same layer for use without run-time scale: He's initialisation in the weights themselves. */
export function he({ weight, bias }: LayerSpec, gain = rectifierGain): LayerSpec {
  return { weight: { ...weight, deviation: gain / Math.sqrt(fanIn(weight)) }, bias };
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
export function conv({ weight, bias }: Multiplied, x: Tensor): Tensor {
  return ops.conv(x, weight, (weight.shape[2]! - 1) / 2, bias);
}

/** @param x [N, I]. @returns [N, O]. */
export function dense({ weight, bias }: Multiplied, x: Tensor): Tensor {
  const product = ops.matmul(x, weight, false, true);
  return bias === undefined ? product : ops.add(product, bias);
}

/**
 * The factors of a product under an equalised learning rate: the weight counts as scaled by gain / √fan_in, so that
 * all layers learn at one speed (Karras et al. 2018, §4.1). The smaller factor is scaled: the same numbers, less work.
 */
export function equalised(weight: Tensor, input: Tensor, gain: number): { weight: Tensor; input: Tensor } {
  const scale = gain / Math.sqrt(fanIn(weight));
  return sizeOf(input.shape) < sizeOf(weight.shape)
    ? { weight, input: ops.mul(input, scale) }
    : { weight: ops.mul(weight, scale), input };
}

/** old + (new − old) · alpha. */
export function crossFade(previous: Tensor, next: Tensor, alpha: Tensor): Tensor {
  return ops.add(previous, ops.mul(ops.sub(next, previous), alpha));
}
