// The layers of the style networks: weights ~ N(0, 1) scaled at run time, modulated by styles and demodulated.
import * as ops from '../../graph/ops.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { ParameterSpec, Parameters } from '../../graph/tree.ts';
import { conv, convSpec, dense, denseSpec, equalised, type LayerSpec, rectifierGain } from '../../nn/layers.ts';

/** A convolution that a style steers: one factor an input channel, computed from w. */
export type StyledSpec = LayerSpec & { readonly style: LayerSpec };
export type Styled = Parameters<StyledSpec>;
export type Layer = Parameters<LayerSpec>;

/** Styles start at 1, so that an untrained layer passes everything on. */
function styleSpec(latentSize: number, channels: number): LayerSpec {
  const { weight, bias } = denseSpec(latentSize, channels);
  return { weight, bias: { ...bias, mean: 1 } };
}

export function styledSpec(latentSize: number, inChannels: number, outChannels: number, kernel: number): StyledSpec {
  return { style: styleSpec(latentSize, inChannels), ...convSpec(inChannels, outChannels, kernel) };
}

/** Parameters whose learning rate is a part of the others': stored that much larger, and scaled down at run time. */
export function slowDenseSpec(inputs: number, outputs: number, rate: number): LayerSpec {
  const { weight, bias } = denseSpec(inputs, outputs);
  return { weight: { ...weight, deviation: 1 / rate }, bias };
}

/** √2 · lrelu(x · Wᵀ · rate/√d + rate · bias). @param x [N, d]. @returns [N, O]. */
export function slowDense({ weight, bias }: Layer, x: Tensor, rate: number): Tensor {
  // The gain passes through a rectifier, so it is applied where the tensors are small.
  const scaled = equalised(weight, x, rate * rectifierGain);
  return ops.leakyRelu(dense({ weight: scaled.weight, bias: ops.mul(bias, rate * rectifierGain) }, scaled.input));
}

/** One factor a channel. @param w [N, d]. @returns [N, I]. */
function styleOf({ style }: Styled, w: Tensor): Tensor {
  const { weight, input } = equalised(style.weight, w, 1);
  return dense({ weight, bias: style.bias }, input);
}

/** A tensor a channel, spread over the places of an image. @param x [N, C] or [C]. */
function asChannels(x: Tensor): Tensor {
  const [n, channels] = x.shape.length === 1 ? [1, x.shape[0]!] : (x.shape as readonly [number, number]);
  return ops.reshape(x, [n, channels, 1, 1]);
}

/**
 * A modulated convolution with demodulation (Karras et al. 2020, §2.2): √2 · lrelu(conv(s ⊙ x, W) · demod + bias).
 * @param x [N, I, H, W]. @param w [N, d]. @param enlarge whether x is enlarged ×2 (nearest) first.
 * @returns [N, O, H, W], or twice the side.
 */
export function styledConv(layer: Styled, x: Tensor, w: Tensor, enlarge: boolean): Tensor {
  const { weight, bias } = layer;
  const style = styleOf(layer, w);
  const [, inChannels, kernel] = weight.shape as readonly [number, number, number];
  // The equalised scale c = 1/√(9I) cancels against the demodulation but in ε, which is divided by c² for that.
  const energy = ops.sum(ops.square(weight), [2, 3]); // [O I]
  const epsilon = 1e-8 * kernel * kernel * inChannels;
  const power = ops.add(ops.matmul(ops.square(style), energy, false, true), epsilon); // [N O]
  const demodulation = ops.div(rectifierGain, ops.sqrt(power));
  const modulated = ops.mul(x, asChannels(style));
  const y = enlarge ? ops.upsampledConv(modulated, weight) : conv({ weight }, modulated);
  const scaled = ops.mul(y, asChannels(demodulation));
  return ops.leakyRelu(ops.add(scaled, asChannels(ops.mul(bias, rectifierGain))));
}

/** A modulated 1×1 convolution, linear and not demodulated. @param x [N, I, H, W]. @returns [N, 3, H, W]. */
export function styledRgb(layer: Styled, x: Tensor, w: Tensor): Tensor {
  const inChannels = layer.weight.shape[1]!;
  const style = ops.mul(styleOf(layer, w), 1 / Math.sqrt(inChannels));
  return conv(layer, ops.mul(x, asChannels(style)));
}

/** √2 · lrelu(conv(x) + bias). @param x [N, I, H, W]. */
export function activeConv({ weight, bias }: Layer, x: Tensor): Tensor {
  const scaled = equalised(weight, x, rectifierGain);
  return ops.leakyRelu(conv({ weight: scaled.weight, bias: ops.mul(bias, rectifierGain) }, scaled.input));
}

/** √2 · lrelu(x · Wᵀ + bias). @param x [N, I]. */
export function activeDense({ weight, bias }: Layer, x: Tensor): Tensor {
  const scaled = equalised(weight, x, rectifierGain);
  return ops.leakyRelu(dense({ weight: scaled.weight, bias: ops.mul(bias, rectifierGain) }, scaled.input));
}

/** (conv(x) + bias) · gain, without activation. @param x [N, I, H, W]. */
export function linearConv({ weight, bias }: Layer, x: Tensor, gain = 1): Tensor {
  const scaled = equalised(weight, x, gain);
  return conv({ weight: scaled.weight, bias: gain === 1 ? bias : ops.mul(bias, gain) }, scaled.input);
}

/** Bilinear enlargement ×2, half-pixel centres, edges repeated. @param x [N, C, H, W]. @returns [N, C, 2H, 2W]. */
export function bilinear2(x: Tensor): Tensor {
  const [, , height, width] = x.shape as readonly [number, number, number, number];
  return ops.matmul(ops.matmul(enlargement(height), x), enlargement(width), false, true);
}

/** [2n, n]: each row the two source pixels that a pixel of the enlarged image lies between. */
function enlargement(n: number): Tensor {
  const values = new Float64Array(2 * n * n);
  for (let row = 0; row < 2 * n; row++) {
    const near = row >> 1;
    const far = Math.min(n - 1, Math.max(0, row % 2 === 0 ? near - 1 : near + 1));
    values[row * n + near]! += 0.75;
    values[row * n + far]! += 0.25;
  }
  return ops.constant(values, [2 * n, n]);
}

export type MappingSpec = {
  readonly 0: LayerSpec;
  readonly 1: LayerSpec;
  /** From w to u = L⁻¹(w − w̄); only finished generators have it. */
  readonly whiten?: { readonly weight: ParameterSpec; readonly bias: ParameterSpec };
};
