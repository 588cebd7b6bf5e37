// Stage `train gan`: trains a progressively growing GAN, with sample grids and checkpoints along the way.
import { z } from 'zod';
import { UserError } from '../../core/errors.ts';
import type { NdArray } from '../../core/formats/nd-array.ts';
import { sampleLatents } from '../../core/latent/sampling.ts';
import { createRandom } from '../../core/math/random.ts';
import { type GanCheckpoint, GanTrainer, type GanTrainingConfig } from '../../core/training/gan-trainer.ts';
import { openDataset } from '../data/dataset.ts';
import { imagesOf } from '../data/image-set.ts';
import { openDevice } from '../io/device.ts';
import { writeWhole } from '../io/files.ts';
import { exists } from '../io/manifest.ts';
import { readTensors, trainingStateSchema, writeTensors } from '../io/networks.ts';
import { type Run, withRun } from '../io/run-folder.ts';
import { encodeGrid } from '../report/image-grid.ts';
import { deviceOptions, pathOption, resolutionOption, runOptions } from './options.ts';
import { type Figures, smoothed } from './recent.ts';
import { defineStage, type StageContext } from './stage.ts';

const kimg = (fallback: number) => z.number().min(0).default(fallback);

const options = z.strictObject({
  dataset: pathOption().describe('run folder of prepare; its resolution is the one trained for'),
  loss: z
    .enum(['logistic-r1', 'wgan-gp'])
    .default('logistic-r1')
    .describe("wgan-gp is the paper's; logistic-r1 takes about half the work"),
  gamma: z.number().min(0).default(0.3).describe('weight of the R1 penalty (logistic-r1)'),
  penaltyInterval: z.int().min(1).default(8).describe('discriminator steps between R1 penalties (logistic-r1)'),
  lambda: z.number().min(0).default(10).describe('weight of the gradient penalty (wgan-gp)'),
  drift: z.number().min(0).default(0.001).describe('weight of the squared real score (wgan-gp)'),
  discriminatorSteps: z
    .int()
    .min(0)
    .default(1)
    .describe('discriminator steps for each generator step; 0 trains both in one step, in three quarters of the time'),
  latentSize: z.int().min(1).max(4096).default(128).describe('length d of the latent'),
  fmapBase: z.number().min(1).default(512).describe('scale of the channel counts: 2·fmapBase/side at each side'),
  fmapDecay: z.number().min(0).default(1).describe('how fast channel counts fall with the side'),
  fmapMax: z.int().min(1).default(128).describe('upper bound of the channel counts'),
  startResolution: resolutionOption().default(4).describe("where growing begins; the dataset's own: no growing"),
  fadeKimg: kimg(5).describe('thousand images shown while a new resolution fades in'),
  stabiliseKimg: kimg(5).describe('thousand images shown at each resolution after its fade'),
  kimg: kimg(200).describe('thousand real images shown in all'),
  decayKimg: kimg(0).describe('thousand images at the end over which the learning rate falls to a tenth'),
  minibatch: z.int().min(1).default(8).describe('images a step at the final resolution'),
  maxMinibatch: z
    .int()
    .min(1)
    .default(16)
    .describe('images a step at lower resolutions: twice as many at half the side, up to this bound'),
  learningRate: z.number().positive().default(0.002).describe("Adam's rate, for both networks"),
  beta1: z.number().min(0).max(0.999).default(0).describe("Adam's decay of the mean"),
  beta2: z.number().min(0).max(0.99999).default(0.99).describe("Adam's decay of the variance"),
  tickKimg: z.number().positive().default(5).describe('thousand images between sample grids and checkpoints'),
  ...deviceOptions,
  ...runOptions,
});
type Options = z.output<typeof options>;

const checkpointSchema = trainingStateSchema.extend({ imagesShown: z.int(), resolution: z.int() });

const checkpointFile = 'checkpoint.safetensors';
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
    '--dataset runs/dataset --out runs/paper --loss wgan-gp --learning-rate 0.001 --kimg 1000',
  ],
  options,
  async run(config, context) {
    const device = await openDevice(config);
    const dataset = await openDataset(config.dataset);
    const inputs = { dataset: config.dataset };
    const { resume, force } = config;
    const { log } = context;
    return withRun(config.out, { stage: 'train gan', config, inputs, resume, force, log }, async run => {
      const images = await imagesOf(dataset, 'train');
      const training = trainingConfig(config, dataset.resolution);
      const checkpoint = await savedCheckpoint(run);
      const trainer = new GanTrainer(device, training, images, checkpoint);
      try {
        return await train(trainer, training, checkpoint?.recent ?? {}, config, run, context);
      } finally {
        await trainer.release();
      }
    });
  },
});

