// PGGAN's generator: from a latent to an image, growing by one block a resolution.
import * as ops from '../graph/ops.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Parameters } from '../graph/tree.ts';
import {
  convSpec,
  denseSpec,
  equalised,
  equalisedConv,
  type LayerParameters,
  type LayerSpec,
  pixelNorm,
  rectifierGain,
} from '../nn/layers.ts';
import { channelsAt, type GanArchitecture, resolutionsUpTo } from './channels.ts';

export type GeneratorSpec = {
  readonly blocks: Readonly<Record<string, { readonly conv0: LayerSpec; readonly conv1: LayerSpec }>>;
  readonly toRGB: Readonly<Record<string, LayerSpec>>;
};
export type GeneratorParameters = Parameters<GeneratorSpec>;

/** The parameters of a generator that has grown to `resolution`; the block at 4×4 begins with a dense layer. */
export function generatorSpec(architecture: GanArchitecture, resolution = architecture.resolution): GeneratorSpec {
  const channels = (side: number) => channelsAt(architecture, side);
  const block = (side: number) => ({
    conv0:
      side === 4
        ? { ...denseSpec(architecture.latentSize, channels(4) * 16), bias: { shape: [channels(4)], deviation: 0 } }
        : convSpec(channels(side / 2), channels(side), 3),
    conv1: convSpec(channels(side), channels(side), 3),
  });
  const sides = resolutionsUpTo(resolution);
  return {
    blocks: Object.fromEntries(sides.map(side => [side, block(side)])),
    toRGB: Object.fromEntries(sides.map(side => [side, convSpec(channels(side), 3, 1)])),
  };
}

/** Latents at length √d, as the generator sees them. @param z [N, d]. */
export function normalisedLatents(z: Tensor): Tensor {
  return pixelNorm(z);
}

/**
 * @param z [N, d] latents of any length; they are normalised first.
 * @param resolution the resolution it has grown to.
 * @param alpha weight of the newest block in [0, 1], or undefined when it counts in full.
 * @returns images [N, 3, R, R], about [-1, 1], unbounded.
 */
export function generator(
  parameters: GeneratorParameters,
  z: Tensor,
  resolution: number,
  alpha: Tensor | undefined,
): Tensor {
  const first = parameters.blocks['4']!;
  const channels = first.conv0.bias.shape[0]!;
  // The gain √2/4 makes the dense layer one of a 4×4 convolution's scale (Karras et al., reference code).
  const { weight, input } = equalised(first.conv0.weight, normalisedLatents(z), rectifierGain / 4);
  const flat = ops.matmul(input, weight, false, true);
  const grid = ops.reshape(flat, [z.shape[0]!, channels, 4, 4]); // [N C 4 4]
  let x = pixelNorm(ops.leakyRelu(ops.add(grid, ops.reshape(first.conv0.bias, [1, channels, 1, 1]))));
  x = convolved(first.conv1, x);
  let image = equalisedConv(parameters.toRGB['4']!, x, 1);
  for (const side of resolutionsUpTo(resolution).slice(1)) {
    const block = parameters.blocks[side]!;
    x = convolved(block.conv1, convolved(block.conv0, ops.upsample2(x)));
    const previous = image;
    image = equalisedConv(parameters.toRGB[side]!, x, 1);
    if (side === resolution && alpha !== undefined) image = crossFade(ops.upsample2(previous), image, alpha);
  }
  return image;
}

function convolved(parameters: LayerParameters, x: Tensor): Tensor {
  return pixelNorm(ops.leakyRelu(equalisedConv(parameters, x)));
}

/** old + (new − old) · alpha. */
export function crossFade(previous: Tensor, next: Tensor, alpha: Tensor): Tensor {
  return ops.add(previous, ops.mul(ops.sub(next, previous), alpha));
}
