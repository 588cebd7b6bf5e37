// Stage `train classifier`: one network for all attributes, judged on images it has never seen.
import { rm } from 'node:fs/promises';
import { z } from 'zod';
import { firstFew, UserError } from '../../../core/errors.ts';
import { createRandom } from '../../../core/math/random.ts';
import { mean } from '../../../core/math/statistics.ts';
import { streams } from '../../../core/math/streams.ts';
import { attributeResults } from '../../../core/measures/answers/attribute-metrics.ts';
import { classify, evaluationBatch } from '../../../core/measures/answers/classify.ts';
import type { Tick } from '../../../core/measures/tick.ts';
import { classifierRunner } from '../../../core/models/inference.ts';
import type { Weights } from '../../../core/models/weights.ts';
import type { Device } from '../../../core/runtime/device.ts';
import { meanLoss } from '../../../core/training/classifier/losses.ts';
import { ClassifierTrainer, type ClassifierTrainingConfig } from '../../../core/training/classifier/trainer.ts';
import { checkLabelled, checkSplits, type Dataset, openDataset } from '../../artefacts/dataset.ts';
import { ofSomePeople } from '../../artefacts/draw-people.ts';
import { imagesOf, type LabelledImages, labelledImagesAt } from '../../artefacts/image-set.ts';
import { networkFiles, readTensors, trainingStateSchema, writeTensors } from '../../artefacts/networks.ts';
import { openDevice } from '../../devices/device.ts';
import { writeJson, writeWhole } from '../../files/files.ts';
import { exists } from '../../files/places.ts';
import type { Log } from '../../log/log.ts';
import { csvTable, textTable } from '../../presentation/table.ts';
import { type Run, withRun } from '../../runs/run-folder.ts';
import { explainingDivergence } from '../framework/divergence.ts';
import { type Measured, movingMean } from '../framework/moving-mean.ts';
import { defineStage, type StageContext } from '../framework/stage.ts';
import { ticking } from '../framework/ticking.ts';
import { classifierOptions, classifierPreset, commonClassifierOptions } from './options.ts';
import { allColumns, belowBaseline, firstOf, resultColumns, sameAnswer, toleratedErrors } from './results.ts';

const checkpointFile = 'checkpoint.safetensors';
const checkpointSchema = trainingStateSchema.extend({
  best: z.object({ loss: z.number(), steps: z.int() }).optional(),
});
/** Steps between lines of metrics, and between checkpoints. */
const [metricsEvery, checkpointEvery] = [20, 100];

