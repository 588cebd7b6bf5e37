// Calibration curves rise, and the safe range ends where the attribute stops changing or others begin to.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { calibrateDistances, isotonic } from '../../../src/core/calibration/distance-calibration.ts';

const distances = [-4, -2, 0, 2, 4];
const few = [0.1, 0.05, 0.01, 0.05, 0.1];
/** Three faces whose logits are these, give or take one. */
const around = (logits: readonly number[]) =>
  Float32Array.from([-1, 0, 1].flatMap(shift => logits.map(logit => logit + shift)));

test('the curve is the median over the faces', () => {
  const { curve, safeRange } = calibrateDistances(distances, around([-5, -3, 0, 2, 6]), few);
  expect(curve).toEqual([
    [-4, -5],
    [-2, -3],
    [0, 0],
    [2, 2],
    [4, 6],
  ]);
  expect(safeRange).toEqual([-4, 4]);
});

test('the safe range ends where the median stops rising', () => {
  expect(calibrateDistances(distances, around([-3, -3, 0, 2, 1]), few).safeRange).toEqual([-2, 2]);
  expect(calibrateDistances(distances, around([1, 1, 1, 1, 1]), few).safeRange).toBeUndefined();
});

test('the safe range ends where others change', () => {
  const logits = around([-5, -3, 0, 2, 6]);
  expect(calibrateDistances(distances, logits, [0.3, 0.1, 0.01, 0.14, 0.15]).safeRange).toEqual([-2, 2]);
  expect(calibrateDistances(distances, logits, [0.3, 0.2, 0.2, 0.2, 0.3]).safeRange).toBeUndefined();
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
