// Calibrated probabilities mean what they say: against planted truth, by definition, and where labels give no hold.
import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../../src/core/math/random.ts';
import {
  expectedCalibrationError,
  fitPlattScaling,
  plattProbabilities,
} from '../../../../src/core/measures/answers/platt-scaling.ts';

/** Logits of which the true probability is σ(slope · logit + intercept). */
function planted(count: number, slope: number, intercept: number, scale = 4) {
  const random = createRandom(7);
  const logits = Array.from({ length: count }, () => scale * random.normal());
  const truth = plattProbabilities(logits, { slope, intercept });
  return { logits, labels: logits.map((_, i) => Number(random.uniform() < truth[i]!)) };
}

describe('Platt', () => {
  test('finds planted slope and intercept', () => {
    const { logits, labels } = planted(100_000, 0.6, -1.2);
    const { slope, intercept } = fitPlattScaling(logits, labels);
    expect(Math.abs(slope - 0.6)).toBeLessThan(0.02);
    expect(Math.abs(intercept + 1.2)).toBeLessThan(0.04);
  });

  test('finds a slope far from 1, where σ of nearly every logit is flat', () => {
    const { logits, labels } = planted(2000, 0.03, -2, 300);
    const low = logits.map(logit => logit - 1500); // as those of a rare attribute
    const { slope, intercept } = fitPlattScaling(low, labels);
    expect(Math.abs(slope - 0.03)).toBeLessThan(0.003);
    expect(Math.abs(intercept + 2 - 1500 * 0.03)).toBeLessThan(5);
  });

  test('stands where neither direction lowers the loss: the fit has no slope left', () => {
    const { logits, labels } = planted(500, 1.5, 0.5);
    const found = fitPlattScaling(logits, labels);
    const positives = labels.filter(Boolean).length;
    const targets = labels.map(label => (label === 1 ? (positives + 1) / (positives + 2) : 1 / (500 - positives + 2)));
    const errors = [...plattProbabilities(logits, found)].map((probability, i) => probability - targets[i]!);
    expect(errors.reduce((sum, error) => sum + error, 0)).toBeCloseTo(0, 4);
    expect(errors.reduce((sum, error, i) => sum + error * logits[i]!, 0)).toBeCloseTo(0, 4);
  });

  test('keeps a finite slope where labels are separable, and sees few samples as few', () => {
    const { slope } = fitPlattScaling([-2, -1, 1, 2], [0, 0, 1, 1]);
    expect(slope).toBeGreaterThan(0);
    expect(slope).toBeLessThan(5);
    expect(plattProbabilities([2], fitPlattScaling([-2, -1, 1, 2], [0, 0, 1, 1]))[0]).toBeLessThan(0.95);
  });

  test.each([
    ['yes only', [1, 1, 1], 0.8],
    ['no only', [0, 0, 0], 0.2],
  ])('of %s stays off certainty', (_, labels, probability) => {
    const found = fitPlattScaling([-1, 0, 1], labels);
    expect(plattProbabilities([0], found)[0]).toBeCloseTo(probability, 1);
    expect(found.slope).toBeGreaterThanOrEqual(0.01);
  });

  test('never turns a logit round, whatever the labels', () => {
    expect(fitPlattScaling([-2, -1, 1, 2], [1, 1, 0, 0]).slope).toBe(0.01);
    const { slope, intercept } = fitPlattScaling([], []);
    expect([slope, intercept]).toEqual([1, 0]);
  });
});

describe('the calibration error', () => {
  test('is the mean gap over bins, by their samples', () => {
    // Bins of a half: three samples at 0.2 of which one is yes, one at 0.9 that is no.
    expect(expectedCalibrationError([0.2, 0.2, 0.2, 0.9], [1, 0, 0, 0], 2)).toBeCloseTo(
      (3 * (1 / 3 - 0.2) + 0.9) / 4,
      12,
    );
  });
  test('counts 1 to the last bin, and is 0 of what is right', () => {
    expect(expectedCalibrationError([1, 1, 0], [1, 1, 0])).toBe(0);
  });
  test('falls by calibrating what was too sure', () => {
    const { logits, labels } = planted(5000, 0.3, 0.4);
    const before = expectedCalibrationError(plattProbabilities(logits, { slope: 1, intercept: 0 }), labels);
    const after = expectedCalibrationError(plattProbabilities(logits, fitPlattScaling(logits, labels)), labels);
    expect(before).toBeGreaterThan(0.1);
    expect(after).toBeLessThan(0.03);
  });
});
