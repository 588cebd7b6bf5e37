// Stage `evaluate generator`: measures how near generated images come to training images, beside how near real ones do.
import { z } from 'zod';
import { UserError } from '../../../core/errors.ts';
import { halved, type ImageSet, partOf, withNormalisation } from '../../../core/images/image-set.ts';
import { createRandom, permutation, type Random } from '../../../core/math/random.ts';
import { streams } from '../../../core/math/streams.ts';
import { generateImages } from '../../../core/measures/images/image-samples.ts';
import { meanMsSsim } from '../../../core/measures/images/ms-ssim.ts';
import { nearestDistances } from '../../../core/measures/images/nearest.ts';
import { slicedWasserstein, swdLevels } from '../../../core/measures/images/sliced-wasserstein.ts';
import { ganModel } from '../../../core/models/gan-kinds.ts';
import { generatorRunner } from '../../../core/models/inference.ts';
import { checkPsi, defaultPsi, truncated } from '../../../core/models/latents.ts';
import type { Device } from '../../../core/runtime/device.ts';
import { type FeatureNetwork, openFeatureNetwork } from '../../artefacts/classifier-features.ts';
import { checkSplits, type Dataset, learntOthers, openDataset, type SplitName } from '../../artefacts/dataset.ts';
import { imagesAt } from '../../artefacts/image-set.ts';
import { readGenerator } from '../../artefacts/networks.ts';
import { openDevice } from '../../devices/device.ts';
import { writeJson, writeWhole } from '../../files/files.ts';
import type { Log } from '../../log/log.ts';
import { isInput, withRun } from '../../runs/run-folder.ts';
import { deviceOptions, pathOption, psiOption, runOptions } from '../framework/options.ts';
import { defineStage, type StageContext } from '../framework/stage.ts';
import { ticking } from '../framework/ticking.ts';
import { type AttributeShares, type Labeller, openLabeller } from './attribute-shares.ts';
import {
  type ComparedSets,
  comparabilityNote,
  comparisonsOf,
  type Distance,
  type Named,
  type Nearness,
  nearnessOf,
  qualityCsv,
  qualityText,
  type Similarity,
  testCount,
} from './comparisons.ts';
import { featuresOfSets, frechetOf, precisionRecallsOf } from './feature-comparisons.ts';

const options = z.strictObject({
  generator: pathOption().describe('run folder of train gan, whose images are measured'),
  dataset: pathOption().describe('run folder of prepare that the generator was trained on'),
  judge: pathOption()
    .optional()
    .describe(
      'run folder of train classifier whose network labelled nothing: precision, recall and Fréchet distance are ' +
        'measured in its features; left out: in those of --classifier',
    ),
  classifier: pathOption()
    .optional()
    .describe('run folder of train classifier, to count how often it sees each attribute in generated and test images'),
  images: z
    .int()
    .min(2)
    .default(8192)
    .describe('images to compare with as many training images; only figures of equal counts compare'),
  psi: psiOption()
    .optional()
    .meta({ defaultInWords: `${defaultPsi} where the generator has it` })
    .describe('truncation at which images are measured too, beside all their variety at 1'),
  pairs: z.int().min(1).default(5000).describe('pairs of images whose likeness (MS-SSIM) is averaged'),
  ...deviceOptions,
  ...runOptions,
});

type Config = z.output<typeof options>;

/** Images that one run of the network makes. */
const batch = 16;

