// Turns logits into calibrated probabilities and back, so that 90 % means right nine times in ten.
import type { DirectionFacts } from '../directions/direction.ts';
import { checkKind, UserError } from '../errors.ts';
import { sigmoid } from '../math/sigmoid.ts';

/**
 * @param facts as `FaceEditor.direction` gives them. @returns the calibrated probability in (0, 1) that a face with this
 *   logit has the attribute. Platt 1999. @throws UserError for what is no facts or no number.
 */
export function probabilityOf(facts: Calibrated, logit: number): number {
  checkKind('a logit', logit, 'a number');
  const { slope, intercept } = scalingOf(facts);
  return sigmoid(slope * logit + intercept);
}

/** @returns the logit that `probabilityOf` turns into this probability. @throws UserError for one outside (0, 1). */
export function logitOf(facts: Calibrated, value: number): number {
  checkKind('a probability', value, 'a number');
  if (!(value > 0 && value < 1)) {
    throw new UserError(`a probability must lie between 0 and 1, which have no logit; got ${value}`);
  }
  const { slope, intercept } = scalingOf(facts);
  return (Math.log(value / (1 - value)) - intercept) / slope;
}

type Calibrated = Pick<DirectionFacts, 'probability'>;

function scalingOf(facts: Calibrated) {
  checkKind('what is known of an attribute', facts, 'an object');
  if ('details' in facts) {
    throw new UserError('what is known of an attribute must be its facts; got what holds them. Give its .details');
  }
  return facts.probability ?? { slope: 1, intercept: 0 };
}
