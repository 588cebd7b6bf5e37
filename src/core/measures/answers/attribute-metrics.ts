// The metrics of a classifier, attribute by attribute: one list, which its table, CSV, JSON and the report read. A metric
// is a function in this folder and its row here.
import {
  accuracy,
  balancedAccuracy,
  type Confusion,
  confusion,
  f1,
  majorityBaseline,
  rocAuc,
} from './binary-classification.ts';
import {
  expectedCalibrationError,
  fitPlattScaling,
  meanSquaredError,
  type PlattScaling,
  plattProbabilities,
} from './platt-scaling.ts';
import { evenThreshold, gainOverCommon } from './threshold.ts';

/** Logits of images and their labels (0 or 1), [n, attributes]. */
export interface LabelledLogits {
  readonly labels: Uint8Array;
  readonly logits: Float32Array;
}

/** A classifier's answers about one attribute. */
export interface AttributeAnswers {
  /** Chosen on the validation images: the logit above which the attribute counts as present, and its probabilities. */
  readonly threshold: number;
  readonly scaling: PlattScaling;
  readonly training: Confusion;
  /** On the test images: logits, scaled probabilities and labels, [n], and how answers and labels met. */
  readonly logits: Float32Array;
  readonly probabilities: Float64Array;
  readonly labels: Uint8Array;
  readonly test: Confusion;
}

interface Metric {
  /** Name of the field in JSON. */
  readonly key: string;
  /** Heading of the column. */
  readonly title: string;
  /** Where its column is: in the terminal's table and then in the CSV, or in the CSV alone, behind all of those. */
  readonly shown: 'table' | 'csv';
  /** Decimals in the terminal; left out, 4. */
  readonly decimals?: number;
  /** Heading among the report's further metrics, of a number in [0, 1]; left out where it is not one of them. */
  readonly report?: string;
  of(answers: AttributeAnswers): number;
}

const unscaled: PlattScaling = { slope: 1, intercept: 0 };

/** On the test images where nothing else is said. */
export const attributeMetrics = [
  { key: 'threshold', title: 'threshold', shown: 'table', decimals: 2, of: a => a.threshold },
  { key: 'trainAccuracy', title: 'train accuracy', shown: 'table', of: a => accuracy(a.training) },
  { key: 'testAccuracy', title: 'test accuracy', shown: 'table', of: a => accuracy(a.test) },
  // The accuracy of always giving the more common answer, what the classifier gains on it, and that gain's standard error.
  { key: 'majorityBaseline', title: 'majority baseline', shown: 'table', of: a => majorityBaseline(a.test) },
  { key: 'gain', title: 'gain', shown: 'table', of: a => gainOverCommon(a.test).difference },
  { key: 'gainError', title: 'its error', shown: 'table', of: a => gainOverCommon(a.test).standardError },
  {
    key: 'balancedAccuracy',
    title: 'balanced accuracy',
    shown: 'table',
    report: 'balanced',
    of: a => balancedAccuracy(a.test),
  },
  { key: 'f1', title: 'F1', shown: 'table', of: a => f1(a.test) },
  { key: 'auc', title: 'AUC', shown: 'table', report: 'AUC', of: a => rocAuc(a.logits, a.labels) },
  { key: 'mse', title: 'MSE', shown: 'table', report: 'MSE', of: a => meanSquaredError(a.probabilities, a.labels) },
  // The calibration error of σ(logit), the scaling, and the calibration error with it.
  {
    key: 'rawCalibrationError',
    title: 'calibration error before',
    shown: 'csv',
    of: a => expectedCalibrationError(plattProbabilities(a.logits, unscaled), a.labels),
  },
  { key: 'slope', title: 'slope', shown: 'csv', of: a => a.scaling.slope },
  { key: 'intercept', title: 'intercept', shown: 'csv', of: a => a.scaling.intercept },
  {
    key: 'calibrationError',
    title: 'calibration error',
    shown: 'table',
    report: 'calibration error',
    of: a => expectedCalibrationError(a.probabilities, a.labels),
  },
  // The share of the images that have the attribute: by their labels, and by the classifier's answers.
  {
    key: 'labelFrequency',
    title: 'share by labels',
    shown: 'csv',
    of: a => (a.test.truePositives + a.test.falseNegatives) / a.labels.length,
  },
  {
    key: 'answerFrequency',
    title: 'share by answers',
    shown: 'csv',
    of: a => (a.test.truePositives + a.test.falsePositives) / a.labels.length,
  },
] as const satisfies readonly Metric[];

export type MetricKey = (typeof attributeMetrics)[number]['key'];

/** A row of the table: an attribute and its metrics by their keys. */
export type AttributeResult = { readonly attribute: string } & Readonly<Record<MetricKey, number>>;

/**
 * One row an attribute, in the order of the columns. Threshold and scaling are chosen on the validation images.
 * @param training some of the images that the classifier was trained on.
 */
export function attributeResults(
  attributes: readonly string[],
  validation: LabelledLogits,
  training: LabelledLogits,
  test: LabelledLogits,
): AttributeResult[] {
  const width = attributes.length;
  return attributes.map((attribute, index) => {
    const of = ({ logits, labels }: LabelledLogits) =>
      [columnOf(logits, index, width), columnOf(labels, index, width)] as const;
    const scaling = fitPlattScaling(...of(validation));
    const threshold = evenThreshold(...of(validation), scaling);
    const [logits, labels] = of(test);
    const answers: AttributeAnswers = {
      threshold,
      scaling,
      training: confusion(...of(training), threshold),
      logits,
      probabilities: plattProbabilities(logits, scaling),
      labels,
      test: confusion(logits, labels, threshold),
    };
    const metrics = attributeMetrics.map((metric: Metric) => [metric.key, metric.of(answers)] as const);
    // Choices come first in the JSON.
    const row = { attribute, threshold, ...scaling, ...Object.fromEntries(metrics) };
    return row as AttributeResult;
  });
}

/** @param table [n, width]. */
function columnOf<T extends Uint8Array | Float32Array>(table: T, index: number, width: number): T {
  return table.filter((_, at) => at % width === index) as T;
}
