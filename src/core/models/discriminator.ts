// PGGAN's discriminator: the generator's mirror image, from an image to one score.
import * as ops from '../graph/ops.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Parameters } from '../graph/tree.ts';
import { convSpec, denseSpec, equalisedConv, equalisedDense, type LayerSpec, minibatchStddev } from '../nn/layers.ts';
import { channelsAt, type GanArchitecture, resolutionsUpTo } from './channels.ts';
import { crossFade } from './generator.ts';

export type DiscriminatorSpec = {
  readonly fromRGB: Readonly<Record<string, LayerSpec>>;
  readonly blocks: Readonly<Record<string, { readonly conv0: LayerSpec; readonly conv1: LayerSpec }>>;
  readonly output: LayerSpec;
};
export type DiscriminatorParameters = Parameters<DiscriminatorSpec>;

/** The parameters of a discriminator that has grown to `resolution`; the block at 4×4 ends with a dense layer. */
export function discriminatorSpec(
  architecture: GanArchitecture,
  resolution = architecture.resolution,
): DiscriminatorSpec {
  const channels = (side: number) => channelsAt(architecture, side);
  const block = (side: number) => ({
    conv0: convSpec(side === 4 ? channels(4) + 1 : channels(side), channels(side), 3),
    conv1: side === 4 ? denseSpec(channels(4) * 16, channels(2)) : convSpec(channels(side), channels(side / 2), 3),
  });
  const sides = resolutionsUpTo(resolution);
  return {
    fromRGB: Object.fromEntries(sides.map(side => [side, convSpec(3, channels(side), 1)])),
    blocks: Object.fromEntries(sides.map(side => [side, block(side)])),
    output: denseSpec(channels(2), 1),
  };
}

/**
 * @param images [N, 3, R, R] in [-1, 1], R being the resolution it has grown to.
 * @param alpha weight of the newest block in [0, 1], or undefined when it counts in full.
 * @returns scores [N, 1]; larger means more like a real image.
 */
export function discriminator(parameters: DiscriminatorParameters, images: Tensor, alpha: Tensor | undefined): Tensor {
  const resolution = images.shape[2]!;
  const fromRGB = (side: number, x: Tensor) => ops.leakyRelu(equalisedConv(parameters.fromRGB[side]!, x));
  let x = fromRGB(resolution, images);
  for (let side = resolution; side > 4; side /= 2) {
    const block = parameters.blocks[side]!;
    x = ops.leakyRelu(equalisedConv(block.conv0, x));
    x = ops.averagePool2(ops.leakyRelu(equalisedConv(block.conv1, x)));
    if (side === resolution && alpha !== undefined) {
      x = crossFade(fromRGB(side / 2, ops.averagePool2(images)), x, alpha);
    }
  }
  const last = parameters.blocks['4']!;
  x = ops.leakyRelu(equalisedConv(last.conv0, minibatchStddev(x)));
  const flat = ops.reshape(x, [images.shape[0]!, last.conv1.weight.shape[1]!]); // [N CHW]
  x = ops.leakyRelu(equalisedDense(last.conv1, flat));
  return equalisedDense(parameters.output, x, 1);
}
