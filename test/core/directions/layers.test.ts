// Directions of some layers only: rows outside stay, locks hold in every row, distances are those of the rows that move.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Direction } from '../../../src/core/directions/direction.ts';
import { type LayerRange, layerNames, layersNamed, parseLayers } from '../../../src/core/directions/layers.ts';
import { distanceTo } from '../../../src/core/editing/distances.ts';
import { editLatent } from '../../../src/core/editing/edit.ts';
import type { LatentMove } from '../../../src/core/editing/moves.ts';
import type { Edit } from '../../../src/core/editing/request.ts';
import { strengthRange } from '../../../src/core/editing/strength-range.ts';
import { editStrip } from '../../../src/core/editing/strip.ts';
import { UserError } from '../../../src/core/errors.ts';
import { createRandom } from '../../../src/core/math/random.ts';
import { sampleLatents } from '../../../src/core/models/latents.ts';
import { nameOf, randomPlacedDirections } from '../editing/directions.ts';

const [size, rows, attributes] = [64, 9, 40];
const by = (attribute: string, strength: number): LatentMove => ({ attribute, kind: 'relative', strength });
const to = (attribute: string, distance: number): LatentMove => ({ attribute, kind: 'absolute', distance });
const rowOf = (latent: Float64Array, row: number) => latent.subarray(row * size, (row + 1) * size);
/** Boundaries of which those named act on these layers only. */
const acting = (seed: number, layers: Readonly<Record<string, LayerRange>>): Direction[] =>
  randomPlacedDirections(seed, attributes, size).map(each => ({ ...each, layers: layers[each.attribute] }));
const withoutLayers = ({ attribute, normal, intercept }: Direction) => ({ attribute, normal, intercept });

describe('ranges', () => {
  test.each([3, 5, 7, 9, 11, 17])('the thirds of %i layers are all of them, none twice', count => {
    const [coarse, middle, fine] = (['coarse', 'middle', 'fine'] as const).map(name => layersNamed(name, count));
    expect([coarse![0], middle![0], fine![0], count]).toEqual([0, coarse![1] + 1, middle![1] + 1, fine![1] + 1]);
    for (const name of layerNames) expect(parseLayers(name, count)).toEqual(layersNamed(name, count));
  });

  test('of numbers are read as text and as rows', () => {
    expect(parseLayers('2-5', 9)).toEqual([2, 5]);
    expect(parseLayers('4', 9)).toEqual([4, 4]);
    expect(parseLayers([2, 5], 9)).toEqual([2, 5]);
  });

  test.each([
    ['corse', /must be all, coarse, middle, fine, or rows such as 0-2; got "corse"/],
    ['4-2', /rows from 0 to 8.*got 4-2/],
    ['3-9', /rows from 0 to 8.*got 3-9/],
    ['-1', /got "-1"/],
    ['', /got ""/],
  ])('"%s" is refused', (text, message) => {
    expect(() => parseLayers(text, 9)).toThrow(UserError);
    expect(() => parseLayers(text, 9)).toThrow(message);
  });

  test('of a generator with one layer there are no thirds', () => {
    expect(parseLayers('all', 1)).toEqual([0, 0]);
    expect(() => parseLayers('fine', 1)).toThrow(/layers must be all/);
  });
});

const ranges = fc
  .tuple(fc.nat(rows - 1), fc.nat(rows - 1))
  .map(([a, b]): LayerRange => [Math.min(a, b), Math.max(a, b)]);
const edits: fc.Arbitrary<Edit> = fc
  .record({
    seed: fc.nat(10_000),
    moved: fc.uniqueArray(fc.nat(attributes - 1), { minLength: 1, maxLength: 3 }),
    layers: fc.array(ranges, { minLength: 3, maxLength: 3 }),
    amounts: fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 3, maxLength: 3 }),
    locked: fc.uniqueArray(fc.nat(attributes - 1), { maxLength: attributes - 1 }),
    spread: fc.boolean(),
  })
  .map(({ seed, moved, layers, amounts, locked, spread }) => ({
    latent: sampleLatents(createRandom(seed, 2), spread ? rows : 1, size),
    directions: acting(seed, Object.fromEntries(moved.map((i, k) => [nameOf(i), layers[k]!]))),
    moves: moved.map((i, k) => by(nameOf(i), amounts[k]!)),
    locks: locked.filter(i => !moved.includes(i)).map(nameOf),
    geometry: 'linear',
    rows,
  }));

