// The losses of the attribute classifier, each as a graph to train by and in plain numbers to validate by.
import * as ops from '../../graph/ops.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { sigmoid } from '../../math/sigmoid.ts';
import type { LabelledLogits } from '../../measures/answers/attribute-metrics.ts';

interface ClassifierLoss {
  /** @param logits, labels [N, attributes], labels 0 or 1. @returns the mean over images and attributes. */
  graph(logits: Tensor, labels: Tensor): Tensor;
  /** The loss of one answer. */
  value(logit: number, label: number): number;
}

export const classifierLosses = {
  /** Mean squared error of the probabilities (the report's). */
  mse: {
    graph: (logits, labels) => ops.mean(ops.square(ops.sub(ops.sigmoid(logits), labels))),
    value: (logit, label) => (sigmoid(logit) - label) ** 2,
  },
  /** Binary cross-entropy. */
  bce: {
    graph: (logits, labels) => ops.mean(ops.sub(ops.softplus(logits), ops.mul(logits, labels))),
    value: (logit, label) => Math.max(logit, 0) + Math.log1p(Math.exp(-Math.abs(logit))) - logit * label,
  },
} as const satisfies Record<string, ClassifierLoss>;

export type ClassifierLossName = keyof typeof classifierLosses;
export const classifierLossNames = Object.keys(classifierLosses) as [ClassifierLossName, ...ClassifierLossName[]];

/** @returns the mean over images and attributes. */
export function meanLoss(name: ClassifierLossName, { labels, logits }: LabelledLogits): number {
  const { value } = classifierLosses[name];
  let total = 0;
  for (const [at, logit] of logits.entries()) total += value(logit, labels[at]!);
  return total / logits.length;
}
