// Bootstrap intervals against the normal approximation, where that is known to be good.
import { expect, test } from 'vitest';
import { createRandom } from '../../../../src/core/math/random.ts';
import { accuracy, f1 } from '../../../../src/core/measures/answers/binary-classification.ts';
import { bootstrapInterval } from '../../../../src/core/measures/answers/bootstrap.ts';

const counts = { truePositives: 200, falsePositives: 50, trueNegatives: 600, falseNegatives: 150 };

test('the interval of an accuracy is that of a binomial share', () => {
  const { low, high } = bootstrapInterval(counts, accuracy, createRandom(1), 2000);
  const halfWidth = 1.96 * Math.sqrt((0.8 * 0.2) / 1000);
  expect(low).toBeCloseTo(0.8 - halfWidth, 2);
  expect(high).toBeCloseTo(0.8 + halfWidth, 2);
});

test('every kind of answer is drawn as often as it was counted', () => {
  for (const kind of ['truePositives', 'falsePositives', 'trueNegatives', 'falseNegatives'] as const) {
    const { low, high } = bootstrapInterval(counts, drawn => drawn[kind], createRandom(2));
    expect(low).toBeLessThan(counts[kind]);
    expect(high).toBeGreaterThan(counts[kind]);
    expect(high - low).toBeLessThan(5 * Math.sqrt(counts[kind]));
  }
});

test('without mistakes there is nothing to stray, and the generator decides the rest', () => {
  const perfect = { truePositives: 10, falsePositives: 0, trueNegatives: 10, falseNegatives: 0 };
  expect(bootstrapInterval(perfect, accuracy, createRandom(3))).toEqual({ low: 1, high: 1 });
  const first = bootstrapInterval(counts, f1, createRandom(4));
  expect(bootstrapInterval(counts, f1, createRandom(4))).toEqual(first);
});
