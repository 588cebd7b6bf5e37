// Checks that a photo's face has as much room as generated faces that look the same, and never less than before.
import { expect, test } from 'vitest';
import type { DirectionFacts } from '../../../src/core/directions/direction.ts';
import { directionsOnPhoto, distanceAtLogit, rangeOnPhoto } from '../../../src/core/portraits/safe-ranges.ts';

const curve: [number, number][] = [
  [-2, -3],
  [-1, -1],
  [0, 0],
  [1, 0],
  [2, 0],
  [3, 4],
];

test.each([
  ['between two points', -0.5, 9, -0.5],
  ['at a point', -1, 9, -1],
  ['below all', -5, 0, -2],
  ['at the first', -3, 0, -2],
  ['above all', 7, 0, 3],
  ['at the last', 4, 0, 3],
  ['on a flat stretch, beside the latent', 0, 1.3, 1.3],
  ['on a flat stretch, at its end next to the latent', 0, -3, 0],
  ['on a flat stretch, at its other end', 0, 8, 2],
  ['just beyond a flat stretch', 1, 0, 2.25],
])('a logit %s', (_, logit, here, distance) => {
  expect(distanceAtLogit(curve, logit, here)).toBeCloseTo(distance, 12);
});

test('a curve of one level leaves the face where its latent lies, within the curve', () => {
  const level: [number, number][] = [
    [-1, 2],
    [1, 2],
  ];
  expect([-3, 0.5, 3].map(here => distanceAtLogit(level, 2, here))).toEqual([-1, 0.5, 1]);
});

const line: [number, number][] = [
  [-4, -8],
  [4, 8],
];

test.each<[string, number, number, readonly [number, number]]>([
  ['a latent where generated faces look the same', 0.5, 1, [-2, 2]],
  ['a latent nearer to more, which has too little room there', 0.5, -1, [-2, 3]],
  ['a latent nearer to less', -0.5, 1, [-3, 2]],
  ['a look beyond the safe range, which counts as its end', 1, -7, [-2, 4]],
  ['a latent beyond the safe range, and a look farther out', -3, -7, [-2, 2]],
  ['no end beyond the curve', 3, -7, [-2, 4]],
])('%s', (_, here, logit, range) => {
  expect(rangeOnPhoto([-2, 2], line, here, logit)).toEqual(range);
});

test('of all directions those change that were calibrated, by their own distance and column', () => {
  const facts = (attribute: string, boundary: DirectionFacts['boundary']): DirectionFacts => {
    return { attribute, boundary, controllable: true };
  };
  const directions = [
    facts('Bald', null),
    facts('Young', { intercept: 0.25, calibration: line, safeRange: [-2, 2] }),
    facts('Male', { intercept: 0, calibration: line }),
    facts('Smiling', { intercept: 0, safeRange: [-1, 1] }),
    facts('dimples', { intercept: 0, calibration: line, safeRange: [-1, 1] }), // the classifier does not know it
  ];
  const movable = [
    { attribute: 'Young', normal: Float64Array.of(1, 0), intercept: 0.25, layers: [1, 1] as const },
    ...['Male', 'Smiling', 'dimples'].map(attribute => {
      return { attribute, normal: Float64Array.of(0, 1), intercept: 0 };
    }),
  ];
  const rows = Float32Array.of(9, 0, 0.25, 0); // of which Young knows the second alone
  const own = directionsOnPhoto({ directions, movable }, rows, [3, -1, 5, 5]);
  expect(own[1]!.boundary).toEqual({ intercept: 0.25, calibration: line, safeRange: [-2, 3] });
  expect([own[0], ...own.slice(2)]).toEqual([directions[0], ...directions.slice(2)]);
  expect(directionsOnPhoto({ directions, movable }, rows, [3, Number.NaN, 5, 5])).toEqual(directions);
});
