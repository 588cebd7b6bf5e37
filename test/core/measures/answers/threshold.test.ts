// Thresholds lie at even odds; where that would be worse than the commoner answer, that answer is always given.
import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../../src/core/math/random.ts';
import { accuracy, confusion } from '../../../../src/core/measures/answers/binary-classification.ts';
import { fitPlattScaling } from '../../../../src/core/measures/answers/platt-scaling.ts';
import { evenThreshold, gainOverCommon, pairedDifference } from '../../../../src/core/measures/answers/threshold.ts';

const thresholdOf = (logits: readonly number[], labels: readonly number[]) =>
  evenThreshold(logits, labels, fitPlattScaling(logits, labels));

test('the difference of two answers to the same samples, with the error of its mean', () => {
  const { difference, standardError } = pairedDifference(6, 2, 10);
  const each = [1, 1, 1, 1, 1, 1, -1, -1, 0, 0];
  const variance = each.reduce((sum, value) => sum + (value - 0.4) ** 2, 0) / 10;
  expect(difference).toBeCloseTo(0.4, 12);
  expect(standardError).toBeCloseTo(Math.sqrt(variance / 10), 12);
});

test.each([
  ['no', { truePositives: 5, falsePositives: 2, trueNegatives: 80, falseNegatives: 13 }, 0.03],
  ['yes', { truePositives: 80, falsePositives: 13, trueNegatives: 5, falseNegatives: 2 }, 0.03],
])('the gain over always answering %s counts only where the answers part', (_, counts, gain) => {
  const { difference, standardError } = gainOverCommon(counts);
  expect(difference).toBeCloseTo(gain, 12);
  expect(difference).toBeCloseTo(accuracy(counts) - 0.82, 12);
  expect(standardError).toBeCloseTo(Math.sqrt((0.07 - gain ** 2) / 100), 12);
});

describe('the threshold', () => {
  test('lies between what it separates', () => {
    const threshold = thresholdOf([-3, -2, 1, 2], [0, 0, 1, 1]);
    expect(threshold).toBeGreaterThan(-2);
    expect(threshold).toBeLessThan(1);
  });
  test('finds the offset of a calibrated classifier', () => {
    const random = createRandom(5);
    const logits = Array.from({ length: 20_000 }, () => 3 * random.normal());
    const labels = logits.map(logit => Number(random.uniform() < 1 / (1 + Math.exp(1 - logit))));
    expect(Math.abs(thresholdOf(logits, labels) - 1)).toBeLessThan(0.1);
  });
  test.each([
    ['rare', 1, 3.5],
    ['common', 0, -3.5],
  ])('of a %s attribute that it would only get wrong lies beyond all samples', (_, few, beyond) => {
    const logits = Array.from({ length: 70 }, (_, i) => (i % 7) - 3);
    const labels = logits.map((_, i) => (i === 0 ? few : 1 - few));
    const flat = { slope: 1, intercept: few === 1 ? -1.5 : 1.5 }; // as if it had been fitted elsewhere
    expect(evenThreshold(logits, labels, flat)).toBe(beyond);
  });
  test('of more samples than a function takes arguments lies beyond them too', () => {
    const logits = new Float64Array(200_000).map((_, i) => (i % 7) - 3);
    const labels = new Uint8Array(200_000).map((_, i) => Number(i % 100 === 0));
    expect(evenThreshold(logits, labels, { slope: 1, intercept: -1.5 })).toBe(3.5);
  });
  test('without samples is 0', () => {
    expect(thresholdOf([], [])).toBeCloseTo(0, 12);
  });
  test('of logits that know nothing is hardly ever worse on new samples than the common answer', () => {
    const random = createRandom(11);
    const sample = (share: number) => ({
      logits: Array.from({ length: 400 }, () => random.normal()),
      labels: Array.from({ length: 400 }, () => Number(random.uniform() < share)),
    });
    let worse = 0;
    for (let trial = 0; trial < 100; trial++) {
      const [chosenOn, tried] = [sample(0.1), sample(0.1)];
      const counts = confusion(tried.logits, tried.labels, thresholdOf(chosenOn.logits, chosenOn.labels));
      const { difference, standardError } = gainOverCommon(counts);
      if (difference < -2 * standardError) worse++;
    }
    expect(worse).toBeLessThan(5);
  });
});
