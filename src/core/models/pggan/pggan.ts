// PGGAN behind the seam of all kinds of GAN.
import type { GanModel, SpecTree } from '../gan-model.ts';
import type { PgganArchitecture } from './architecture.ts';
import { type DiscriminatorParameters, discriminator, discriminatorSpec } from './discriminator.ts';
import { type GeneratorParameters, generator, generatorSpec } from './generator.ts';

export function pggan(architecture: PgganArchitecture): GanModel {
  const { generatorNorm, minibatchStatistic, statisticGroup } = architecture;
  const wholeBatch = generatorNorm === 'batch' || minibatchStatistic === 'discrimination';
  const group = minibatchStatistic === 'stddev' ? statisticGroup || Number.POSITIVE_INFINITY : 1;
  return {
    architecture,
    geometry: 'sphere',
    normalisesLatents: architecture.normaliseLatents,
    layers: 1,
    imagesTogether: wholeBatch ? Number.POSITIVE_INFINITY : group,
    generatorSpec: resolution => generatorSpec(architecture, resolution),
    keptSpec: resolution => generatorSpec(architecture, resolution, true),
    finishedSpec: () => finishedSpec(architecture),
    finish: async (_, weights) => weights,
    discriminatorSpec: resolution => discriminatorSpec(architecture, resolution),
    grownValues: () => ({ generator: new Map(), discriminator: new Map() }),
    // Its normalisations see all channels together, so new ones would change the old.
    widens: () => false,
    // The generator brings latents to their length itself where its architecture says so.
    map: (_, z) => z,
    generate: (parameters, latents, view) => generator(architecture, parameters as GeneratorParameters, latents, view),
    criticise: (parameters, images, alpha) =>
      discriminator(architecture, parameters as DiscriminatorParameters, images, alpha),
  };
}

/** Images of a resolution that has faded in come from its own toRGB alone. */
function finishedSpec(architecture: PgganArchitecture): SpecTree {
  const { resolution } = architecture;
  const { blocks, toRGB } = generatorSpec(architecture, resolution, true);
  return { blocks, toRGB: { [resolution]: toRGB[resolution]! } };
}
