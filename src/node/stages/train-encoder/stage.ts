// Stage `train encoder`: the network that finds a photo's latents, for a style generator.
import { rm } from 'node:fs/promises';
import { UserError } from '../../../core/errors.ts';
import type { ImageSet } from '../../../core/images/image-set.ts';
import { normalisedBatch } from '../../../core/images/image-set.ts';
import { mean } from '../../../core/math/statistics.ts';
import { featureDistance, psnr } from '../../../core/measures/images/likeness.ts';
import { classifierFeatures } from '../../../core/models/classifier.ts';
import type { EncoderArchitecture } from '../../../core/models/encoder.ts';
import { ganModel } from '../../../core/models/gan-kinds.ts';
import { BatchRunner, classifierRunner, encoderOnnx, generatorRunner } from '../../../core/models/inference.ts';
import type { Weights } from '../../../core/models/weights.ts';
import type { Device } from '../../../core/runtime/device.ts';
import { Program } from '../../../core/runtime/program.ts';
import type { EncoderTeachers } from '../../../core/training/encoder/step.ts';
import { EncoderTrainer, type EncoderTrainingConfig } from '../../../core/training/encoder/trainer.ts';
import { checkSplits, type Dataset, openDataset } from '../../artefacts/dataset.ts';
import { readEncoder, writeEncoder } from '../../artefacts/encoder.ts';
import { imagesAt } from '../../artefacts/image-set.ts';
import {
  checkClassifierFits,
  readClassifier,
  readGenerator,
  readTensors,
  trainingStateSchema,
  writeTensors,
} from '../../artefacts/networks.ts';
import { openDevice } from '../../devices/device.ts';
import { exists } from '../../files/places.ts';
import type { Log } from '../../log/log.ts';
import { type Run, withRun } from '../../runs/run-folder.ts';
import { explainingDivergence } from '../framework/divergence.ts';
import { type Measured, movingMean } from '../framework/moving-mean.ts';
import { defineStage, type StageContext } from '../framework/stage.ts';
import { commonEncoderOptions, encoderOptions } from './options.ts';

const checkpointFile = 'checkpoint.safetensors';
/** Steps between lines of metrics, and between checkpoints. */
const [metricsEvery, checkpointEvery] = [20, 200];
/** Validation photos that are measured at each tick. */
const measuredPhotos = 256;
/** Images of a network's run. */
const batch = 32;

/** Means over the validation photos as the encoder alone finds them. */
interface Found {
  /** dB. */
  readonly psnr: number;
  /** Squared distance of the classifier's features, as a share of the photo's squared length. */
  readonly featureDistance: number;
  /** Mean square of the latents' numbers: 1 for faces drawn at ψ 1. */
  readonly latentSquare: number;
}

/** Warns of pictures that do not frame faces as photos are cut when they are opened. */
function warnOfFraming({ crop }: Dataset, log: Log): void {
  if (crop === 'celeba' || crop === 'face') return;
  log.warn(
    `the pictures were prepared with --crop ${crop}, and photos are cut around the face as CelebA's pictures are: they ` +
      'may open worse. For photos, prepare with --crop face',
  );
}

export const trainEncoder = defineStage({
  name: 'train encoder',
  description: "Train the network that finds a photo's latents, so that photos can be edited.",
  examples: [
    '--dataset runs/dataset --generator runs/gan --classifier runs/classifier --out runs/encoder',
    '--dataset runs/dataset --generator runs/gan --classifier runs/classifier --out runs/encoder --kimg 200',
  ],
  options: encoderOptions,
  common: commonEncoderOptions,
  async run(config, context) {
    const device = await openDevice(config);
    const { dataset: datasetFolder, generator, classifier, startFrom, resume, force } = config;
    const dataset = await openDataset(datasetFolder);
    checkSplits(dataset, 'train');
    warnOfFraming(dataset, context.log);
    const teachers = await readTeachers(generator, classifier, dataset.resolution);
    const { layers, architecture: maker } = ganModel(teachers.generator.architecture);
    const { width, maxWidth, hidden } = config;
    const { resolution, latentSize } = maker;
    const architecture = { resolution, width, maxWidth, hidden, latentSize, layers };
    const start = startFrom === undefined ? undefined : await earlierEncoder(startFrom, architecture);
    const inputs = { dataset: datasetFolder, generator, classifier, ...(startFrom !== undefined && { startFrom }) };
    const details = {
      stage: 'train encoder',
      options: encoderOptions,
      config,
      inputs,
      resume,
      force,
      log: context.log,
    };
    return withRun(config.out, details, async run => {
      const training = await imagesAt(dataset, dataset.indicesOf('train'));
      const validation = await imagesAt(dataset, dataset.indicesOf('validation').subarray(0, measuredPhotos));
      const weights = {
        pixels: config.pixelWeight,
        features: config.featureWeight,
        latents: config.latentWeight,
        prior: config.priorWeight,
        offsets: config.offsetWeight,
      };
      const measure = await measuring(device, teachers, architecture, validation);
      const found = await explainingDivergence('train with a lower --learning-rate and another --out', () =>
        train(
          device,
          { ...config, architecture, weights },
          { teachers, photos: training, start, measure: measure.of },
          run,
          context,
        ),
      );
      const measured = await measure.of(found);
      await measure.release();
      await writeEncoder(run, { architecture, weights: found });
      await rm(run.file(checkpointFile), { force: true });
      return { photos: training.count, ...measured };
    });
  },
});

