// Stage `train gan`: trains a progressively growing GAN, with sample grids and checkpoints along the way.
import { resolve } from 'node:path';
import { UserError } from '../../../core/errors.ts';
import { halved, type ImageSet, withNormalisation } from '../../../core/images/image-set.ts';
import { createRandom } from '../../../core/math/random.ts';
import { streams } from '../../../core/math/streams.ts';
import { generatorQuality } from '../../../core/measures/images/generator-quality.ts';
import { smallestLevel } from '../../../core/measures/images/laplacian-pyramid.ts';
import { ganModel } from '../../../core/models/gan-kinds.ts';
import { sampleLatents } from '../../../core/models/latents.ts';
import type { Device } from '../../../core/runtime/device.ts';
import { GanTrainer, type GanTrainingConfig } from '../../../core/training/gan/trainer.ts';
import { imageRepeatsOf } from '../../../core/training/image-repeats.ts';
import { readFittingClassifier } from '../../artefacts/classifier-features.ts';
import { checkLabelled, checkSplits, openDataset } from '../../artefacts/dataset.ts';
import { imagesOf } from '../../artefacts/image-set.ts';
import { type GanDetails, networkFiles, writeTensors } from '../../artefacts/networks.ts';
import { openDevice } from '../../devices/device.ts';
import { writeWhole } from '../../files/files.ts';
import { exists } from '../../files/places.ts';
import { encodeGrid } from '../../presentation/image-grid.ts';
import { isRun, readManifest } from '../../runs/manifest.ts';
import { type Run, withRun } from '../../runs/run-folder.ts';
import { placeOf } from '../../runs/run-place.ts';
import { explainingDivergence } from '../framework/divergence.ts';
import { type Measured, movingMean } from '../framework/moving-mean.ts';
import { defineStage, type StageContext } from '../framework/stage.ts';
import { type AverageMeasure, keepBest, openAverageMeasure, readBest, rewindBest, settleBest } from './best-average.ts';
import { checkLeft, foreignCheckpoint, hasCheckpoint, latestCheckpoint, saveCheckpoint } from './checkpoints.ts';
import {
  checkAllAct,
  checkFall,
  commonGanOptions,
  type GanOptions,
  ganOptions,
  ganPreset,
  ganTrainingConfig,
  resumableGanOptions,
  shareCount,
} from './options.ts';
import { openShares } from './share-threads.ts';

/** Remedy for a training that diverged. */
const remedy =
  'the checkpoints before it are good: train with a lower --learning-rate and another --out, if you like with ' +
  '--start-from one of them';
/** Lines of metrics in a whole training. */
const metricsLines = 200;
/** Faces of a sample grid, and how many of them one run of the network makes. */
const gridFaces = 64;
const gridBatch = 16;

