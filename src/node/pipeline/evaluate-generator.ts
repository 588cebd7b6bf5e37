// Stage `evaluate --generator`: how near generated images come to the training images, beside what real ones reach.
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { UserError } from '../../core/errors.ts';
import { createRandom, permutation, type Random } from '../../core/math/random.ts';
import { generateImages, partOf } from '../../core/metrics/image-samples.ts';
import { meanMsSsim } from '../../core/metrics/ms-ssim.ts';
import { nearestDistances } from '../../core/metrics/nearest.ts';
import { leastRows, precisionRecall } from '../../core/metrics/precision-recall.ts';
import { slicedWasserstein, swdLevels, type Tick } from '../../core/metrics/sliced-wasserstein.ts';
import { generatorRunner } from '../../core/models/inference.ts';
import type { Device } from '../../core/runtime/device.ts';
import { halved, type ImageSet, withNormalisation } from '../../core/training/image-source.ts';
import { type Dataset, openDataset, type SplitName } from '../data/dataset.ts';
import { imagesAt } from '../data/image-set.ts';
import { openDevice } from '../io/device.ts';
import { writeJson, writeWhole } from '../io/files.ts';
import { ganDetailsSchema, readTensors } from '../io/networks.ts';
import { openRun, withRun } from '../io/run-folder.ts';
import { type Labeller, openLabeller } from './attribute-shares.ts';
import { type CommonConfig, pathOption } from './options.ts';
import {
  type Comparison,
  comparabilityNote,
  comparisonsOf,
  type Distance,
  type Nearness,
  nearnessOf,
  type PrecisionRecallOf,
  qualityCsv,
  qualityOf,
  qualityText,
  type Similarity,
  testCount,
} from './quality-comparisons.ts';
import type { StageContext, Summary } from './stage.ts';

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
  pairs: z.int().min(1).default(5000).describe('of --generator: pairs of images whose likeness (MS-SSIM) is averaged'),
};

interface GeneratorConfig extends CommonConfig, z.output<z.ZodObject<typeof generatorOptions>> {
  readonly generator: string;
}

/** Images made at a time. */
const batch = 16;
const streams = { latents: 0, train: 1, test: 2, directions: 3, pairs: 4 };