/** @throws UserError where the networks do not fit together or the generator has no layers to tell apart. */
async function readTeachers(generator: string, classifier: string, resolution: number): Promise<EncoderTeachers> {
  const [made, seen] = [await readGenerator(generator), await readClassifier(classifier)];
  if (ganModel(made.details).geometry !== 'linear') {
    throw new UserError(
      `an encoder is for a style generator; ${generator} holds one of kind ${made.details.kind ?? 'pggan'}. Train one with ` +
        '--preset style',
    );
  }
  if (made.details.normalisation !== 'range') {
    throw new UserError(
      `an encoder finds photos as they are; ${generator} makes images of normalisation ${made.details.normalisation}. ` +
        'Train one of range',
    );
  }
  checkClassifierFits(seen.details.architecture, made.details);
  if (made.details.resolution !== resolution) {
    throw new UserError(
      `generator and photos must have one resolution; got ${made.details.resolution} and ${resolution}. Prepare others`,
    );
  }
  return {
    generator: { architecture: made.details, weights: made.tensors },
    classifier: { architecture: seen.details.architecture, weights: seen.tensors },
  };
}

/** Opens what measures an encoder on photos that it was not trained on. */
async function measuring(
  device: Device,
  { generator, classifier }: EncoderTeachers,
  architecture: EncoderArchitecture,
  photos: ImageSet,
) {
  const images = normalisedBatch(photos, [...Array(photos.count).keys()], () => false);
  const making = await generatorRunner(device, generator.architecture, generator.weights, batch);
  const seeing = await classifierRunner(device, classifier.architecture, classifier.weights, batch, classifierFeatures);
  const wanted = await seeing.run(images);
  return {
    async of(weights: Weights): Promise<Found | undefined> {
      if (photos.count === 0) return undefined;
      const encoding = new BatchRunner(
        await Program.open(device, encoderOnnx(architecture, weights, device.target)),
        batch,
      );
      const latents = await encoding.run(images);
      await encoding.release();
      const made = await making.generate(latents, 'layers');
      const features = await seeing.run(made);
      const row = (all: Float32Array, at: number) => {
        const size = all.length / photos.count;
        return all.subarray(at * size, (at + 1) * size);
      };
      const each = Array.from({ length: photos.count }, (_, at) => at);
      return {
        psnr: mean(each.map(at => psnr(row(made, at), row(images, at)))),
        featureDistance: mean(each.map(at => featureDistance(row(features, at), row(wanted, at)))),
        latentSquare: latents.reduce((sum, value) => sum + value * value, 0) / latents.length,
      };
    },
    async release() {
      await making.release();
      await seeing.release();
    },
  };
}

/** @throws UserError for an encoder of another shape. */
async function earlierEncoder(folder: string, architecture: EncoderArchitecture): Promise<Weights> {
  const { architecture: earlier, weights } = await readEncoder(folder);
  const other = Object.entries(architecture).find(
    ([key, value]) => earlier[key as keyof EncoderArchitecture] !== value,
  );
  if (other === undefined) return weights;
  const [key, value] = other;
  throw new UserError(
    `--start-from must be an encoder of the same shape; ${key} is ${earlier[key as keyof EncoderArchitecture]} in ${folder}, ` +
      `${value} here. Give the options that it was trained with`,
  );
}

/** The networks and photos that an encoder is taught by and measured on. */
interface Lesson {
  readonly teachers: EncoderTeachers;
  readonly photos: ImageSet;
  /** Weights to begin with. */
  readonly start: Weights | undefined;
  readonly measure: (weights: Weights) => Promise<Found | undefined>;
}

/** @returns the trained weights, also where an earlier sitting had trained them. */
async function train(
  device: Device,
  config: EncoderTrainingConfig & { readonly tickKimg: number },
  { teachers, photos, start, measure }: Lesson,
  run: Run,
  { log, signal }: StageContext,
): Promise<Weights> {
  const path = run.file(checkpointFile);
  const saved = (await exists(path)) ? await readTensors(path, trainingStateSchema) : undefined;
  const checkpoint = saved && { tensors: saved.tensors, progress: saved.details };
  let recent: Measured = saved?.details.recent ?? {};
  const trainer = await EncoderTrainer.create(device, config, teachers, photos, { checkpoint, start });
  await run.rewind(({ step }) => Number(step) <= trainer.steps);
  const { minibatch } = config;
  const stepsPerTick = Math.max(1, Math.round((1000 * config.tickKimg) / minibatch));
  const progress = log.progress('train encoder', trainer.totalSteps * minibatch, 'photos', trainer.steps * minibatch);
  let since = { time: performance.now(), steps: trainer.steps };
  while (!trainer.finished) {
    recent = movingMean(recent, await trainer.step());
    const { steps } = trainer;
    progress.update(steps * minibatch, `loss ${recent.loss?.toFixed(4)}`);
    if (steps % metricsEvery === 0) run.metrics({ step: steps, ...recent });
    if (steps % stepsPerTick === 0) {
      const imagesPerSecond = ((steps - since.steps) * minibatch * 1000) / (performance.now() - since.time);
      run.timings({ step: steps, imagesPerSecond });
      const found = await measure(trainer.weights());
      if (found !== undefined) {
        run.metrics({ step: steps, validation: found });
        log.info(
          `train encoder: ${steps * minibatch} photos, on validation photos ${found.psnr.toFixed(2)} dB, features ` +
            `${found.featureDistance.toFixed(3)} away`,
        );
      }
      since = { time: performance.now(), steps };
    }
    if (steps % checkpointEvery === 0 || trainer.finished || signal.aborted) {
      const { tensors, progress: reached } = trainer.checkpoint();
      await writeTensors(path, { ...tensors }, { ...reached, recent });
    }
    signal.throwIfAborted();
  }
  progress.finish(`loss ${recent.loss?.toFixed(4)}`);
  await trainer.release();
  return trainer.weights();
}
