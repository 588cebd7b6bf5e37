// Turns logits into calibrated probabilities and back, so that 90 % means right nine times in ten.
import type { DirectionFacts } from '../directions/direction.ts';
import { sigmoid } from '../math/sigmoid.ts';

/** @returns the calibrated probability in (0, 1) that a face with this logit has the attribute. Platt 1999. */
export function probabilityOf({ probability }: Pick<DirectionFacts, 'probability'>, logit: number): number {
  const { slope, intercept } = probability ?? { slope: 1, intercept: 0 };
  return sigmoid(slope * logit + intercept);
}

/** @returns the logit that `probabilityOf` turns into this probability, in (0, 1). */
export function logitOf({ probability }: Pick<DirectionFacts, 'probability'>, value: number): number {
  const { slope, intercept } = probability ?? { slope: 1, intercept: 0 };
  return (Math.log(value / (1 - value)) - intercept) / slope;
}
