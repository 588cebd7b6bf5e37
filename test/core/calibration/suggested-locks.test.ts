// The search for locks on planted truth: it finds what moves along, and leaves alone what does not.
import { expect, test } from 'vitest';
import { type LockSearch, predictedFlips, searchLocks } from '../../../src/core/calibration/suggested-locks.ts';
import { length, scaled } from '../../../src/core/math/linear-algebra.ts';
import { createRandom, normals } from '../../../src/core/math/random.ts';

const unit = (values: readonly number[]) => scaled(values, 1 / length(values));
/** `a` shares half of its direction with `b`, a little with `c` and nothing with `d`. */
const slopes = [unit([1, 0.8, 0.2, 0, 0]), unit([0, 1, 0, 0, 0]), unit([0, 0, 1, 0, 0]), unit([0, 0, 0, 1, 0])];
const names = ['a', 'b', 'c', 'd'];
const directions = names.map((attribute, i) => ({ attribute, normal: slopes[i]! }));
const faces = 500;
const latents = normals(createRandom(3), faces * 5);
const margins = Float32Array.from({ length: faces * 4 }, (_, at) => {
  const [row, column] = [Math.floor(at / 4), at % 4];
  return slopes[column]!.reduce((sum, slope, i) => sum + slope * latents[row * 5 + i]!, 0);
});
const search: LockSearch = {
  moved: directions[0]!,
  candidates: directions,
  slopes,
  margins,
  column: 0,
  targets: [-2, 2],
  mostLocks: 3,
  leastResidual: 0.1,
};

test('the attribute that shares most is locked first, one that shares nothing never', () => {
  const steps = searchLocks(search);
  expect(steps.map(({ locks }) => locks)).toEqual([[], ['b'], ['b', 'c']]);
  const flips = steps.map(step => step.flips);
  expect(flips[0]).toBeGreaterThan(0.1);
  expect(flips[2]).toBe(0);
});

test('no lock takes more of the direction than may be taken', () => {
  expect(searchLocks({ ...search, leastResidual: 0.9 }).map(({ locks }) => locks)).toEqual([[], ['c']]);
  expect(searchLocks({ ...search, mostLocks: 0 })).toHaveLength(1);
});

test('a direction along which the attribute does not rise, whatever is locked, gets no locks', () => {
  const falling = { ...search, slopes: [scaled(slopes[0]!, -1), ...slopes.slice(1)] };
  expect(searchLocks(falling)).toEqual([{ locks: [], flips: Number.POSITIVE_INFINITY }]);
});

test('the prediction is the share of answers that a step to the targets changes', () => {
  // By hand, one face: a must go from 1 to −2 and to 2 along its own axis, which takes b from 0.5 to −1 and to 1.
  const hand = { ...search, slopes: [Float64Array.of(1), Float64Array.of(0.5)], margins: Float32Array.of(1, 0.5) };
  expect(predictedFlips(hand, Float64Array.of(1))).toBe(0.5);
  expect(predictedFlips(hand, Float64Array.of(-1))).toBe(Number.POSITIVE_INFINITY);
});
