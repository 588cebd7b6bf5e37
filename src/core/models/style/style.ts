// The style networks behind the seam of all kinds of GAN, and how they grow without fading.
import { solve } from '../../math/linear-algebra.ts';
import { channelsAt } from '../channels.ts';
import type { GanModel, ParameterValues } from '../gan-model.ts';
import type { StyleArchitecture } from './architecture.ts';
import { type StyleDiscriminatorParameters, styleDiscriminator, styleDiscriminatorSpec } from './discriminator.ts';
import {
  type StyleGeneratorParameters,
  styleGenerator,
  styleGeneratorSpec,
  styleLayers,
  styleMapping,
} from './generator.ts';
import { finishStyleGenerator } from './whiten.ts';

export function style(architecture: StyleArchitecture): GanModel {
  const { minibatchStatistic, statisticGroup } = architecture;
  return {
    architecture,
    geometry: 'linear',
    normalisesLatents: false,
    layers: styleLayers(architecture.resolution),
    imagesTogether: minibatchStatistic === 'stddev' ? statisticGroup || Number.POSITIVE_INFINITY : 1,
    generatorSpec: resolution => styleGeneratorSpec(architecture, resolution),
    keptSpec: resolution => styleGeneratorSpec(architecture, resolution),
    finishedSpec: () => styleGeneratorSpec(architecture, architecture.resolution, true),
    finish: (device, weights) => finishStyleGenerator(device, architecture, weights),
    discriminatorSpec: resolution => styleDiscriminatorSpec(architecture, resolution),
    grownValues: (resolution, generator, discriminator) => ({
      generator: zeros(generator, `toRGB/${resolution}/weight`),
      discriminator: new Map([
        ...zeros(discriminator, `blocks/${resolution}/conv1/weight`),
        ...skipOfOldImages(resolution, channelsAt(architecture, resolution), discriminator),
      ]),
    }),
    // The minibatch's statistic is a mean over the channels at 4×4, and z is normalised as a whole, so those must stay.
    widens: shapeOf =>
      shapeOf('constant')?.[0] === channelsAt(architecture, 4) &&
      shapeOf('mapping/0/weight')?.[0] === architecture.latentSize,
    map: (parameters, z) => styleMapping(parameters as StyleGeneratorParameters, z),
    generate: (parameters, latents, { resolution = architecture.resolution } = {}) =>
      styleGenerator(parameters as StyleGeneratorParameters, latents, resolution),
    criticise: (parameters, images) =>
      styleDiscriminator(architecture, parameters as StyleDiscriminatorParameters, images),
  };
}

function zeros(values: ParameterValues, path: string): Map<string, Float32Array> {
  return new Map([[path, new Float32Array(values.get(path)!.length)]]);
}

/**
 * Initial skip weights of a new top block with which the discriminator scores an image as it scored the halved one: with
 * the branch at zero, skip(pool(fromRGB(x)))/√2 must be the old fromRGB(pool(x)). Pooling and fromRGB are linear, so least
 * squares solve S · F = √(2·C) · F_old; with three channels or more the solution is exact.
 */
function skipOfOldImages(
  resolution: number,
  channels: number,
  values: ParameterValues,
): readonly (readonly [string, Float32Array])[] {
  const old = values.get(`fromRGB/${resolution / 2}/weight`)!; // [outputs 3]
  const oldBias = values.get(`fromRGB/${resolution / 2}/bias`)!;
  const fresh = values.get(`fromRGB/${resolution}/weight`)!; // [channels 3]
  const gram = [0, 1, 2].map(i =>
    Float64Array.from([0, 1, 2], j => {
      let sum = i === j ? 1e-6 : 0; // so that fewer than three channels have a solution too
      for (let c = 0; c < channels; c++) sum += fresh[3 * c + i]! * fresh[3 * c + j]!;
      return sum;
    }),
  );
  const skip = new Float32Array(oldBias.length * channels);
  for (let out = 0; out < oldBias.length; out++) {
    const colour = solve(gram, Float64Array.from(old.subarray(3 * out, 3 * out + 3)))!;
    for (let c = 0; c < channels; c++) {
      const product = [0, 1, 2].reduce((sum, i) => sum + colour[i]! * fresh[3 * c + i]!, 0);
      skip[out * channels + c] = Math.sqrt(2 * channels) * product;
    }
  }
  return [
    [`blocks/${resolution}/skip/weight`, skip],
    [`blocks/${resolution}/skip/bias`, oldBias.map(value => Math.SQRT2 * value)],
  ];
}
