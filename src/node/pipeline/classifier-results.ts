// What a classifier says of images, and how often it is right: one row an attribute.
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
import type { BatchRunner } from '../../core/models/inference.ts';
import { normalisedBatch } from '../../core/training/image-source.ts';
import type { LabelledImages } from '../data/image-set.ts';
import type { Column } from '../report/table.ts';

/** Images a run of the finished network takes at once. */
export const evaluationBatch = 50;

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

export const resultColumns: readonly Column<AttributeResult>[] = [
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

/** @returns logits [count, 40] of images that are not mirrored. */
export async function classify(images: LabelledImages, runner: Pick<BatchRunner, 'run'>): Promise<Float32Array> {
  const logits = new Float32Array(images.count * attributeNames.length);
  for (let start = 0; start < images.count; start += evaluationBatch) {
    const indices = Uint32Array.from({ length: Math.min(evaluationBatch, images.count - start) }, (_, i) => start + i);
    logits.set(await runner.run(normalisedBatch(images, indices, () => false)), start * attributeNames.length);
  }
  return logits;
}

export function firstOf(images: LabelledImages, count: number): LabelledImages {
  const size = 3 * images.resolution ** 2;
  const kept = Math.min(count, images.count);
  return {
    ...images,
    count: kept,
    pixels: images.pixels.subarray(0, kept * size),
    labels: images.labels.subarray(0, kept * attributeNames.length),
  };
}

export interface Scored {
  readonly labels: Uint8Array;
  readonly logits: Float32Array;
}

function column<T extends Uint8Array | Float32Array>(table: T, index: number): T {
  return table.filter((_, at) => at % attributeNames.length === index) as T;
}

/** One row an attribute: thresholds are chosen on the validation images, all else is measured on the test images. */
export function compare(validation: Scored, training: Scored, test: Scored): AttributeResult[] {
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
