// Stage `evaluate --generator`: how near generated images come to the training images, beside what real ones reach.
import { z } from 'zod';
import { UserError } from '../../../core/errors.ts';
import { halved, type ImageSet, withNormalisation } from '../../../core/images/image-set.ts';
import { createRandom, permutation, type Random } from '../../../core/math/random.ts';
import { streams } from '../../../core/math/streams.ts';
import { generateImages, partOf } from '../../../core/measures/images/image-samples.ts';
import { meanMsSsim } from '../../../core/measures/images/ms-ssim.ts';
import { nearestDistances } from '../../../core/measures/images/nearest.ts';
import { slicedWasserstein, swdLevels } from '../../../core/measures/images/sliced-wasserstein.ts';
import { ganModel } from '../../../core/models/gan-kinds.ts';
import { generatorRunner } from '../../../core/models/inference.ts';
import { checkPsi, defaultPsi, truncated } from '../../../core/models/latents.ts';
import type { Device } from '../../../core/runtime/device.ts';
import { type Dataset, openDataset, type SplitName } from '../../artefacts/dataset.ts';
import { imagesAt } from '../../artefacts/image-set.ts';
import { ganDetailsSchema, readTensors } from '../../artefacts/networks.ts';
import { openDevice } from '../../devices/device.ts';
import { writeJson, writeWhole } from '../../files/files.ts';
import { openRun, withRun } from '../../runs/run-folder.ts';
import { type CommonConfig, pathOption, psiOption } from '../framework/options.ts';
import type { StageContext, Summary } from '../framework/stage.ts';
import { ticking } from '../framework/ticking.ts';
import { type AttributeShares, type Labeller, openLabeller } from './attribute-shares.ts';
import { type FeatureNetwork, openFeatureNetwork } from './classifier-features.ts';
import {
  type ComparedSets,
  comparabilityNote,
  comparisonsOf,
  type Distance,
  type Named,
  type Nearness,
  nearnessOf,
  qualityCsv,
  qualityOf,
  qualityText,
  type Similarity,
  testCount,
} from './comparisons.ts';
import { featuresOfSets, frechetOf, precisionRecallsOf } from './feature-comparisons.ts';

/** The options that only this half of the stage has. */
export const generatorOptions = {
  dataset: pathOption().optional().describe('of --generator: run folder of prepare that it was trained on'),
  images: z
    .int()
    .min(2)
    .default(8192)
    .describe('of --generator: images to compare with as many training images; only figures of equal counts compare'),
  classifier: pathOption()
    .optional()
    .describe(
      'of --generator: run folder of train classifier, which says how often it sees each attribute in generated and ' +
        'in test images, and in whose features precision and recall are measured',
    ),
  psi: psiOption()
    .optional()
    .meta({ defaultInWords: `${defaultPsi} where the generator has it` })
    .describe('of --generator: truncation at which images are measured too, beside all their variety at 1'),
  pairs: z.int().min(1).default(5000).describe('of --generator: pairs of images whose likeness (MS-SSIM) is averaged'),
};

interface GeneratorConfig extends CommonConfig, z.output<z.ZodObject<typeof generatorOptions>> {
  readonly generator: string;
  /** In its features precision, recall and Fréchet distance are measured; where none is given, in the classifier's. */
  readonly judge: string | undefined;
}

/** Images made at a time. */
const batch = 16;

export async function evaluateGenerator(config: GeneratorConfig, context: StageContext): Promise<Summary> {
  const { out, seed, resume, force } = config;
  const { log } = context;
  const device = await openDevice(config);
  const { generator, dataset } = await openInputs(config);
  const { details } = generator;
  const psis = psisOf(config, details);
  const { judge, classifier } = config;
  const labeller = classifier === undefined ? undefined : await openLabeller(classifier, details, device);
  const network = await openFeatures(config, details, device);
  const inputs = {
    generator: config.generator,
    dataset: dataset.folder,
    ...(classifier !== undefined && { classifier }),
    ...(judge !== undefined && { judge }),
  };
  return withRun(out, { stage: 'evaluate', config, inputs, resume, force, log }, async run => {
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
    const attributes = labeller && (await sharesOf(labeller, sets));
    await labeller?.release();
    const figures = {
      ...{ resolution: details.resolution, note: comparabilityNote, swd, msSsim, nearest },
      ...inFeatures,
      ...(attributes && { attributes }),
    };
    await writeJson(run.file('generator.json'), figures);
    await writeWhole(run.file('generator.csv'), qualityCsv(figures));
    return { out, ...figures };
  });
}

