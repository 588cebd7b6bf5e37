// PGGAN's discriminator: mirrors the generator, from an image to one score.
import * as ops from '../../graph/ops.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { Parameters } from '../../graph/tree.ts';
import { convSpec, crossFade, denseSpec, type LayerSpec } from '../../nn/layers.ts';
import {
  type MinibatchDiscriminationSpec,
  minibatchDiscrimination,
  minibatchDiscriminationSpec,
  minibatchStddev,
} from '../../nn/minibatch.ts';
import { layerNorm } from '../../nn/normalisation.ts';
import { channelsAt, resolutionsUpTo } from '../channels.ts';
import type { PgganArchitecture } from './architecture.ts';
import { ganConv, ganDense, ganLayerSpec, type NormalisedLayer, type NormalisedLayerSpec, onesSpec } from './layers.ts';

export type DiscriminatorSpec = {
  readonly fromRGB: Readonly<Record<string, LayerSpec>>;
  readonly blocks: Readonly<
    Record<string, { readonly conv0: NormalisedLayerSpec; readonly conv1: NormalisedLayerSpec }>
  >;
  readonly minibatch?: MinibatchDiscriminationSpec;
  readonly output: LayerSpec;
};
export type DiscriminatorParameters = Parameters<DiscriminatorSpec>;

/** The parameters of a discriminator that has grown to `resolution`; the block at 4×4 ends with a dense layer. */
export function discriminatorSpec(
  architecture: PgganArchitecture,
  resolution = architecture.resolution,
): DiscriminatorSpec {
  const { minibatchStatistic, minibatchKernels, discriminatorNorm } = architecture;
  const channels = (side: number) => channelsAt(architecture, side);
  const normalised = (layer: LayerSpec): NormalisedLayerSpec => ({
    ...ganLayerSpec(architecture, layer),
    ...(discriminatorNorm === 'layer' ? { gain: onesSpec([]) } : {}),
  });
  const statistics = minibatchStatistic === 'stddev' ? 1 : 0;
  const kernels = minibatchStatistic === 'discrimination' ? minibatchKernels : 0;
  const block = (side: number) => ({
    conv0: normalised(convSpec(channels(side) + (side === 4 ? statistics : 0), channels(side), 3)),
    conv1: normalised(
      side === 4 ? denseSpec(channels(4) * 16, channels(2)) : convSpec(channels(side), channels(side / 2), 3),
    ),
  });
  const sides = resolutionsUpTo(resolution);
  return {
    fromRGB: Object.fromEntries(sides.map(side => [side, ganLayerSpec(architecture, convSpec(3, channels(side), 1))])),
    blocks: Object.fromEntries(sides.map(side => [side, block(side)])),
    ...(kernels > 0 ? { minibatch: minibatchDiscriminationSpec(channels(2), kernels) } : {}),
    output: ganLayerSpec(architecture, denseSpec(channels(2) + kernels, 1), 1),
  };
}

/**
 * @param images [N, 3, R, R] in [-1, 1], R being the resolution it has grown to.
 * @param alpha weight of the newest block in [0, 1]; left out where it counts in full.
 * @returns scores [N, 1]; larger means more like a real image.
 */
export function discriminator(
  architecture: PgganArchitecture,
  parameters: DiscriminatorParameters,
  images: Tensor,
  alpha?: Tensor,
): Tensor {
  const resolution = images.shape[2]!;
  const apply = (multiply: typeof ganConv, layer: NormalisedLayer, x: Tensor) => {
    const { gain, bias, weight } = layer;
    const y = gain === undefined ? multiply(architecture, layer, x) : multiply(architecture, { weight }, x);
    return ops.leakyRelu(gain === undefined ? y : layerNorm({ gain, bias }, y));
  };
  const fromRGB = (side: number, x: Tensor) => apply(ganConv, parameters.fromRGB[side]!, x);
  let x = fromRGB(resolution, images);
  for (let side = resolution; side > 4; side /= 2) {
    const block = parameters.blocks[side]!;
    x = ops.averagePool2(apply(ganConv, block.conv1, apply(ganConv, block.conv0, x)));
    if (side === resolution && alpha !== undefined) {
      x = crossFade(fromRGB(side / 2, ops.averagePool2(images)), x, alpha);
    }
  }
  const last = parameters.blocks['4']!;
  if (architecture.minibatchStatistic === 'stddev') x = minibatchStddev(x, architecture.statisticGroup);
  x = apply(ganConv, last.conv0, x);
  const flat = ops.reshape(x, [images.shape[0]!, last.conv1.weight.shape[1]!]); // [N CHW]
  x = apply(ganDense, last.conv1, flat);
  if (parameters.minibatch !== undefined) x = minibatchDiscrimination(parameters.minibatch, x);
  return ganDense(architecture, parameters.output, x, 1);
}