export const evaluateGenerator = defineStage({
  name: 'evaluate generator',
  description: "Measure how a generator's images differ from real ones: SWD, MS-SSIM, Fréchet distance, attributes.",
  examples: [
    '--generator runs/gan --dataset runs/dataset --classifier runs/classifier --out runs/quality',
    '--generator runs/gan --dataset runs/dataset --judge runs/judge --out runs/quality',
  ],
  options,
  async run(config, context) {
    const { out, seed, resume, force } = config;
    const { log } = context;
    const device = await openDevice(config);
    const { generator, dataset, otherPictures } = await openInputs(config, log);
    const { details } = generator;
    const psis = psisOf(config, details);
    const { judge, classifier } = config;
    const labeller = classifier === undefined ? undefined : await openLabeller(classifier, details, device);
    const otherLabelled = labeller !== undefined && (await learntOthers(labeller.run, dataset.folder));
    if (otherLabelled) {
      log.warn(
        `the classifier was trained on other pictures than ${dataset.folder} holds, and may have seen its "test" images: ` +
          'it may know by heart what these show',
      );
    }
    const network = await openFeatures(config, generator, device);
    const inputs = {
      generator: config.generator,
      dataset: dataset.folder,
      ...(classifier !== undefined && { classifier }),
      ...(judge !== undefined && { judge }),
    };
    return withRun(out, { stage: 'evaluate generator', options, config, inputs, resume, force, log }, async run => {
      const images = Math.min(config.images, dataset.indicesOf('train').length);
      if (images < config.images)
        log.warn(`only ${images} images are compared, all that ${dataset.folder} has to train on`);
      const sets: ComparedSets<ImageSet> = {
        generated: await generate(device, generator, psis, images, config, context),
        train: await drawn(dataset, 'train', details, 2 * images, createRandom(seed, streams.evaluateGenerator.train)),
        test: await drawn(dataset, 'test', details, images, createRandom(seed, streams.evaluateGenerator.test)),
      };
      const swd = await distancesOf(device, sets, config, context);
      const msSsim: Similarity[] = [];
      for (const { of, set } of [...sets.generated, { of: 'training', set: partOf(sets.train, 0, images) }]) {
        msSsim.push(await similarityOf(of, set, config, context));
      }
      const nearest = await nearestOf(device, details, sets, dataset, config, context);
      const inFeatures = network && (await comparedInFeatures(device, network, sets, context));
      await network?.release();
      const attributes = labeller && (await sharesOf(labeller, sets, context));
      await labeller?.release();
      const quality = {
        ...{ resolution: details.resolution, note: comparabilityNote, swd, msSsim, nearest },
        ...inFeatures,
        ...(attributes && { attributes }),
        ...(otherPictures && { otherPictures }),
        ...(otherLabelled && { otherLabelled }),
      };
      await writeJson(run.file('generator.json'), quality);
      await writeWhole(run.file('generator.csv'), qualityCsv(quality));
      return { out, ...quality };
    });
  },
  print: quality => qualityText(quality),
});

type Generator = Awaited<ReturnType<typeof openInputs>>['generator'];

async function openInputs({ generator: folder, dataset: datasetFolder }: Config, log: Log) {
  const generator = await readGenerator(folder);
  const dataset = await openDataset(datasetFolder);
  checkSplits(dataset, 'train', 'test');
  const { resolution } = generator.details;
  if (dataset.resolution < resolution) {
    throw new UserError(
      `the dataset must have the generator's ${resolution}×${resolution} or more; got ${dataset.resolution}`,
    );
  }
  swdLevels(resolution); // refuses a side that has none
  const count = dataset.indicesOf('train').length;
  if (count < 2) throw new UserError(`${dataset.folder} must have 2 training images or more; it has ${count}`);
  const otherPictures = await learntOthers(generator.run, datasetFolder);
  if (otherPictures) {
    log.warn(
      `the generator was trained on other pictures than ${dataset.folder} holds: its "training" images are not what the ` +
        'generator learned from, which may have seen its "test" images',
    );
  }
  return { generator, dataset, otherPictures };
}

/** @returns up to `most` images of a split in random order, in the colours and the size of the generator's training. */
async function drawn(
  dataset: Dataset,
  split: SplitName,
  { resolution, normalisation }: Generator['details'],
  most: number,
  random: Random,
): Promise<ImageSet> {
  const indices = dataset.indicesOf(split);
  const order = permutation(random, indices.length).subarray(0, most);
  const chosen = await imagesAt(
    dataset,
    order.map(at => indices[at]!),
  );
  let images: ImageSet = withNormalisation(chosen, normalisation);
  while (images.resolution > resolution) images = halved(images);
  return images;
}

/** @returns the truncations to measure at: 1 first, which is all variety, then that at which faces are shown. */
function psisOf({ psi, generator }: Config, details: Generator['details']): number[] {
  const { geometry } = ganModel(details);
  if (psi !== undefined) checkPsi(psi, geometry, generator);
  return [...new Set([1, psi ?? (geometry === 'linear' ? defaultPsi : 1)])];
}

/** Generates images of the same latents at each truncation. */
async function generate(
  device: Device,
  { details, tensors }: Generator,
  psis: readonly number[],
  count: number,
  { seed }: Config,
  context: StageContext,
): Promise<Named<ImageSet>[]> {
  const runner = await generatorRunner(device, details, tensors, batch);
  const progress = context.log.progress('generate', psis.length * count, 'images');
  const sets: Named<ImageSet>[] = [];
  try {
    for (const psi of psis) {
      const made = sets.length * count;
      const tick = ticking(context, done => progress.update(made + done));
      const maker = {
        ...details,
        generate: async (z: Float32Array) => runner.generate(truncated(await runner.map(z), psi)),
      };
      const set = await generateImages(maker, count, createRandom(seed, streams.evaluateGenerator.latents), tick);
      sets.push({ of: psi === 1 ? 'generated' : `generated at ψ ${psi}`, set });
    }
    progress.finish();
    return sets;
  } finally {
    await runner.release();
  }
}

