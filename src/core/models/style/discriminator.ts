// The style generator's opponent: residual blocks from an image down to 4×4 and one score.
import * as ops from '../../graph/ops.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { Parameters } from '../../graph/tree.ts';
import { convSpec, dense, denseSpec, equalised, type LayerSpec } from '../../nn/layers.ts';
import { minibatchStddev } from '../../nn/minibatch.ts';
import { channelsAt, resolutionsUpTo } from '../channels.ts';
import type { StyleArchitecture } from './architecture.ts';
import { activeConv, activeDense, type Layer, linearConv } from './layers.ts';

export type StyleDiscriminatorSpec = {
  /** Only that of the resolution that it has grown to. */
  readonly fromRGB: Readonly<Record<string, LayerSpec>>;
  readonly blocks: Readonly<
    Record<string, { readonly conv0: LayerSpec; readonly conv1: LayerSpec; readonly skip?: LayerSpec }>
  >;
  readonly output: LayerSpec;
};
export type StyleDiscriminatorParameters = Parameters<StyleDiscriminatorSpec>;

export function styleDiscriminatorSpec(
  architecture: StyleArchitecture,
  resolution = architecture.resolution,
): StyleDiscriminatorSpec {
  const channels = (side: number) => channelsAt(architecture, side);
  const statistics = architecture.minibatchStatistic === 'stddev' ? 1 : 0;
  const last = {
    conv0: convSpec(channels(4) + statistics, channels(4), 3),
    conv1: denseSpec(16 * channels(4), channels(4)),
  };
  const block = (side: number) =>
    side === 4
      ? last
      : {
          conv0: convSpec(channels(side), channels(side), 3),
          conv1: convSpec(channels(side), channels(side / 2), 3),
          skip: convSpec(channels(side), channels(side / 2), 1),
        };
  return {
    fromRGB: { [resolution]: convSpec(3, channels(resolution), 1) },
    blocks: Object.fromEntries(resolutionsUpTo(resolution).map(side => [side, block(side)])),
    output: denseSpec(channels(4), 1),
  };
}

/** @param images [N, 3, R, R] in [-1, 1], R being the resolution it has grown to. @returns scores [N, 1]. */
export function styleDiscriminator(
  { minibatchStatistic, statisticGroup }: StyleArchitecture,
  parameters: StyleDiscriminatorParameters,
  images: Tensor,
): Tensor {
  const [n, , resolution] = images.shape as readonly [number, number, number, number];
  // Linear, so that a block's skip can stand for the fromRGB of before it was added (`grownValues`).
  let x = linearConv(parameters.fromRGB[resolution]!, images);
  for (let side = resolution; side > 4; side /= 2) {
    const { conv0, conv1, skip } = parameters.blocks[side]! as Readonly<Record<'conv0' | 'conv1' | 'skip', Layer>>;
    const branch = ops.averagePool2(activeConv(conv1, activeConv(conv0, x)));
    x = ops.add(linearConv(skip, ops.averagePool2(x), Math.SQRT1_2), ops.mul(branch, Math.SQRT1_2));
  }
  const last = parameters.blocks['4']!;
  if (minibatchStatistic === 'stddev') x = minibatchStddev(x, statisticGroup);
  x = activeConv(last.conv0, x);
  const flat = ops.reshape(x, [n, last.conv1.weight.shape[1]!]); // [N CHW]
  const features = activeDense(last.conv1, flat);
  const { weight, input } = equalised(parameters.output.weight, features, 1);
  return dense({ weight, bias: parameters.output.bias }, input);
}
