// The range of a further move: its ends are the distances asked for, or the last that the sphere allows.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Scores } from '../../../src/core/editing/curve.ts';
import { editLatent } from '../../../src/core/editing/edit.ts';
import type { Edit } from '../../../src/core/editing/request.ts';
import { spreadOverRange, strengthRange } from '../../../src/core/editing/strength-range.ts';
import { createRandom } from '../../../src/core/math/random.ts';
import { type Geometry, sampleLatents } from '../../../src/core/models/latents.ts';
import { nameOf, randomPlacedDirections } from './directions.ts';

const size = 32;

const edits: fc.Arbitrary<Edit> = fc
  .record({
    seed: fc.nat(100_000),
    locked: fc.uniqueArray(fc.integer({ min: 2, max: 11 }), { maxLength: 10 }),
    other: fc.double({ min: -1, max: 1, noNaN: true }),
    absolute: fc.boolean(),
    geometry: fc.constantFrom<Geometry>('sphere', 'linear'),
  })
  .map(({ seed, locked, other, absolute, geometry }) => ({
    latent: sampleLatents(createRandom(seed, 2), 1, size),
    directions: randomPlacedDirections(seed, 12, size),
    moves: [
      absolute
        ? { attribute: nameOf(1), kind: 'absolute', distance: other }
        : { attribute: nameOf(1), kind: 'relative', strength: other },
    ],
    locks: locked.map(nameOf),
    geometry,
  }));

const moved = nameOf(0);
const movedBy = (edit: Edit, strength: number) =>
  editLatent({ ...edit, moves: [...edit.moves, { attribute: moved, kind: 'relative', strength }] });

test('every strength in it can be made and lies between the distances', () => {
  fc.assert(
    fc.property(edits, fc.double({ min: 0, max: 1, noNaN: true }), (edit, share) => {
      const [least, most] = strengthRange(moved, [-4, 4], edit);
      expect(least).toBeLessThanOrEqual(0);
      expect(most).toBeGreaterThanOrEqual(0);
      const before = movedBy(edit, 0).distances[moved]!;
      const after = movedBy(edit, least + share * (most - least)).distances[moved]!;
      expect(after).toBeGreaterThan(Math.min(-4, before) - 1e-6);
      expect(after).toBeLessThan(Math.max(4, before) + 1e-6);
    }),
  );
});

test('within the sphere it reaches both distances', () => {
  fc.assert(
    fc.property(edits, edit => {
      const ends = strengthRange(moved, [-0.5, 0.5], { ...edit, geometry: 'linear' });
      const before = movedBy({ ...edit, geometry: 'linear' }, 0).distances[moved]!;
      const [low, high] = ends.map(end => movedBy({ ...edit, geometry: 'linear' }, end).distances[moved]!);
      expect(low).toBeCloseTo(Math.min(-0.5, before), 6);
      expect(high).toBeCloseTo(Math.max(0.5, before), 6);
    }),
  );
});

test('where locks leave little it goes no farther than faces stay whole, and elsewhere to the distances', () => {
  const [moving, lock] = [
    [1, 0],
    [Math.cos(0.1), Math.sin(0.1)], // leaves a tenth
  ].map((normal, i) => ({ attribute: nameOf(i), normal: Float64Array.from([...normal, 0, 0]), intercept: 0 }));
  const edit: Edit = {
    latent: Float64Array.of(-5, 0, 0, 0),
    directions: [moving!, lock!],
    moves: [],
    locks: [],
    geometry: 'linear',
  };
  expect(strengthRange(moved, [-4, 4], edit)).toEqual([0, 9]);
  const locked = { ...edit, locks: [nameOf(1)] };
  expect(strengthRange(moved, [-4, 4], locked)).toEqual([0, 9]);
  const nearer = { ...locked, latent: Float64Array.of(-1, 0, 0, 0) };
  expect(strengthRange(moved, [-4, 4], nearer)).toEqual([-6, 6]);
  expect(spreadOverRange(moved, [-4, 4], nearer, 2).map(({ strength }) => strength)).toEqual([-6, -3, 3, 6]);
});

test('where the sphere has no room to hold the attribute where it is, it is refused', () => {
  const normals = [
    [1, 0, 0, 0],
    [0, 1, 0, 0],
  ];
  const edit: Edit = {
    latent: Float64Array.of(1, 1, 1, 1),
    directions: normals.map((normal, i) => ({ attribute: nameOf(i), normal: Float64Array.from(normal), intercept: 0 })),
    moves: [{ attribute: nameOf(1), kind: 'absolute', distance: 1.9 }],
    locks: [],
  };
  expect(editLatent(edit).distances[nameOf(1)]).toBeCloseTo(1.9, 9);
  expect(() => strengthRange(moved, [-4, 4], edit)).toThrow(/leave it/); // 1² + 1.9² is more than 4
});

test('it ends just before the sphere does', () => {
  const edit: Edit = {
    latent: sampleLatents(createRandom(3, 2), 1, size),
    directions: randomPlacedDirections(3, 12, size),
    moves: [],
    locks: [],
  };
  const [least, most] = strengthRange(moved, [-100, 100], edit);
  expect(() => [least, most].map(end => movedBy(edit, end))).not.toThrow();
  for (const end of [least, most]) expect(() => movedBy(edit, end * 1.02)).toThrow(/leave it/);
});

test('a side that is left out is not walked, and the other is as with both', () => {
  const [start, slope] = [
    sampleLatents(createRandom(5, 2), 1, size),
    Float64Array.from({ length: size }, (_, i) => 1 / (1 + i)),
  ];
  let asked = 0;
  const scores: Scores = {
    values: (z, names) => Float64Array.from(names, () => Math.sin(z[0]!)),
    slopes: (z, names) => {
      asked++;
      return {
        values: scores.values(z, names),
        slopes: names.map(() => slope.map((x, i) => (i === 0 ? Math.cos(z[0]!) : x))),
      };
    },
  };
  const directions = randomPlacedDirections(5, 2, size);
  for (const edit of [
    { latent: start, directions, moves: [], locks: [], geometry: 'linear' },
    { latent: start, directions, moves: [], locks: [], geometry: 'linear', scores },
  ] as const) {
    const spread = (low: number, high: number) => {
      asked = 0;
      const found = spreadOverRange(moved, [low, high], edit, 4);
      return { found, asked };
    };
    const both = spread(-4, 4);
    const above = spread(Number.POSITIVE_INFINITY, 4);
    const below = spread(-4, Number.NEGATIVE_INFINITY);
    expect([...below.found, ...above.found]).toEqual(both.found);
    expect([above.found.length > 0, below.found.length > 0]).toEqual([true, true]);
    if ('scores' in edit) expect(above.asked + below.asked).toBeLessThan(both.asked + 6);
  }
});
