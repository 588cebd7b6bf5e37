// Calibration curves rise, and the safe range ends where the attribute stops changing or others begin to.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { calibrationCurve, isotonic, safeRangeOf } from '../../../src/core/calibration/distance-calibration.ts';

const distances = [-4, -2, 0, 2, 4];
const few = [0.1, 0.05, 0.01, 0.05, 0.1];
const nan = Number.NaN;

test('the curve is the median over the faces, made monotone, where faces get', () => {
  const curve = [-5, -3, 0, 2, 6].map((logit, at) => [distances[at], logit]);
  expect(calibrationCurve(distances, [-5, -3, 0, 2, 6])).toEqual(curve);
  expect(calibrationCurve(distances, [-5, -3, 0, 6, 2])).toEqual([...curve.slice(0, 3), [2, 4], [4, 4]]);
  expect(calibrationCurve(distances, [nan, -3, 0, 2, nan])).toEqual(curve.slice(1, 4));
  expect(safeRangeOf(distances, [-5, -3, 0, 2, 6], few)).toEqual([-4, 4]);
});

test('the safe range ends where the median stops rising', () => {
  expect(safeRangeOf(distances, [-3, -3, 0, 2, 1], few)).toEqual([-2, 2]);
  expect(safeRangeOf(distances, [1, 1, 1, 1, 1], few)).toBeUndefined();
});

test('a dent is no end, even where the faces are that change least', () => {
  const dented = [-14, -16, -16, -8, 2];
  expect(safeRangeOf(distances, dented, [0.01, 0.1, 0.1, 0.1, 0.1])).toEqual([0, 4]);
  expect(safeRangeOf(distances, [-5, -1, -2, 2, 6], few)).toEqual([-4, 4]);
  expect(safeRangeOf(distances, dented, [0.01, 0.2, 0.1, 0.1, 0.1])).toBeUndefined();
});

test('the safe range ends where others change', () => {
  const logits = [-5, -3, 0, 2, 6];
  expect(safeRangeOf(distances, logits, [0.3, 0.1, 0.01, 0.14, 0.15])).toEqual([-2, 2]);
  expect(safeRangeOf(distances, logits, [0.3, 0.2, 0.2, 0.2, 0.3])).toBeUndefined();
});

test('the safe range ends where hardly a face gets', () => {
  expect(safeRangeOf(distances, [nan, -3, 0, 2, 6], [nan, 0.05, 0.01, 0.05, 0.1])).toEqual([-2, 4]);
  expect(safeRangeOf(distances, [nan, nan, 0, nan, nan], [nan, nan, 0.01, nan, nan])).toBeUndefined();
  expect(safeRangeOf(distances, [nan, nan, nan, nan, nan], few)).toBeUndefined();
});

test('pooling: nondecreasing, keeps the mean, and leaves what rises alone', () => {
  expect(isotonic([1, 3, 2, 4])).toEqual([1, 2.5, 2.5, 4]);
  expect(isotonic([3, 2, 1])).toEqual([2, 2, 2]);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1 }), values => {
      const pooled = isotonic(values);
      const sum = (list: readonly number[]) => list.reduce((total, value) => total + value, 0);
      expect(sum(pooled)).toBeCloseTo(sum(values), 6);
      for (let i = 1; i < pooled.length; i++) expect(pooled[i]).toBeGreaterThanOrEqual(pooled[i - 1]! - 1e-9);
      const sorted = [...values].sort((a, b) => a - b);
      expect(isotonic(sorted)).toEqual(sorted);
    }),
  );
});
