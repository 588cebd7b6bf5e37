// What a classifier says of images, and how often it is right: one row an attribute.
import { type AttributeName, attributeNames } from '../../../core/attributes.ts';
import { type ImageSet, normalisedBatch } from '../../../core/images/image-set.ts';
import {
  accuracy,
  balancedAccuracy,
  confusion,
  f1,
  majorityBaseline,
  rocAuc,
} from '../../../core/measures/answers/binary-classification.ts';
import { calibrated, calibrationError, plattCalibration } from '../../../core/measures/answers/platt-scaling.ts';
import { evenThreshold, gainOverCommon } from '../../../core/measures/answers/threshold.ts';
import type { Tick } from '../../../core/measures/images/sliced-wasserstein.ts';
import type { BatchRunner } from '../../../core/models/inference.ts';
import type { LabelledImages } from '../../artefacts/image-set.ts';
import { published } from '../../presentation/published.ts';
import type { Column } from '../../presentation/table.ts';

/** Images a run of the finished network takes at once. */
export const evaluationBatch = 50;

export interface AttributeResult {
  readonly attribute: AttributeName;
  /** Logit above which the attribute counts as present, chosen on the validation images. */
  readonly threshold: number;
  /** σ(slope · logit + intercept) is the probability, fitted to the validation images. */
  readonly slope: number;
  readonly intercept: number;
  readonly trainAccuracy: number;
  readonly testAccuracy: number;
  /** Of always giving the answer more common among the test images. */
  readonly majorityBaseline: number;
  /** Test accuracy less baseline, and the standard error of this difference of two answers to the same images. */
  readonly gain: number;
  readonly gainError: number;
  readonly balancedAccuracy: number;
  readonly f1: number;
  readonly auc: number;
  /** Mean squared error of the calibrated probabilities on the test images. */
  readonly mse: number;
  /** Expected calibration error on the test images, in 15 bins: of σ(logit), and of the calibrated probabilities. */
  readonly rawCalibrationError: number;
  readonly calibrationError: number;
  /** Share of the test images that have the attribute by their labels, and by the network's answers. */
  readonly labelFrequency: number;
  readonly answerFrequency: number;
}

const column = (title: string, key: keyof AttributeResult, decimals = 4): Column<AttributeResult> => ({
  title,
  value: row => row[key],
  decimals,
});

export const resultColumns: readonly Column<AttributeResult>[] = [
  { title: 'attribute', value: row => row.attribute },
  column('threshold', 'threshold', 2),
  column('train accuracy', 'trainAccuracy'),
  column('test accuracy', 'testAccuracy'),
  column('majority baseline', 'majorityBaseline'),
  column('gain', 'gain'),
  column('its error', 'gainError'),
  column('balanced accuracy', 'balancedAccuracy'),
  column('F1', 'f1'),
  column('AUC', 'auc'),
  column('MSE', 'mse'),
  column('calibration error', 'calibrationError'),
];

/** All that is known, and what others published: the report "Face Tuning", Liu et al. 2015, Hand and Chellappa 2017. */
export const allColumns: readonly Column<AttributeResult>[] = [
  ...resultColumns,
  column('calibration error before', 'rawCalibrationError'),
  column('slope', 'slope'),
  column('intercept', 'intercept'),
  column('share by labels', 'labelFrequency'),
  column('share by answers', 'answerFrequency'),
  { title: 'report train accuracy', value: row => published(row.attribute).classifier.reportTrain },
  { title: 'report test accuracy', value: row => published(row.attribute).classifier.report },
  { title: 'LNets+ANet test accuracy', value: row => published(row.attribute).classifier.lnets },
  { title: 'MCNN-AUX test accuracy', value: row => published(row.attribute).classifier.mcnn },
];

/** @param tick told after each batch. @returns logits [count, 40], or features [count, F], of images not mirrored. */
export async function classify(
  images: ImageSet,
  runner: Pick<BatchRunner, 'run'>,
  tick: Tick = () => {},
): Promise<Float32Array> {
  let rows = new Float32Array();
  for (let start = 0; start < images.count; start += evaluationBatch) {
    const indices = Uint32Array.from({ length: Math.min(evaluationBatch, images.count - start) }, (_, i) => start + i);
    const some = await runner.run(normalisedBatch(images, indices, () => false));
    const width = some.length / indices.length;
    if (start === 0) rows = new Float32Array(images.count * width);
    rows.set(some, start * width);
    await tick(start + indices.length, images.count);
  }
  return rows;
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

/** As the training's loss: the mean over images and attributes. */
export function meanLoss(kind: 'mse' | 'bce', { labels, logits }: Scored): number {
  let total = 0;
  for (const [at, logit] of logits.entries()) {
    const label = labels[at]!;
    if (kind === 'mse') total += (1 / (1 + Math.exp(-logit)) - label) ** 2;
    else total += Math.max(logit, 0) + Math.log1p(Math.exp(-Math.abs(logit))) - logit * label;
  }
  return total / logits.length;
}

function columnOf<T extends Uint8Array | Float32Array>(table: T, index: number): T {
  return table.filter((_, at) => at % attributeNames.length === index) as T;
}

/** One row an attribute: what is chosen is chosen on the validation images, all else is measured on the test images. */
export function compare(validation: Scored, training: Scored, test: Scored): AttributeResult[] {
  return attributeNames.map((attribute, index) => {
    const of = ({ logits, labels }: Scored) => [columnOf(logits, index), columnOf(labels, index)] as const;
    const calibration = plattCalibration(...of(validation));
    const threshold = evenThreshold(...of(validation), calibration);
    const [logits, labels] = of(test);
    const counts = confusion(logits, labels, threshold);
    const probabilities = calibrated(logits, calibration);
    const { difference, standardError } = gainOverCommon(counts);
    const squares = probabilities.map((probability, at) => (probability - labels[at]!) ** 2);
    const { truePositives, falsePositives, falseNegatives } = counts;
    return {
      attribute,
      threshold,
      ...calibration,
      trainAccuracy: accuracy(confusion(...of(training), threshold)),
      testAccuracy: accuracy(counts),
      majorityBaseline: majorityBaseline(counts),
      gain: difference,
      gainError: standardError,
      balancedAccuracy: balancedAccuracy(counts),
      f1: f1(counts),
      auc: rocAuc(logits, labels),
      mse: squares.reduce((sum, square) => sum + square, 0) / squares.length,
      rawCalibrationError: calibrationError(calibrated(logits, { slope: 1, intercept: 0 }), labels),
      calibrationError: calibrationError(probabilities, labels),
      labelFrequency: (truePositives + falseNegatives) / labels.length,
      answerFrequency: (truePositives + falsePositives) / labels.length,
    };
  });
}

/** Standard errors by which an accuracy may lie below the majority baseline before that is called a failure. */
export const toleratedErrors = 2;

/** @returns the attributes for which the commoner answer would be better by more than chance explains. */
export function belowBaseline(results: readonly AttributeResult[]): AttributeName[] {
  return results.filter(row => row.gain < -toleratedErrors * row.gainError).map(row => row.attribute);
}
