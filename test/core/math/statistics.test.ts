// Means, deviations and quantiles against figures worked out by hand.
import { expect, test } from 'vitest';
import { deviation, mean, quantile } from '../../../src/core/math/statistics.ts';

test('mean', () => {
  expect(mean([1, 2, 6])).toBe(3);
  expect(mean([])).toBeNaN();
});

test('deviation', () => {
  expect(deviation([2, 4, 4, 4, 5, 5, 7, 9])).toBe(2);
  expect(deviation([3])).toBe(0);
  expect(deviation([])).toBeNaN();
});

test('quantile interpolates between neighbours and leaves its input alone', () => {
  const values = [4, 1, 3, 2];
  expect(quantile(values, 0.5)).toBe(2.5);
  expect(quantile(values, 0)).toBe(1);
  expect(quantile(values, 1)).toBe(4);
  expect(quantile(values, 0.9)).toBeCloseTo(3.7, 12);
  expect(values).toEqual([4, 1, 3, 2]);
  expect(quantile([7], 0.3)).toBe(7);
  expect(quantile([], 0.5)).toBeNaN();
});
