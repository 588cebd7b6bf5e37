// Which layers a direction is to act on, by what the judge saw of moves on some faces.
import { expect, test } from 'vitest';
import { bestLayers, type TriedLayers } from '../../../src/node/workers/attribute-calibration.ts';

const faces = 48;
const tried = (...effects: readonly (readonly [agreement: number, flips: number])[]): TriedLayers[] =>
  effects.map(([agreement, flips], i) => ({ layers: [i, i], effect: { agreement, flips, faces } }));

test('fewer flips win among those that do what they say as often', () => {
  expect(bestLayers(tried([0.8, 0.1], [0.8, 0.05], [0.8, 0.02], [0.8, 0.07]))).toEqual([2, 2]);
});

test('within the error of the difference of two shares, 0.058 here, and not beyond it', () => {
  expect(bestLayers(tried([0.8, 0.1], [0.75, 0.05]))).toEqual([1, 1]);
  expect(bestLayers(tried([0.8, 0.1], [0.73, 0.05]))).toEqual([0, 0]);
});

test('all layers stay where no part is better: a move that does nothing flips nothing, and is not taken', () => {
  expect(bestLayers(tried([0.8, 0.1], [0.5, 0], [0.8, 0.1], [0.9, 0.12]))).toEqual([0, 0]);
});