export const trainGan = defineStage({
  name: 'train gan',
  description: 'Train a progressively growing GAN on a prepared dataset.',
  examples: [
    '--dataset runs/dataset --out runs/gan',
    '--dataset runs/dataset --out runs/gan --resume',
    '--dataset runs/dataset --out runs/paper --preset g --fmap-base 256 --fade-kimg 50 --stabilise-kimg 50 --kimg 1000',
  ],
  options: ganOptions,
  common: commonGanOptions,
  preset: ganPreset,
  async run(given, context) {
    const resumed = await isResumed(given);
    const settled = resumed ? await settledStart(given) : undefined;
    const config = settled === undefined ? given : { ...given, startFrom: settled.path };
    if (!resumed) checkAllAct(config);
    const device = await openDevice(config);
    const dataset = await openDataset(config.dataset);
    checkSplits(dataset, 'train');
    if (config.balance) checkLabelled(dataset, '--balance');
    const training = ganTrainingConfig(config, dataset.resolution);
    const { dataset: folder, startFrom, judge, normalisation = 'range', out, resume, force } = config;
    const facts = { normalisation, ...training.architecture };
    if (judge !== undefined && config.measureKimg === 0) {
      throw new UserError(
        '--judge measures nothing with --measure-kimg 0; leave it out, or give --measure-kimg 25, say',
      );
    }
    if (judge !== undefined) await readFittingClassifier(judge, 'judge', facts);
    const inputs = {
      dataset: folder,
      ...(startFrom !== undefined && { startFrom: settled ?? startFrom }),
      ...(judge !== undefined && { judge }),
    };
    const { log } = context;
    // Before the run folder is begun, which may empty the one the file lies in.
    const isForeign = startFrom !== undefined && settled === undefined;
    const foreign = isForeign ? await foreignCheckpoint(startFrom, training, facts) : undefined;
    const endsByPlan = config.fallKimg === 0;
    if (!resumed) checkFall(config.fallKimg, foreign?.progress, training);
    if (!resumed && endsByPlan && foreign !== undefined) checkLeft(startFrom!, foreign, training);
    const resumable = resumableGanOptions;
    const goOn = `go on from it with --start-from ${out}/checkpoint-….safetensors and another --out`;
    const own = { stage: 'train gan', options: ganOptions, config, inputs, resume, force, log, resumable, goOn };
    return withRun(out, own, async run => {
      const labelled = await imagesOf(dataset, 'train');
      let images: ImageSet = withNormalisation(labelled, normalisation);
      while (images.resolution > training.architecture.resolution) images = halved(images);
      const checkpoint = (await latestCheckpoint(run, log)) ?? foreign;
      checkFall(config.fallKimg, checkpoint?.progress, training);
      if (checkpoint?.isWidened) {
        log.info('train gan: the networks are widened; moving averages and optimisers begin anew');
      }
      if (endsByPlan && checkpoint !== undefined && checkpoint === foreign) checkLeft(startFrom!, foreign, training);
      const imageRepeats = config.balance ? imageRepeatsOf(labelled.labels, dataset.attributes) : undefined;
      const count = shareCount(config, training);
      if (config.dataParallel && config.device === 'cpu' && count < config.threads) {
        log.info(
          `train gan: ${count} of ${config.threads} threads share each minibatch, which does not divide further`,
        );
      }
      const { seed } = config;
      const measure = judge === undefined ? undefined : await openAverageMeasure(judge, facts, images, seed, device);
      const shares = config.dataParallel ? openShares(count, config.device, config.threads) : undefined;
      let trainer: GanTrainer | undefined;
      try {
        trainer = new GanTrainer(device, training, images, checkpoint, { shares, imageRepeats });
        if (config.fallKimg > 0) trainer.beginFall(config.fallKimg);
        const setting = { device, images, training, facts, config, run, context, measure };
        return await explainingDivergence(remedy, () => train(trainer!, checkpoint?.recent ?? {}, setting));
      } finally {
        await trainer?.release();
        await shares?.close();
        await measure?.release();
      }
    });
  },
});

/** Whether an earlier sitting is gone on with: its options must stay, also those that earlier versions let pass. */
async function isResumed({ resume, out }: GanOptions): Promise<boolean> {
  return resume && ((await isRun(out)) || (await isRun((await placeOf(out)).partial)));
}

/**
 * @returns what an unfinished run set out from, as its manifest names it, once it has a checkpoint of its own: the file may be
 *   gone by then, as trainings keep the latest few. Undefined where another file is asked for, which is refused then.
 */
async function settledStart({ out, startFrom }: GanOptions) {
  const { partial } = await placeOf(out);
  if (!(await exists(partial)) || !(await hasCheckpoint(partial))) return undefined;
  const { startFrom: recorded } = (await readManifest(partial)).inputs;
  const isMeant = startFrom === undefined || resolve(startFrom) === resolve(recorded?.path ?? '');
  return isMeant ? recorded : undefined;
}

interface Setting {
  readonly device: Device;
  readonly images: ImageSet;
  readonly training: GanTrainingConfig;
  /** The networks, as files describe them. */
  readonly facts: GanDetails;
  readonly config: GanOptions;
  readonly run: Run;
  readonly context: StageContext;
  readonly measure: AverageMeasure | undefined;
}

