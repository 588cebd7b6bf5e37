// PGGAN's generator: from a latent to an image, growing by one block a resolution.
import * as ops from '../../graph/ops.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { Parameters } from '../../graph/tree.ts';
import { convSpec, crossFade, denseSpec, type LayerSpec, rectifierGain } from '../../nn/layers.ts';
import { batchNorm, pixelNorm } from '../../nn/normalisation.ts';
import { channelsAt, resolutionsUpTo } from '../channels.ts';
import type { GeneratorView } from '../gan-model.ts';
import type { PgganArchitecture } from './architecture.ts';
import { factors, ganConv, ganLayerSpec, type NormalisedLayer, type NormalisedLayerSpec, onesSpec } from './layers.ts';

export type GeneratorSpec = {
  readonly blocks: Readonly<
    Record<string, { readonly conv0: NormalisedLayerSpec; readonly conv1: NormalisedLayerSpec }>
  >;
  readonly toRGB: Readonly<Record<string, LayerSpec>>;
};
export type GeneratorParameters = Parameters<GeneratorSpec>;

/** The gain √2/4 makes the dense layer one of a 4×4 convolution's scale (Karras et al., reference code). */
const firstGain = rectifierGain / 4;

/**
 * The parameters of a generator that has grown to `resolution`; the block at 4×4 begins with a dense layer.
 * @param statistics whether batch norm takes running statistics, which are then among them: not trained, but kept.
 */
export function generatorSpec(
  architecture: PgganArchitecture,
  resolution = architecture.resolution,
  statistics = false,
): GeneratorSpec {
  const channels = (side: number) => channelsAt(architecture, side);
  const normalised = (layer: LayerSpec, gain?: number): NormalisedLayerSpec => {
    const spec = ganLayerSpec(architecture, layer, gain);
    if (architecture.generatorNorm !== 'batch') return spec;
    const { shape } = spec.bias;
    return {
      ...spec,
      gain: onesSpec(shape),
      ...(statistics ? { mean: { shape, deviation: 0 }, variance: onesSpec(shape) } : {}),
    };
  };
  const first = (): LayerSpec => ({
    ...denseSpec(architecture.latentSize, channels(4) * 16),
    bias: { shape: [channels(4)], deviation: 0 },
  });
  const block = (side: number) => ({
    conv0: side === 4 ? normalised(first(), firstGain) : normalised(convSpec(channels(side / 2), channels(side), 3)),
    conv1: normalised(convSpec(channels(side), channels(side), 3)),
  });
  const sides = resolutionsUpTo(resolution);
  return {
    blocks: Object.fromEntries(sides.map(side => [side, block(side)])),
    toRGB: Object.fromEntries(sides.map(side => [side, ganLayerSpec(architecture, convSpec(channels(side), 3, 1), 1)])),
  };
}

/** @param z [N, d] latents. @returns images [N, 3, R, R], about [-1, 1], unbounded without tanh. */
export function generator(
  architecture: PgganArchitecture,
  parameters: GeneratorParameters,
  z: Tensor,
  { resolution = architecture.resolution, alpha, observe }: GeneratorView = {},
): Tensor {
  const { generatorNorm, activation } = architecture;
  const withoutBias = generatorNorm === 'batch'; // batch norm's β takes its place
  const finish = (path: string, layer: NormalisedLayer, x: Tensor) => {
    const normalised = withoutBias
      ? batchNorm({ ...layer, gain: layer.gain! }, x, statistics => observe?.(path, statistics))
      : x;
    const active = activation === 'relu' ? ops.relu(normalised) : ops.leakyRelu(normalised);
    return generatorNorm === 'pixel' ? pixelNorm(active) : active;
  };
  const convolved = (path: string, layer: NormalisedLayer, x: Tensor) =>
    finish(path, layer, ganConv(architecture, withoutBias ? { weight: layer.weight } : layer, x));

  /** convolved(upsample2(x)). */
  const enlarged = (path: string, layer: NormalisedLayer, x: Tensor) => {
    const { weight, input } = factors(architecture, layer.weight, x);
    return finish(path, layer, ops.upsampledConv(input, weight, withoutBias ? undefined : layer.bias));
  };

  const first = parameters.blocks['4']!;
  const channels = first.conv0.bias.shape[0]!;
  const latents = architecture.normaliseLatents ? pixelNorm(z) : z; // to length √d
  const { weight, input } = factors(architecture, first.conv0.weight, latents, firstGain);
  const grid = ops.reshape(ops.matmul(input, weight, false, true), [z.shape[0]!, channels, 4, 4]); // [N C 4 4]
  const biased = withoutBias ? grid : ops.add(grid, ops.reshape(first.conv0.bias, [1, channels, 1, 1]));
  let x = finish('blocks/4/conv0', first.conv0, biased);
  x = convolved('blocks/4/conv1', first.conv1, x);
  let smaller = x;
  for (const side of resolutionsUpTo(resolution).slice(1)) {
    const block = parameters.blocks[side]!;
    smaller = x;
    x = enlarged(`blocks/${side}/conv0`, block.conv0, x);
    x = convolved(`blocks/${side}/conv1`, block.conv1, x);
  }
  // A finished network has only the toRGB that images come from.
  const toRGB = (side: number, features: Tensor) => ganConv(architecture, parameters.toRGB[side]!, features, 1);
  let image = toRGB(resolution, x);
  if (alpha !== undefined && resolution > 4) {
    image = crossFade(ops.upsample2(toRGB(resolution / 2, smaller)), image, alpha);
  }
  return architecture.tanh ? ops.tanh(image) : image;
}
