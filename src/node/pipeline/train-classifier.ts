// Stage `train classifier`: one network for the 40 attributes, judged on images it has never seen.
import { rm } from 'node:fs/promises';
import { z } from 'zod';
import { classifierRunner } from '../../core/models/inference.ts';
import type { Device } from '../../core/runtime/device.ts';
import { ClassifierTrainer, type ClassifierTrainingConfig } from '../../core/training/classifier-trainer.ts';
import { openDataset } from '../data/dataset.ts';
import { imagesOf, type LabelledImages } from '../data/image-set.ts';
import { openDevice } from '../io/device.ts';
import { writeJson, writeWhole } from '../io/files.ts';
import { exists } from '../io/manifest.ts';
import { readTensors, trainingStateSchema, writeTensors } from '../io/networks.ts';
import { type Run, withRun } from '../io/run-folder.ts';
import { csvTable, textTable } from '../report/table.ts';
import {
  type AttributeResult,
  classify,
  compare,
  evaluationBatch,
  firstOf,
  resultColumns,
} from './classifier-results.ts';
import { deviceOptions, pathOption, runOptions } from './options.ts';
import { type Figures, smoothed } from './recent.ts';
import { defineStage, type StageContext } from './stage.ts';

const options = z.strictObject({
  dataset: pathOption().describe('run folder of prepare'),
  loss: z.enum(['mse', 'bce']).default('bce').describe("mse on the probabilities (the report's) or cross-entropy"),
  width: z.int().min(1).max(512).default(16).describe('feature maps at full resolution; doubled at each halving'),
  maxWidth: z.int().min(1).max(2048).default(128).describe('upper bound of the feature maps'),
  epochs: z.number().positive().default(4).describe('passes over the training images'),
  minibatch: z.int().min(1).default(32).describe('images a step'),
  learningRate: z.number().positive().default(0.002).describe('highest rate; it falls to zero along a half cosine'),
  ...deviceOptions,
  ...runOptions,
});

const checkpointFile = 'checkpoint.safetensors';
/** Steps between lines of metrics, and between checkpoints. */
const [metricsEvery, checkpointEvery] = [20, 100];

export const trainClassifier = defineStage({
  name: 'train classifier',
  description: 'Train the classifier of the 40 attributes and measure it on the test images.',
  examples: [
    '--dataset runs/dataset --out runs/classifier',
    '--dataset runs/dataset --out runs/mse --loss mse --epochs 10',
  ],
  options,
  async run(config, context) {
    const device = await openDevice(config);
    const dataset = await openDataset(config.dataset);
    const inputs = { dataset: config.dataset };
    const { resume, force } = config;
    const { log } = context;
    return withRun(config.out, { stage: 'train classifier', config, inputs, resume, force, log }, async run => {
      const training = await imagesOf(dataset, 'train');
      const architecture = { resolution: dataset.resolution, width: config.width, maxWidth: config.maxWidth };
      const weights = await train(device, { ...config, architecture }, training, run, context);
      const runner = await classifierRunner(device, architecture, weights, evaluationBatch);
      const score = async (images: LabelledImages) => ({
        labels: images.labels,
        logits: await classify(images, runner),
      });
      const test = await imagesOf(dataset, 'test');
      // Training accuracy is told from as many images as there are for the test.
      const known = firstOf(training, Math.max(test.count, 1));
      const validation = await imagesOf(dataset, 'validation');
      const results = compare(await score(validation), await score(known), await score(test));
      await runner.release();
      const thresholds = results.map(result => result.threshold);
      await writeTensors(run.file('classifier.safetensors'), weights, { architecture, thresholds });
      await writeJson(run.file('attributes.json'), results);
      await writeWhole(run.file('attributes.csv'), csvTable(resultColumns, results));
      await rm(run.file(checkpointFile), { force: true });
      const mean = (key: 'testAccuracy' | 'majorityBaseline' | 'auc') =>
        results.reduce((sum, result) => sum + result[key], 0) / results.length;
      return {
        testAccuracy: mean('testAccuracy'),
        majorityBaseline: mean('majorityBaseline'),
        auc: mean('auc'),
        testImages: test.count,
        table: results,
      };
    });
  },
  print: summary => textTable(resultColumns, summary.table as AttributeResult[]),
});

/** @returns the trained weights, also where an earlier sitting had trained them. */
async function train(
  device: Device,
  config: ClassifierTrainingConfig & z.output<typeof options>,
  images: LabelledImages,
  run: Run,
  { log, signal }: StageContext,
) {
  const path = run.file(checkpointFile);
  const saved = (await exists(path)) ? await readTensors(path, trainingStateSchema) : undefined;
  const checkpoint = saved && { tensors: saved.tensors, progress: saved.details };
  let recent: Figures = saved?.details.recent ?? {};
  const trainer = await ClassifierTrainer.create(device, config, images, images.labels, checkpoint);
  await run.rewind(({ step }) => Number(step) <= trainer.steps);
  const progress = log.progress('train classifier', trainer.totalSteps * config.minibatch, 'images');
  while (trainer.steps < trainer.totalSteps) {
    recent = smoothed(recent, { loss: await trainer.step() });
    const { steps, totalSteps } = trainer;
    progress.update(steps * config.minibatch, `loss ${recent.loss?.toFixed(4)}`);
    if (steps % metricsEvery === 0) run.metrics({ step: steps, ...recent });
    if (steps % checkpointEvery === 0 || steps === totalSteps || signal.aborted) {
      const { tensors, progress } = trainer.checkpoint();
      await writeTensors(path, tensors, { ...progress, recent });
    }
    signal.throwIfAborted();
  }
  progress.finish(`loss ${recent.loss?.toFixed(4)}`);
  await trainer.release();
  return trainer.weights();
}
