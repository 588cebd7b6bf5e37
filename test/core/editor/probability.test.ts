// Calibrated probabilities and the logits they come from.
import { expect, test } from 'vitest';
import { logitOf, probabilityOf } from '../../../src/core/editor/probability.ts';

test('without a calibration a probability is the sigmoid of the logit', () => {
  expect(probabilityOf({}, 0)).toBe(0.5);
  expect(probabilityOf({}, 2)).toBeCloseTo(0.880797, 6);
});

test('what is no probability, or has no logit, is refused', () => {
  for (const value of [0, 1, -0.1, 90, Number.NaN]) {
    expect(() => logitOf({}, value)).toThrow('a probability must lie between 0 and 1');
  }
});

test('what holds the facts is not taken for facts without a calibration', () => {
  const attribute = { index: 3, details: { probability: { slope: 0.7, intercept: -1.2 } } };
  for (const call of [() => probabilityOf(attribute as never, 1), () => logitOf(attribute as never, 0.5)]) {
    expect(call).toThrow(/^what is known of an attribute must be its facts; .* Give its \.details$/);
  }
});

test('logitOf undoes probabilityOf', () => {
  const calibrated = { probability: { slope: 0.7, intercept: -1.2 } };
  for (const logit of [-6, -0.5, 0, 1, 4])
    expect(logitOf(calibrated, probabilityOf(calibrated, logit))).toBeCloseTo(logit);
  expect(probabilityOf(calibrated, 0)).toBeCloseTo(0.231475, 6);
});
