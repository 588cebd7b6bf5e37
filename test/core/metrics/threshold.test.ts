// Thresholds take what is sure and leave what is chance.
import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../src/core/math/random.ts';
import { pairedDifference, surestThreshold } from '../../../src/core/metrics/threshold.ts';

test('the difference of two answers to the same samples, with the error of its mean', () => {
  const { difference, standardError } = pairedDifference(6, 2, 10);
  const each = [1, 1, 1, 1, 1, 1, -1, -1, 0, 0];
  const variance = each.reduce((sum, value) => sum + (value - 0.4) ** 2, 0) / 10;
  expect(difference).toBeCloseTo(0.4, 12);
  expect(standardError).toBeCloseTo(Math.sqrt(variance / 10), 12);
});

describe('the surest threshold', () => {
  test('lies in the gap that separates', () => {
    expect(surestThreshold([-3, 1, 2, 4], [0, 0, 1, 1])).toBe(1.5);
  });
  test('is 0 where 0 is as good as any', () => {
    expect(surestThreshold([-3, -1, 2, 3], [0, 0, 1, 1])).toBe(0);
  });
  test('lies beyond all scores where the more common answer is always the better one', () => {
    expect(surestThreshold([1, 2, 3], [0, 0, 0])).toBe(3.5);
    expect(surestThreshold([-1, -2], [1, 1])).toBe(-2.5);
  });
  test('does not trust the luck of one sample, of either kind', () => {
    const logits = Array.from({ length: 21 }, (_, i) => i - 10);
    const rare = logits.map(logit => Number(logit === 10));
    expect(surestThreshold(logits, rare)).toBe(10.5);
    const common = logits.map(logit => Number(logit !== -10));
    expect(surestThreshold(logits, common)).toBe(-10.5);
  });
  test('without samples is 0', () => {
    expect(surestThreshold([], [])).toBe(0);
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
      const threshold = surestThreshold(chosenOn.logits, chosenOn.labels);
      const wins = tried.logits.filter((logit, i) => logit > threshold && tried.labels[i] === 1).length;
      const losses = tried.logits.filter((logit, i) => logit > threshold && tried.labels[i] === 0).length;
      const { difference, standardError } = pairedDifference(wins, losses, 400);
      if (difference < -2 * standardError) worse++;
    }
    expect(worse).toBeLessThan(5);
  });
});
