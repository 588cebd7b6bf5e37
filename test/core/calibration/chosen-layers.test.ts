// The layers that a direction is to act on, by what the judge saw of moves on some faces.
import { expect, test } from 'vitest';
import { bestLayers, type TriedLayers } from '../../../src/core/calibration/chosen-layers.ts';

type Effect = readonly [agreement: number, flips: number];
/** The best layers by 48 faces moved both ways; the first effect is of moves on all layers. */
const best = (all: Effect, ...parts: readonly Effect[]) => {
  const tried = ([agreement, flips]: Effect, i: number): TriedLayers => {
    return { layers: [i, i], effect: { agreement, flips, faces: 48 } };
  };
  return bestLayers([tried(all, 0), ...parts.map((each, i) => tried(each, i + 1))], 39).layers[0];
};

test('fewer flips win among those that do what they say as often', () => {
  expect(best([0.8, 0.1], [0.8, 0.05], [0.8, 0.02], [0.8, 0.07])).toBe(2);
});

test('agreement may be less by the error of the difference of two shares, 0.058 here, and no more', () => {
  expect(best([0.8, 0.1], [0.75, 0.05])).toBe(1);
  expect(best([0.8, 0.1], [0.73, 0.05])).toBe(0);
});

test('where moves on all layers always do what they say, a part may miss as many as chance makes it miss', () => {
  expect(best([1, 0.1], [0.99, 0.05])).toBe(1);
  expect(best([1, 0.1], [0.97, 0.05])).toBe(0);
});

test('flips must be fewer by more than their error, 0.007 here: less is luck', () => {
  expect(best([0.8, 0.1], [0.8, 0.095])).toBe(0);
  expect(best([0.8, 0.1], [0.8, 0.09])).toBe(1);
});

test('all layers stay where no part is better: a move that does nothing flips nothing, and is not taken', () => {
  expect(best([0.8, 0.1], [0.5, 0], [0.8, 0.1], [0.9, 0.12])).toBe(0);
});
