// The support vector machine against LIBLINEAR, against a planted normal, and against its own duality.
import { describe, expect, test } from 'vitest';
import { decisionValues, fitSvm } from '../../../../src/core/directions/fit/svm.ts';
import { cosine, dot } from '../../../../src/core/math/linear-algebra.ts';
import { createRandom } from '../../../../src/core/math/random.ts';
import { balancedAccuracy, confusion } from '../../../../src/core/measures/answers/binary-classification.ts';
import liblinear from '../../../fixtures/liblinear.json' with { type: 'json' };
import { everyRow, plant } from './planted.ts';

describe('against LIBLINEAR (tools/reference/liblinear.py)', () => {
  test.each(liblinear.problems)('$name', ({ features, labels, weights, bias, primalObjective }) => {
    const flat = Float32Array.from(features.flat());
    const options = { C: 1, tolerance: 1e-4, maxIterations: 20_000 };
    const svm = fitSvm(flat, liblinear.size, everyRow(Uint8Array.from(labels)), createRandom(1), options);
    expect(svm.converged).toBe(true);
    expect(cosine([...svm.weights, svm.bias], [...weights, bias])).toBeGreaterThan(0.9999);
    expect(Math.abs(svm.primalObjective / primalObjective - 1)).toBeLessThan(0.001);
    expect(svm.dualObjective).toBeLessThanOrEqual(svm.primalObjective);
    expect(svm.dualObjective / svm.primalObjective).toBeGreaterThan(0.999);
  });
});

describe('a planted normal, 10,000 latents of 128, all of them used, C = 1', () => {
  // At C = 1 neither we nor LIBLINEAR reach the tolerance within 1,000 passes here; the direction is there long before.
  test('is found at cosine > 0.999 without label noise', () => {
    const { latents, size, labels, normal } = plant(1, 10_000, 128);
    const svm = fitSvm(latents, size, everyRow(labels), createRandom(2));
    expect(cosine(svm.weights, normal)).toBeGreaterThan(0.999);
  });

  test('is found at cosine > 0.99 with 5 % of the labels flipped', () => {
    const { latents, size, labels, normal } = plant(1, 10_000, 128, 0.05);
    const svm = fitSvm(latents, size, everyRow(labels), createRandom(2));
    expect(cosine(svm.weights, normal)).toBeGreaterThan(0.99);
    expect(svm.dualObjective / svm.primalObjective).toBeGreaterThan(0.995);
  });
});

test('the intercept of a hyperplane off the origin is found', () => {
  const { latents, size, labels } = plant(3, 4000, 16, 0, 0.7);
  const svm = fitSvm(latents, size, everyRow(labels), createRandom(4));
  expect(svm.bias / Math.sqrt(dot(svm.weights, svm.weights))).toBeCloseTo(0.7, 1);
});

test('shrinking changes the way, not the answer: at the optimum primal and dual meet', () => {
  for (const flipped of [0, 0.2]) {
    const { latents, size, labels } = plant(5, 300, 10, flipped);
    const options = { C: 0.1, tolerance: 1e-8, maxIterations: 100_000 };
    const svm = fitSvm(latents, size, everyRow(labels), createRandom(6), options);
    expect(svm.converged).toBe(true);
    expect(svm.dualObjective / svm.primalObjective).toBeGreaterThan(1 - 1e-7);
    const other = fitSvm(latents, size, everyRow(labels), createRandom(7), options);
    expect(cosine(svm.weights, other.weights)).toBeGreaterThan(1 - 1e-7);
  }
});

test('the same generator gives the same bits, and sizes that are no multiple of four work', () => {
  const { latents, size, labels, normal } = plant(8, 500, 7);
  const first = fitSvm(latents, size, everyRow(labels), createRandom(9));
  expect(fitSvm(latents, size, everyRow(labels), createRandom(9)).weights).toEqual(first.weights);
  expect(cosine(first.weights, normal)).toBeGreaterThan(0.99);
  const value = decisionValues(latents, Uint32Array.of(3), first)[0]!;
  expect(value).toBeCloseTo(dot(first.weights, latents.subarray(21, 28)) + first.bias, 12);
});

test('balanced weights keep a rare class that equal ones give up', () => {
  const { latents, size, labels } = plant(11, 3000, 12, 0.05, -4);
  const found = (weights: 'equal' | 'balanced') => {
    const svm = fitSvm(latents, size, everyRow(labels), createRandom(1), { weights });
    const values = decisionValues(latents, Uint32Array.from(labels.keys()), svm);
    expect(svm.dualObjective).toBeLessThanOrEqual(svm.primalObjective);
    expect(svm.dualObjective / svm.primalObjective).toBeGreaterThan(0.99);
    return balancedAccuracy(confusion(values, labels));
  };
  expect(found('equal')).toBeLessThan(0.55);
  expect(found('balanced')).toBeGreaterThan(found('equal') + 0.02);
});

test('of classes alike in size, balanced weights are equal ones', () => {
  const { latents, size } = plant(12, 400, 9);
  const labels = Uint8Array.from({ length: 400 }, (_, i) => i % 2);
  const fits = (['equal', 'balanced'] as const).map(weights =>
    fitSvm(latents, size, everyRow(labels), createRandom(1), { weights, maxIterations: 20 }),
  );
  expect(fits[1]).toEqual(fits[0]);
});

test('a fit ends early where it is told to, as one of so many passes does', () => {
  const { latents, size, labels } = plant(10, 400, 9, 0.1);
  const seen: number[] = [];
  const afterPass = (passes: number) => seen.push(passes) === 7;
  const ended = fitSvm(latents, size, everyRow(labels), createRandom(1), {}, { afterPass });
  expect(ended).toEqual(fitSvm(latents, size, everyRow(labels), createRandom(1), { maxIterations: 7 }));
  expect([seen, ended.converged]).toEqual([[1, 2, 3, 4, 5, 6, 7], false]);
});

test('arrays that do not fit together are our bug', () => {
  expect(() => fitSvm(new Float32Array(5), 2, everyRow(new Uint8Array(3)), createRandom(0))).toThrow(RangeError);
  const twoRows = { rows: Uint32Array.of(0, 1), labels: new Uint8Array(3) };
  expect(() => fitSvm(new Float32Array(6), 2, twoRows, createRandom(0))).toThrow(RangeError);
});