export function printQuality(summary: Summary): string {
  return qualityText(qualityOf(summary));
}

type Generator = Awaited<ReturnType<typeof openInputs>>['generator'];

async function openInputs({ generator: folder, dataset: datasetFolder }: GeneratorConfig) {
  if (datasetFolder === undefined) {
    throw new UserError('--generator needs --dataset, the run folder of prepare with the images it was trained on');
  }
  const run = await openRun(folder, 'train gan');
  const generator = await readTensors(run.file('generator.safetensors'), ganDetailsSchema);
  const dataset = await openDataset(datasetFolder);
  const { resolution } = generator.details;
  if (dataset.resolution < resolution) {
    throw new UserError(
      `the dataset must have the generator's ${resolution}×${resolution} or more; got ${dataset.resolution}`,
    );
  }
  swdLevels(resolution); // refuses a side that has none
  const count = dataset.indicesOf('train').length;
  if (count < 2) throw new UserError(`${dataset.folder} must have 2 training images or more; it has ${count}`);
  return { generator, dataset };
}

/** Up to `most` images of a split in random order, with the generator's colours and side as its training had them. */
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

/** Truncations at which images are measured: all their variety first, then as faces are shown. */
function psisOf({ psi, generator }: GeneratorConfig, details: Generator['details']): number[] {
  const { geometry } = ganModel(details);
  if (psi !== undefined) checkPsi(psi, geometry, generator);
  return [...new Set([1, psi ?? (geometry === 'linear' ? defaultPsi : 1)])];
}

/** Images of the same latents at each truncation. */
async function generate(
  device: Device,
  { details, tensors }: Generator,
  psis: readonly number[],
  count: number,
  { seed }: GeneratorConfig,
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
  { seed }: GeneratorConfig,
  context: StageContext,
): Promise<Distance[]> {
  const comparisons = comparisonsOf(sets, partOf);
  const total = comparisons.reduce((sum, { a }) => sum + a.count, 0);
  const progress = context.log.progress('SWD', total, 'images');
  const distances: Distance[] = [];
  let before = 0;
  for (const { of, a, b } of comparisons) {
    const tick = ticking(context, (done, all) => progress.update(before + Math.round((a.count * done) / all), of));
    // The same places and directions each time: figures of one count then differ by their images alone.
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
  { seed, pairs }: GeneratorConfig,
  context: StageContext,
): Promise<Similarity> {
  const progress = context.log.progress('MS-SSIM', pairs, 'pairs');
  const tick = ticking(context, done => progress.update(done, of));
  const mean = await meanMsSsim(images, pairs, createRandom(seed, streams.evaluateGenerator.pairs), tick);
  progress.finish(of);
  return { of, images: images.count, pairs, mean };
}

/** Of as many generated and test images as there are of both, to all that the generator was trained on. */
async function nearestOf(
  device: Device,
  details: Generator['details'],
  { generated, test }: ComparedSets<ImageSet>,
  dataset: Dataset,
  { seed }: GeneratorConfig,
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

/** The judge goes first: it labelled nothing, whereas boundaries and edits follow the classifier's answers. */
async function openFeatures(
  { judge, classifier }: GeneratorConfig,
  details: Generator['details'],
  device: Device,
): Promise<FeatureNetwork | undefined> {
  if (judge !== undefined) return openFeatureNetwork(judge, 'judge', details, device);
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

async function sharesOf(labeller: Labeller, { generated, test }: ComparedSets<ImageSet>): Promise<AttributeShares[]> {
  const shares: AttributeShares[] = [];
  for (const { of, set } of [...generated, { of: 'test', set: test }]) shares.push(await labeller.sharesOf(of, set));
  return shares;
}