export const trainClassifier = defineStage({
  name: 'train classifier',
  description: 'Train the classifier of the attributes, and measure it on the test images.',
  examples: [
    '--dataset runs/dataset --out runs/classifier',
    '--dataset runs/dataset --out runs/judge --preset judge',
    '--dataset runs/dataset --out runs/mse --loss mse',
  ],
  options: classifierOptions,
  common: commonClassifierOptions,
  preset: classifierPreset,
  async run(config, context) {
    const device = await openDevice(config);
    const dataset = await openDataset(config.dataset);
    checkLabelled(dataset, 'train classifier');
    checkSplits(dataset, 'train');
    checkAugmentation(config, dataset.resolution);
    const { resume, force } = config;
    const { log } = context;
    warnOfMissing(dataset, log);
    const inputs = { dataset: config.dataset };
    const details = { stage: 'train classifier', options: classifierOptions, config, inputs, resume, force, log };
    return withRun(config.out, details, async run => {
      if (config.identityShare < 1 && dataset.identities.includes(-1)) {
        log.warn(`${dataset.folder} has pictures of unknown people, of which each counts as one of its own`);
      }
      const people = createRandom(config.seed, streams.trainClassifier.people);
      const indices = ofSomePeople(dataset, dataset.indicesOf('train'), config.identityShare, people);
      const training = await labelledImagesAt(dataset, indices);
      const validation = await imagesOf(dataset, 'validation');
      const { resolution, attributes } = dataset;
      const { width, maxWidth, normalisation } = config;
      const architecture = { resolution, width, maxWidth, normalisation, attributes: [...attributes] };
      const score = async (weights: Weights, images: LabelledImages, tick?: Tick) => {
        const runner = await classifierRunner(device, architecture, weights, evaluationBatch);
        const logits = await classify(images, runner, tick);
        await runner.release();
        return { labels: images.labels, logits };
      };
      const settings = { ...config, architecture, augmentation: config };
      const lossOf = async (weights: Weights) => meanLoss(config.loss, await score(weights, validation));
      const validate = validation.count > 0 ? lossOf : undefined;
      const weights = await explainingDivergence('train with a lower --learning-rate and another --out', () =>
        train(device, settings, training, validate, run, context),
      );
      const test = await imagesOf(dataset, 'test');
      const counts = { trainingImages: training.count, testImages: test.count };
      const known = firstOf(training, trainingShown(counts));
      const progress = log.progress('evaluate', validation.count + known.count + test.count, 'images');
      let before = 0;
      const answersTo = async (images: LabelledImages) => {
        const tick = ticking(context, done => progress.update(before + done));
        const answers = await score(weights, images, tick);
        before += images.count;
        return answers;
      };
      const [chosenOn, learnt, met] = [await answersTo(validation), await answersTo(known), await answersTo(test)];
      progress.finish();
      const results = attributeResults(attributes, chosenOn, learnt, met);
      const thresholds = results.map(result => result.threshold);
      const calibration = results.map(({ slope, intercept }) => ({ slope, intercept }));
      await writeTensors(run.file(networkFiles.classifier), weights, { architecture, thresholds, calibration });
      await writeJson(run.file('attributes.json'), results);
      await writeWhole(run.file('attributes.csv'), csvTable(allColumns(dataset), results));
      const undecided = sameAnswer(results);
      if (undecided.length > 0) {
        log.warn(
          `${config.out} gives all test pictures the same answer on ${firstFew(undecided)}: it has learned too little of ` +
            'these to tell pictures apart by them. More pictures or more --epochs may help',
        );
      }
      await rm(run.file(checkpointFile), { force: true });
      // An attribute that all test images have, or none, has no AUC.
      const meanOf = (key: 'testAccuracy' | 'majorityBaseline' | 'auc' | 'calibrationError') =>
        mean(results.map(result => result[key]).filter(Number.isFinite));
      return {
        testAccuracy: meanOf('testAccuracy'),
        majorityBaseline: meanOf('majorityBaseline'),
        auc: meanOf('auc'),
        calibrationError: meanOf('calibrationError'),
        belowBaseline: belowBaseline(results),
        ...counts,
        table: results,
      };
    });
  },
  print: result => [textTable(resultColumns, result.table), '', overall(result)].join('\n'),
});

/** @throws UserError for pictures that would be hidden or shifted away, whoever asked for that: a preset may have. */
function checkAugmentation(config: z.output<typeof classifierOptions>, side: number): void {
  const given = (key: 'cutout' | 'shift') =>
    config[key] === classifierPreset(config)[key] ? `${config[key]} from --preset ${config.preset}` : config[key];
  if (config.cutout >= side) {
    throw new UserError(
      `--cutout must be less than the ${side} pixels of a side, or nothing of some pictures is left; got ` +
        `${given('cutout')}. Give a quarter of the side: --cutout ${side / 4}`,
    );
  }
  if (2 * config.shift >= side) {
    throw new UserError(
      `--shift must be less than half the ${side} pixels of a side, or little of some pictures is left; got ` +
        `${given('shift')}. Give a tenth of the side: --shift ${Math.floor(side / 10)}`,
    );
  }
}

/** Says what cannot be told without pictures of a split. */
function warnOfMissing({ folder, indicesOf }: Dataset, log: Log): void {
  if (indicesOf('validation').length === 0) {
    log.warn(`${folder} has no validation pictures: training cannot stop early, and thresholds stay at 0`);
  }
  if (indicesOf('test').length === 0) {
    log.warn(`${folder} has no test pictures: the accuracies on them stay empty`);
  }
}