async function train(trainer: GanTrainer, earlier: Measured, setting: Setting) {
  const { training, facts, config, run } = setting;
  const { log, signal } = setting.context;
  const gridLatents = sampleLatents(createRandom(config.seed, streams.trainGan.grid), gridFaces, config.latentSize);
  /** Faces of the same latents each time, so that one can watch them grow. */
  const saveGrid = async () => {
    const { images, resolution } = await trainer.sample(gridLatents, gridBatch);
    const name = `samples-${String(trainer.imagesShown).padStart(10, '0')}-${resolution}px.png`;
    const grid = { resolution, columns: 8, scale: Math.max(1, 64 / resolution) };
    await writeWhole(run.file(name), await encodeGrid(images, grid));
    return name;
  };
  const progress = log.progress('train gan', trainer.end, 'images', trainer.imagesShown);
  await run.rewind(({ imagesShown }) => Number(imagesShown) <= trainer.imagesShown);
  await rewindBest(run, trainer.imagesShown);
  let recent = earlier;
  let since = { time: performance.now(), images: trainer.imagesShown };
  while (!trainer.finished) {
    const before = trainer.imagesShown;
    const { resolution, phase, alpha, learningRate } = trainer.point;
    recent = movingMean(recent, await trainer.step());
    const { imagesShown } = trainer;
    progress.update(imagesShown, describe(resolution, phase, alpha, recent));
    /** Whether this step reached another multiple of so many images, or the end. */
    const passed = (images: number) =>
      trainer.finished || Math.floor(imagesShown / images) > Math.floor(before / images);
    if (passed(trainer.end / metricsLines)) {
      run.metrics({ imagesShown, resolution, alpha, learningRate, ...recent });
    }
    if (config.measureKimg > 0 && passed(config.measureKimg * 1000)) await measured(trainer, resolution, setting);
    const ticked = passed(config.tickKimg * 1000);
    if (ticked) {
      const imagesPerSecond = (1000 * (imagesShown - since.images)) / (performance.now() - since.time);
      run.timings({ imagesShown, imagesPerSecond, memoryMB: process.memoryUsage.rss() / 2 ** 20 });
    }
    // The last images of a resolution are kept too: they show what the next one begins from.
    if (!trainer.finished && (ticked || trainer.point.resolution > resolution)) await saveGrid();
    if (ticked) since = { time: performance.now(), images: imagesShown };
    if (ticked || signal.aborted) {
      await saveCheckpoint(trainer, recent, facts, run, trainer.finished ? 1 : config.keep);
      await settleBest(run);
    }
    if (signal.aborted) log.info(`checkpoint saved after ${imagesShown} images; --resume continues from it`);
    signal.throwIfAborted();
  }
  progress.finish();
  const samples = await saveGrid();
  const { architecture } = training;
  const kept = setting.measure === undefined ? undefined : await readBest(run); // a judge of before has no say
  const weights = await ganModel(architecture).finish(setting.device, kept?.weights ?? trainer.generatorWeights());
  await writeTensors(run.file(networkFiles.generator), { ...weights }, facts);
  const { imagesShown, steps } = trainer;
  const best = kept && { best: kept.best };
  return { imagesShown, steps, ...architecture, samples, ...best };
}

/** Measures the generator as it is now, writes the figures, and keeps its best moving average. */
async function measured(trainer: GanTrainer, resolution: number, setting: Setting): Promise<void> {
  const { run, measure, training, context } = setting;
  const { imagesShown } = trainer;
  if (resolution >= smallestLevel) {
    run.metrics({ imagesShown, resolution, ...(await quality(trainer, resolution, setting)) });
  }
  // In a fade the judge would see mostly the smaller image, and another network would be kept.
  const isWhole = resolution === training.architecture.resolution && trainer.point.alpha === 1;
  if (measure === undefined || !isWhole) return;
  const { distances, best } = await keepBest(trainer, measure, run);
  run.metrics({ imagesShown, frechet: distances });
  const told = distances.map(distance => distance.toFixed(3)).join(', ');
  context.log.info(`Fréchet distance of each average: ${told}; the best so far: ${best.frechet.toFixed(3)}`);
}

/** SWD and MS-SSIM of what the generator makes now, the same latents and real images each time. */
async function quality(trainer: GanTrainer, resolution: number, { device, images, config }: Setting) {
  const generate = async (latents: Float32Array) => (await trainer.sample(latents, gridBatch)).images;
  const maker = { resolution, latentSize: config.latentSize, generate };
  const found = await generatorQuality(device, maker, images, { seed: config.seed });
  const { images: count, pairs, ...figures } = found;
  return { ...figures, sample: { images: count, pairs } };
}

function describe(resolution: number, phase: string, alpha: number, metrics: Readonly<Record<string, number>>): string {
  const stage = phase === 'fade' ? `fade ${alpha.toFixed(2)}` : 'stabilise';
  const losses = `D ${metrics.discriminatorLoss?.toFixed(2)} G ${metrics.generatorLoss?.toFixed(2)}`;
  return `${resolution}×${resolution} ${stage}, ${losses}`;
}