export async function evaluateGenerator(config: GeneratorConfig, context: StageContext): Promise<Summary> {
  const { out, seed, resume, force } = config;
  const { log } = context;
  const device = await openDevice(config);
  const { generator, dataset } = await openInputs(config);
  const labeller =
    config.classifier === undefined ? undefined : await openLabeller(config.classifier, generator.details, device);
  const inputs = {
    generator: config.generator,
    dataset: dataset.folder,
    ...(config.classifier !== undefined && { classifier: config.classifier }),
  };
  return withRun(out, { stage: 'evaluate', config, inputs, resume, force, log }, async run => {
    const images = Math.min(config.images, dataset.indicesOf('train').length);
    if (images < config.images)
      log.warn(`only ${images} images are compared, all that ${dataset.folder} has to train on`);
    const generated = await generate(device, generator, images, config, context);
    const { resolution } = generator.details;
    const train = await drawn(dataset, 'train', generator.details, 2 * images, createRandom(seed, streams.train));
    const test = await drawn(dataset, 'test', generator.details, images, createRandom(seed, streams.test));
    const swd = await distancesOf(device, comparisonsOf(generated, train, test), config, context);
    const msSsim = [
      await similarityOf('generated', generated, config, context),
      await similarityOf('training', partOf(train, 0, images), config, context),
    ];
    const nearest = await nearestOf(device, generator.details, { generated, test, dataset }, config, context);
    const attributes = labeller && [
      await labeller.sharesOf('generated', generated),
      await labeller.sharesOf('test', test),
    ];
    const precisionRecalls = labeller && (await precisionRecallsOf(device, labeller, generated, train, context));
    await labeller?.release();
    const details = {
      ...{ resolution, note: comparabilityNote, swd, msSsim, nearest },
      ...(precisionRecalls && { precisionRecall: precisionRecalls }),
      ...(attributes && { attributes }),
    };
    await writeJson(run.file('generator.json'), details);
    await writeWhole(run.file('generator.csv'), qualityCsv(details));
    return { out, ...details };
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

/** Lets Ctrl-C through between two parts of the work, and shows how far it is. */
function ticking({ signal }: StageContext, update: Tick): Tick {
  return async (done, total) => {
    await setImmediate();
    signal.throwIfAborted();
    await update(done, total);
  };
}

async function generate(
  device: Device,
  { details, tensors }: Generator,
  count: number,
  { seed }: GeneratorConfig,
  context: StageContext,
): Promise<ImageSet> {
  const runner = await generatorRunner(device, details, tensors, batch);
  const maker = { ...details, generate: async (z: Float32Array) => runner.generate(await runner.map(z)) };
  const progress = context.log.progress('generate', count, 'images');
  const tick = ticking(context, done => progress.update(done));
  try {
    const images = await generateImages(maker, count, createRandom(seed, streams.latents), tick);
    progress.finish();
    return images;
  } finally {
    await runner.release();
  }
}

async function distancesOf(
  device: Device,
  comparisons: readonly Comparison[],
  { seed }: GeneratorConfig,
  context: StageContext,
): Promise<Distance[]> {
  const total = comparisons.reduce((sum, { a }) => sum + a.count, 0);
  const progress = context.log.progress('SWD', total, 'images');
  const distances: Distance[] = [];
  let before = 0;
  for (const { of, a, b } of comparisons) {
    const tick = ticking(context, (done, all) => progress.update(before + Math.round((a.count * done) / all), of));
    // The same places and directions each time: figures of one count then differ by their images alone.
    const random = createRandom(seed, streams.directions);
    const distance = await slicedWasserstein(device, a, b, random, tick);
    distances.push({ of, images: a.count, ...distance });
    before += a.count;
  }
  progress.finish();
  return distances;
}

/** Of generated images, and of as many real ones that are compared with others; undefined of too few. */
async function precisionRecallsOf(
  device: Device,
  labeller: Labeller,
  generated: ImageSet,
  train: ImageSet,
  context: StageContext,
): Promise<PrecisionRecallOf[] | undefined> {
  const count = Math.min(generated.count, Math.floor(train.count / 2));
  if (count < leastRows) return undefined;
  const real = await labeller.featuresOf(partOf(train, 0, count));
  const rows: PrecisionRecallOf[] = [];
  for (const [of, images] of [
    ['generated, training', partOf(generated, 0, count)],
    ['training, other training', partOf(train, count, count)],
  ] as const) {
    const progress = context.log.progress('precision and recall', count, 'images');
    const tick = ticking(context, (done, total) => progress.update(Math.round((count * done) / total), of));
    const features = await labeller.featuresOf(images);
    rows.push({ of, images: count, ...(await precisionRecall(device, features, real, tick)) });
    progress.finish(of);
  }
  return rows;
}

/** Of as many generated and test images as there are of both, to all that the generator was trained on. */
async function nearestOf(
  device: Device,
  details: Generator['details'],
  { generated, test, dataset }: { readonly generated: ImageSet; readonly test: ImageSet; readonly dataset: Dataset },
  { seed }: GeneratorConfig,
  { log, signal }: StageContext,
): Promise<Nearness[]> {
  const count = Math.min(testCount, generated.count, test.count);
  if (count === 0) return [];
  const all = dataset.indicesOf('train').length;
  const train = await drawn(dataset, 'train', details, all, createRandom(seed, streams.train));
  const rows: Nearness[] = [];
  for (const [of, images] of [
    ['generated', generated],
    ['test', test],
  ] as const) {
    const progress = log.progress('nearest', train.count, 'training images');
    const tick = ticking({ log, signal }, (done, total) =>
      progress.update(Math.round((train.count * done) / total), of),
    );
    rows.push(nearnessOf(of, train.count, await nearestDistances(device, partOf(images, 0, count), train, tick)));
    progress.finish(of);
  }
  return rows;
}

async function similarityOf(
  of: string,
  images: ImageSet,
  { seed, pairs }: GeneratorConfig,
  context: StageContext,
): Promise<Similarity> {
  const progress = context.log.progress('MS-SSIM', pairs, 'pairs');
  const tick = ticking(context, done => progress.update(done, of));
  const mean = await meanMsSsim(images, pairs, createRandom(seed, streams.pairs), tick);
  progress.finish(of);
  return { of, images: images.count, pairs, mean };
}