/** The training accuracy is told from as many images as the test's, which is close enough; without any, from all. */
function trainingShown({ trainingImages, testImages }: Pick<Means, 'trainingImages' | 'testImages'>): number {
  return Math.min(trainingImages, testImages || trainingImages);
}

/** Means over the attributes; null in a kept run where there was nothing to take one of, as JSON knows no NaN. */
interface Means {
  readonly testAccuracy: number | null;
  readonly majorityBaseline: number | null;
  readonly auc: number | null;
  readonly calibrationError: number | null;
  readonly belowBaseline: readonly string[];
  readonly trainingImages: number;
  readonly testImages: number;
}

function overall({ testAccuracy, majorityBaseline, auc, calibrationError, belowBaseline, ...images }: Means): string {
  const known = trainingShown(images);
  const ofSome =
    known < images.trainingImages ? `; train accuracy over ${known} of ${images.trainingImages} training images` : '';
  const shown = (mean: number | null) => (Number.isFinite(mean) ? mean!.toFixed(4) : '–');
  return (
    `mean test accuracy ${shown(testAccuracy)} (majority ${shown(majorityBaseline)}), AUC ${shown(auc)}, ` +
    `calibration error ${shown(calibrationError)}; below the majority baseline by more than ${toleratedErrors} ` +
    `standard errors: ${belowBaseline.join(', ') || 'none'}${ofSome}`
  );
}

/**
 * @param validate tells the loss of weights on images that are not trained on, where there are any.
 * @returns the trained weights, also where an earlier sitting had trained them.
 */
async function train(
  device: Device,
  config: ClassifierTrainingConfig,
  images: LabelledImages,
  validate: ((weights: Weights) => Promise<number>) | undefined,
  run: Run,
  { log, signal }: StageContext,
) {
  const path = run.file(checkpointFile);
  const saved = (await exists(path)) ? await readTensors(path, checkpointSchema) : undefined;
  const checkpoint = saved && { tensors: saved.tensors, progress: saved.details };
  let recent: Measured = saved?.details.recent ?? {};
  const trainer = await ClassifierTrainer.create(device, config, images, images.labels, checkpoint);
  await run.rewind(({ step }) => Number(step) <= trainer.steps);
  const shown = trainer.steps * config.minibatch;
  const progress = log.progress('train classifier', trainer.totalSteps * config.minibatch, 'images', shown);
  let since = { time: performance.now(), steps: trainer.steps };
  while (!trainer.finished) {
    recent = movingMean(recent, { loss: await trainer.step() });
    const { steps } = trainer;
    progress.update(steps * config.minibatch, `loss ${recent.loss?.toFixed(4)}`);
    if (steps % metricsEvery === 0) run.metrics({ step: steps, ...recent });
    if (trainer.epochEnded) {
      const imagesPerSecond = ((steps - since.steps) * config.minibatch * 1000) / (performance.now() - since.time);
      run.timings({ step: steps, imagesPerSecond });
      if (validate !== undefined) {
        const validationLoss = await validate(trainer.average());
        trainer.validated(validationLoss);
        run.metrics({ step: steps, ...recent, validationLoss });
        const losses = `loss ${recent.loss?.toFixed(4)}, on validation images ${validationLoss.toFixed(4)}`;
        log.info(`train classifier: ${steps * config.minibatch} images, ${losses}`);
      }
      since = { time: performance.now(), steps };
    }
    if (steps % checkpointEvery === 0 || trainer.finished || signal.aborted) {
      const { tensors, progress } = trainer.checkpoint();
      await writeTensors(path, tensors, { ...progress, recent });
    }
    signal.throwIfAborted();
  }
  progress.finish(`loss ${recent.loss?.toFixed(4)}`);
  await trainer.release();
  return trainer.weights();
}