async function distancesOf(
  device: Device,
  sets: ComparedSets<ImageSet>,
  { seed }: Config,
  context: StageContext,
): Promise<Distance[]> {
  const comparisons = comparisonsOf(sets, partOf);
  const total = comparisons.reduce((sum, { a }) => sum + a.count, 0);
  const progress = context.log.progress('SWD', total, 'images');
  const distances: Distance[] = [];
  let before = 0;
  for (const { of, a, b } of comparisons) {
    const tick = ticking(context, (done, all) => progress.update(before + Math.round((a.count * done) / all), of));
    // Patches and directions are the same each time, so that distances at one count differ by their images alone.
    const random = createRandom(seed, streams.evaluateGenerator.directions);
    const distance = await slicedWasserstein(device, a, b, random, tick);
    distances.push({ of, images: a.count, ...distance });
    before += a.count;
  }
  progress.finish();
  return distances;
}

async function similarityOf(
  of: string,
  images: ImageSet,
  { seed, pairs }: Config,
  context: StageContext,
): Promise<Similarity> {
  const progress = context.log.progress('MS-SSIM', pairs, 'pairs');
  const tick = ticking(context, done => progress.update(done, of));
  const mean = await meanMsSsim(images, pairs, createRandom(seed, streams.evaluateGenerator.pairs), tick);
  progress.finish(of);
  return { of, images: images.count, pairs, mean };
}

/** Measures equally many generated and test images against all images that the generator was trained on. */
async function nearestOf(
  device: Device,
  details: Generator['details'],
  { generated, test }: ComparedSets<ImageSet>,
  dataset: Dataset,
  { seed }: Config,
  context: StageContext,
): Promise<Nearness[]> {
  const count = Math.min(testCount, generated[0]!.set.count, test.count);
  if (count === 0) return [];
  const all = dataset.indicesOf('train').length;
  const train = await drawn(dataset, 'train', details, all, createRandom(seed, streams.evaluateGenerator.train));
  const rows: Nearness[] = [];
  for (const { of, set } of [...generated, { of: 'test', set: test }]) {
    const progress = context.log.progress('nearest', train.count, 'training images');
    const tick = ticking(context, (done, total) => progress.update(Math.round((train.count * done) / total), of));
    rows.push(nearnessOf(of, train.count, await nearestDistances(device, partOf(set, 0, count), train, tick)));
    progress.finish(of);
  }
  return rows;
}

/**
 * Prefers the judge: it labelled nothing, whereas boundaries and edits follow the classifier's answers. Its name tells
 * where it had chosen the generator's weights before, since its figures then flatter them.
 */
async function openFeatures(
  { judge, classifier }: Config,
  { details, run }: Generator,
  device: Device,
): Promise<FeatureNetwork | undefined> {
  if (judge !== undefined) {
    const network = await openFeatureNetwork(judge, 'judge', details, device);
    return (await isInput(run, 'judge', judge))
      ? { ...network, name: `${network.name}, which chose the generator among its moving averages` }
      : network;
  }
  if (classifier !== undefined) return openFeatureNetwork(classifier, 'classifier', details, device);
  return undefined;
}

async function comparedInFeatures(
  device: Device,
  network: FeatureNetwork,
  sets: ComparedSets<ImageSet>,
  context: StageContext,
) {
  const features = await featuresOfSets(network, sets, context);
  const precisionRecall = await precisionRecallsOf(device, features, context);
  const frechet = await frechetOf(features, context);
  return { features: network.name, ...(precisionRecall && { precisionRecall }), frechet };
}

async function sharesOf(
  labeller: Labeller,
  { generated, test }: ComparedSets<ImageSet>,
  context: StageContext,
): Promise<AttributeShares[]> {
  const shares: AttributeShares[] = [];
  for (const { of, set } of [...generated, { of: 'test', set: test }]) {
    const progress = context.log.progress('attributes', set.count, 'images');
    const tick = ticking(context, done => progress.update(done, of));
    shares.push(await labeller.sharesOf(of, set, tick));
    progress.finish(of);
  }
  return shares;
}