function trainingConfig(config: Options, resolution: number): GanTrainingConfig {
  const { latentSize, fmapBase, fmapDecay, fmapMax, startResolution } = config;
  if (startResolution > resolution) {
    throw new UserError(`startResolution must not exceed the dataset's ${resolution}; got ${startResolution}`);
  }
  return {
    architecture: { resolution, latentSize, fmapBase, fmapDecay, fmapMax },
    loss:
      config.loss === 'wgan-gp'
        ? { kind: 'wgan-gp', lambda: config.lambda, target: 1, drift: config.drift }
        : { kind: 'logistic-r1', gamma: config.gamma, interval: config.penaltyInterval },
    adam: { beta1: config.beta1, beta2: config.beta2, epsilon: 1e-8 },
    plan: {
      startResolution,
      resolution,
      fadeKimg: config.fadeKimg,
      stabiliseKimg: config.stabiliseKimg,
      totalKimg: config.kimg,
      minibatch: config.minibatch,
      maxMinibatch: config.maxMinibatch,
      learningRate: config.learningRate,
      decayKimg: config.decayKimg,
    },
    discriminatorSteps: config.discriminatorSteps,
    seed: config.seed,
  };
}

async function savedCheckpoint(run: Run): Promise<(GanCheckpoint & { recent: Figures }) | undefined> {
  const path = run.file(checkpointFile);
  if (!(await exists(path))) return undefined;
  const { tensors, details } = await readTensors(path, checkpointSchema);
  return { tensors, progress: details, recent: details.recent };
}

async function saveCheckpoint(trainer: GanTrainer, recent: Figures, run: Run): Promise<void> {
  const { tensors, progress } = trainer.checkpoint();
  await writeTensors(run.file(checkpointFile), tensors, { ...progress, recent });
}

async function train(
  trainer: GanTrainer,
  training: GanTrainingConfig,
  earlier: Figures,
  config: Options,
  run: Run,
  { log, signal }: StageContext,
) {
  const gridLatents = sampleLatents(createRandom(config.seed, 3), gridFaces, config.latentSize);
  const saveGrid = async () => {
    const images = await trainer.sample(gridLatents, gridBatch);
    const { resolution } = trainer.point;
    const name = `samples-${String(Math.round(trainer.imagesShown / 1000)).padStart(6, '0')}-kimg.png`;
    const grid = { resolution, columns: 8, scale: Math.max(1, 64 / resolution) };
    await writeWhole(run.file(name), await encodeGrid(images, grid));
    return name;
  };
  const progress = log.progress('train gan', config.kimg * 1000, 'images');
  await run.rewind(({ imagesShown }) => Number(imagesShown) <= trainer.imagesShown);
  let recent = earlier;
  let since = { time: performance.now(), images: trainer.imagesShown };
  while (!trainer.finished) {
    const before = trainer.imagesShown;
    const { resolution, phase, alpha, learningRate } = trainer.point;
    recent = smoothed(recent, await stepOrExplain(trainer));
    const { imagesShown } = trainer;
    progress.update(imagesShown, describe(resolution, phase, alpha, recent));
    /** Whether this step reached another multiple of so many images, or the end. */
    const passed = (images: number) =>
      trainer.finished || Math.floor(imagesShown / images) > Math.floor(before / images);
    if (passed((config.kimg * 1000) / metricsLines)) {
      run.metrics({ imagesShown, resolution, alpha, learningRate, ...recent });
    }
    const ticked = passed(config.tickKimg * 1000);
    if (ticked) {
      const imagesPerSecond = (1000 * (imagesShown - since.images)) / (performance.now() - since.time);
      run.timings({ imagesShown, imagesPerSecond, memoryMB: process.memoryUsage.rss() / 2 ** 20 });
      if (!trainer.finished) await saveGrid();
      since = { time: performance.now(), images: imagesShown };
    }
    if (ticked || signal.aborted) await saveCheckpoint(trainer, recent, run);
    if (signal.aborted) log.info(`checkpoint saved after ${imagesShown} images; --resume continues from it`);
    signal.throwIfAborted();
  }
  progress.finish();
  const samples = await saveGrid();
  const weights: Record<string, NdArray<Float32Array>> = trainer.generatorWeights();
  await writeTensors(run.file('generator.safetensors'), weights, training.architecture);
  return { imagesShown: trainer.imagesShown, steps: trainer.steps, ...training.architecture, samples };
}

/** A diverged training is the user's to mend: the last good checkpoint stays. */
async function stepOrExplain(trainer: GanTrainer) {
  try {
    return await trainer.step();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError(`${error.message}; train again with a lower --learning-rate`);
  }
}

function describe(resolution: number, phase: string, alpha: number, metrics: Readonly<Record<string, number>>): string {
  const stage = phase === 'fade' ? `fade ${alpha.toFixed(2)}` : 'stabilise';
  const losses = `D ${metrics.discriminatorLoss?.toFixed(2)} G ${metrics.generatorLoss?.toFixed(2)}`;
  return `${resolution}×${resolution} ${stage}, ${losses}`;
}