test('every row is that of an edit with the moves of its layer, so that locks hold in each', () => {
  fc.assert(
    fc.property(edits, edit => {
      const { latent } = editLatent(edit);
      const layersOf = (attribute: string) => edit.directions.find(each => each.attribute === attribute)!.layers!;
      const given = edit.latent.length / size;
      for (let row = 0; row < latent.length / size; row++) {
        const own = edit.latent.slice((given === 1 ? 0 : row) * size, ((given === 1 ? 0 : row) + 1) * size);
        const moves = edit.moves.filter(({ attribute }) => {
          const [from, last] = layersOf(attribute);
          return latent.length === size || (row >= from && row <= last);
        });
        const directions = edit.directions.map(withoutLayers);
        const alone = editLatent({ latent: own, directions, moves, locks: edit.locks, geometry: 'linear' });
        const seen = rowOf(latent, row);
        expect(Math.max(...seen.map((x, i) => Math.abs(x - alone.latent[i]!)))).toBeLessThan(1e-12);
        for (const boundary of directions.filter(({ attribute }) => edit.locks.includes(attribute))) {
          expect(Math.abs(distanceTo(boundary, Float32Array.from(seen)) - distanceTo(boundary, own))).toBeLessThan(
            2e-6,
          );
        }
      }
    }),
    { numRuns: 50 },
  );
});

test('an edit of all layers keeps one row; of some, a row a layer, and those outside are bit for bit as they were', () => {
  const directions = acting(1, { [nameOf(0)]: [3, 5], [nameOf(1)]: [0, 8] });
  const latent = sampleLatents(createRandom(1), 1, size);
  const edit = { latent, directions, locks: [nameOf(2)], geometry: 'linear', rows } as const;
  expect(editLatent({ ...edit, moves: [by(nameOf(1), 2)] }).latent.length).toBe(size);
  const { latent: moved, distances } = editLatent({ ...edit, moves: [by(nameOf(0), 2)] });
  expect(moved.length).toBe(rows * size);
  for (const row of [0, 1, 2, 6, 7, 8]) expect([...rowOf(moved, row)]).toEqual([...latent]);
  const own = directions[0]!;
  for (const row of [3, 4, 5]) {
    expect(distanceTo(withoutLayers(own), rowOf(moved, row))).toBeCloseTo(distances[own.attribute]!, 9);
  }
  const opposite = editLatent({ ...edit, latent: moved, moves: [by(nameOf(0), -2)] }).latent;
  expect(Math.max(...opposite.map((x, at) => Math.abs(x - latent[at % size]!)))).toBeLessThan(1e-12);
});

test('target distances are met together, each in its own rows', () => {
  const directions = acting(4, { [nameOf(0)]: [0, 4], [nameOf(1)]: [3, 8], [nameOf(2)]: [6, 8] });
  const latent = sampleLatents(createRandom(4), 1, size);
  const moves = [to(nameOf(0), 1.5), to(nameOf(1), -1), to(nameOf(2), 0.25), by(nameOf(3), 1)];
  const { distances } = editLatent({ latent, directions, moves, locks: [nameOf(5)], geometry: 'linear', rows });
  expect([0, 1, 2].map(i => distances[nameOf(i)])).toEqual([1.5, -1, 0.25].map(x => expect.closeTo(x, 9)));
});

test('ranges of strength and strips go by the rows that move', () => {
  const directions = acting(5, { [nameOf(0)]: [3, 5] });
  const latent = sampleLatents(createRandom(5), 1, size);
  const edit = { latent, directions, moves: [], locks: [], geometry: 'linear', rows } as const;
  const [least, most] = strengthRange(nameOf(0), [-20, 20], edit);
  const ends = [least, most].map(end => editLatent({ ...edit, moves: [by(nameOf(0), end)] }).distances[nameOf(0)]);
  expect(ends).toEqual([expect.closeTo(-20, 9), expect.closeTo(20, 9)]);
  const strip = editStrip(edit, [{ from: undefined, to: to(nameOf(0), 2) }], 3);
  const [before, half, end] = strip.map(({ distances }) => distances[nameOf(0)]!);
  expect(end).toBeCloseTo(2, 9);
  expect(half).toBeCloseTo((before! + end!) / 2, 9);
});
