// Stage `train classifier`: one network for the 40 attributes, judged on images it has never seen.
import { z } from 'zod';
import { attributeNames } from '../../core/attributes.ts';
import {
  accuracy,
  balancedAccuracy,
  confusion,
  f1,
  majorityBaseline,
  rocAuc,
} from '../../core/metrics/binary-classification.ts';
import { bestThreshold } from '../../core/metrics/threshold.ts';
import { classifierRunner } from '../../core/models/inference.ts';
import { ClassifierTrainer } from '../../core/training/classifier-trainer.ts';
import { normalisedBatch } from '../../core/training/image-source.ts';
import { openDataset } from '../data/dataset.ts';
import { imagesOf, type LabelledImages } from '../data/image-set.ts';
import { cpuDevice } from '../io/device.ts';
import { writeJson, writeWhole } from '../io/files.ts';
import { writeTensors } from '../io/networks.ts';
import { withRun } from '../io/run-folder.ts';
import { type Column, csvTable, textTable } from '../report/table.ts';
import { deviceOptions, pathOption, runOptions } from './options.ts';
import { defineStage } from './stage.ts';

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

/** Images a run of the finished network takes at once. */
const evaluationBatch = 50;

export interface AttributeResult {
  readonly attribute: string;
  /** Logit above which the attribute counts as present: that of the best validation accuracy. */
  readonly threshold: number;
  readonly trainAccuracy: number;
  readonly testAccuracy: number;
  /** Of always giving the answer more common among the test images. */
  readonly majorityBaseline: number;
  readonly balancedAccuracy: number;
  readonly f1: number;
  readonly auc: number;
  /** Mean squared error of the probabilities on the test images. */
  readonly mse: number;
}

const columns: readonly Column<AttributeResult>[] = [
  { title: 'attribute', value: row => row.attribute },
  { title: 'threshold', value: row => row.threshold, decimals: 2 },
  { title: 'train accuracy', value: row => row.trainAccuracy, decimals: 4 },
  { title: 'test accuracy', value: row => row.testAccuracy, decimals: 4 },
  { title: 'majority baseline', value: row => row.majorityBaseline, decimals: 4 },
  { title: 'balanced accuracy', value: row => row.balancedAccuracy, decimals: 4 },
  { title: 'F1', value: row => row.f1, decimals: 4 },
  { title: 'AUC', value: row => row.auc, decimals: 4 },
  { title: 'MSE', value: row => row.mse, decimals: 4 },
];

export const trainClassifier = defineStage({
  name: 'train classifier',
  description: 'Train the classifier of the 40 attributes and measure it on the test images.',
  options,
  async run(config, { log, signal }) {
    const dataset = await openDataset(config.dataset);
    const inputs = { dataset: config.dataset };
    const { resume, force } = config;
    return withRun(config.out, { stage: 'train classifier', config, inputs, resume, force }, async run => {
      const training = await imagesOf(dataset, 'train');
      const architecture = { resolution: dataset.resolution, width: config.width, maxWidth: config.maxWidth };
      const device = cpuDevice(config.threads);
      const trainer = await ClassifierTrainer.create(device, { ...config, architecture }, training, training.labels);
      const progress = log.progress('train classifier', trainer.totalSteps * config.minibatch, 'images');
      let recent = 0;
      while (trainer.steps < trainer.totalSteps) {
        signal.throwIfAborted();
        const loss = await trainer.step();
        recent = recent === 0 ? loss : 0.98 * recent + 0.02 * loss;
        progress.update(trainer.steps * config.minibatch, `loss ${recent.toFixed(4)}`);
        if (trainer.steps % 50 === 0) run.metrics({ step: trainer.steps, loss: recent });
      }
      progress.finish(`loss ${recent.toFixed(4)}`);
      const weights = trainer.weights();
      await trainer.release();
      const runner = await classifierRunner(device, architecture, weights, evaluationBatch);
      const logitsOf = (images: LabelledImages) => classify(images, rows => runner.run(rows));
      const validation = await imagesOf(dataset, 'validation');
      const test = await imagesOf(dataset, 'test');
      // Training accuracy is told from as many images as there are for the test.
      const known = firstOf(training, Math.max(test.count, 1));
      const results = compare(
        { labels: validation.labels, logits: await logitsOf(validation) },
        { labels: known.labels, logits: await logitsOf(known) },
        { labels: test.labels, logits: await logitsOf(test) },
      );
      await runner.release();
      const thresholds = results.map(result => result.threshold);
      await writeTensors(run.file('classifier.safetensors'), weights, { architecture, thresholds });
      await writeJson(run.file('attributes.json'), results);
      await writeWhole(run.file('attributes.csv'), csvTable(columns, results));
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
  print: summary => textTable(columns, summary.table as AttributeResult[]),
});

async function classify(
  images: LabelledImages,
  run: (rows: Float32Array) => Promise<Float32Array>,
): Promise<Float32Array> {
  const logits = new Float32Array(images.count * attributeNames.length);
  for (let start = 0; start < images.count; start += evaluationBatch) {
    const indices = Uint32Array.from({ length: Math.min(evaluationBatch, images.count - start) }, (_, i) => start + i);
    logits.set(await run(normalisedBatch(images, indices, () => false)), start * attributeNames.length);
  }
  return logits;
}

function firstOf(images: LabelledImages, count: number): LabelledImages {
  const size = 3 * images.resolution ** 2;
  const kept = Math.min(count, images.count);
  return {
    ...images,
    count: kept,
    pixels: images.pixels.subarray(0, kept * size),
    labels: images.labels.subarray(0, kept * attributeNames.length),
  };
}

interface Scored {
  readonly labels: Uint8Array;
  readonly logits: Float32Array;
}

function column<T extends Uint8Array | Float32Array>(table: T, index: number): T {
  return table.filter((_, at) => at % attributeNames.length === index) as T;
}

/** One row an attribute: thresholds are chosen on the validation images, all else is measured on the test images. */
function compare(validation: Scored, training: Scored, test: Scored): AttributeResult[] {
  return attributeNames.map((attribute, index) => {
    const threshold = bestThreshold(column(validation.logits, index), column(validation.labels, index));
    const labels = column(test.labels, index);
    const logits = column(test.logits, index);
    const counts = confusion(logits, labels, threshold);
    const errors = logits.map((logit, at) => (1 / (1 + Math.exp(-logit)) - labels[at]!) ** 2);
    return {
      attribute,
      threshold,
      trainAccuracy: accuracy(confusion(column(training.logits, index), column(training.labels, index), threshold)),
      testAccuracy: accuracy(counts),
      majorityBaseline: majorityBaseline(counts),
      balancedAccuracy: balancedAccuracy(counts),
      f1: f1(counts),
      auc: rocAuc(logits, labels),
      mse: errors.reduce((sum, error) => sum + error, 0) / errors.length,
    };
  });
}
