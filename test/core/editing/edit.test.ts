// Edits: order never matters, locked and aimed distances hold, opposites cancel, and impossible wishes are refused.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Direction } from '../../../src/core/directions/direction.ts';
import { distanceTo } from '../../../src/core/editing/distances.ts';
import { editLatent } from '../../../src/core/editing/edit.ts';
import type { LatentMove } from '../../../src/core/editing/moves.ts';
import type { Edit } from '../../../src/core/editing/request.ts';
import { UserError } from '../../../src/core/errors.ts';
import { addScaled, dot, length, scaled } from '../../../src/core/math/linear-algebra.ts';
import { createRandom, permutation } from '../../../src/core/math/random.ts';
import { type Geometry, normaliseLatents, sampleLatents } from '../../../src/core/models/latents.ts';
import { nameOf, randomPlacedDirections } from './directions.ts';

const size = 128;
const attributes = 40;
const by = (attribute: string, strength: number): LatentMove => ({ attribute, kind: 'relative', strength });
const to = (attribute: string, distance: number): LatentMove => ({ attribute, kind: 'absolute', distance });
const geometries: readonly Geometry[] = ['sphere', 'linear'];

/** As the generator sees it: float32, at length √d. */
const asSeen = (latent: Float64Array) => normaliseLatents(Float32Array.from(latent), latent.length);
const furthest = (a: Float64Array, b: ArrayLike<number>) => Math.max(...a.map((x, i) => Math.abs(x - b[i]!)));

/** Some moves of both kinds, at most one target an attribute, and any locks, the moved ones among them. */
const edits: fc.Arbitrary<Edit> = fc
  .record({
    seed: fc.nat(100_000),
    moved: fc.uniqueArray(fc.nat(attributes - 1), { maxLength: 5 }),
    amounts: fc.array(fc.double({ min: -0.8, max: 0.8, noNaN: true }), { minLength: 10, maxLength: 10 }),
    kinds: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
    locked: fc.uniqueArray(fc.nat(attributes - 1), { maxLength: attributes - 1 }),
  })
  .map(({ seed, moved, amounts, kinds, locked }) => ({
    latent: sampleLatents(createRandom(seed, 2), 1, size),
    directions: randomPlacedDirections(seed, attributes, size),
    moves: moved.flatMap((i, k) =>
      kinds[k] ? [to(nameOf(i), amounts[k]!)] : [by(nameOf(i), amounts[k]!), by(nameOf(i), amounts[k + 5]!)],
    ),
    locks: locked.map(nameOf),
  }));

test.each(geometries)('%s: the order of moves and locks, and repeating one, changes not a bit', geometry => {
  fc.assert(
    fc.property(edits, fc.nat(1000), (edit, seed) => {
      const shuffled = <T>(list: readonly T[]) => [...permutation(createRandom(seed), list.length)].map(i => list[i]!);
      const targets = edit.moves.filter(move => move.kind === 'absolute');
      const moves = shuffled([...edit.moves, ...targets]);
      const locks = shuffled([...edit.locks, ...edit.locks.slice(0, 3)]);
      const directions = shuffled(edit.directions);
      const once = editLatent({ ...edit, geometry });
      expect(editLatent({ ...edit, geometry, moves, locks, directions })).toEqual(once);
    }),
  );
});

test('distances of all locked and aimed attributes hold to 1e-6 as the generator sees them', () => {
  fc.assert(
    fc.property(edits, edit => {
      const before = asSeen(Float64Array.from(edit.latent));
      const { latent, distances } = editLatent(edit);
      expect(length(latent)).toBeCloseTo(Math.sqrt(size), 9);
      const seen = asSeen(latent);
      for (const boundary of edit.directions) {
        const { attribute } = boundary;
        expect(Math.abs(distanceTo(boundary, seen) - distances[attribute]!)).toBeLessThan(1e-6);
        const target = edit.moves.find(move => move.attribute === attribute && move.kind === 'absolute');
        const held = edit.locks.includes(attribute) && !edit.moves.some(move => move.attribute === attribute);
        if (target?.kind === 'absolute') expect(Math.abs(distances[attribute]! - target.distance)).toBeLessThan(1e-9);
        if (held) expect(Math.abs(distances[attribute]! - distanceTo(boundary, before))).toBeLessThan(1e-6);
      }
    }),
  );
});

test.each(geometries)('%s: moves and their opposites, one after the other, return the latent', geometry => {
  fc.assert(
    fc.property(edits, edit => {
      const moves = edit.moves.filter(move => move.kind === 'relative');
      const there = editLatent({ ...edit, moves, geometry });
      const opposites = moves.map(move => by(move.attribute, -move.strength));
      const back = editLatent({ ...edit, latent: there.latent, moves: opposites, geometry });
      const start = editLatent({ ...edit, moves: [], geometry }).latent;
      expect(furthest(back.latent, start)).toBeLessThan(1e-12);
    }),
  );
});

describe('one move', () => {
  const directions = randomPlacedDirections(1, attributes, size);
  const names = directions.map(boundary => boundary.attribute);
  const latent = sampleLatents(createRandom(2), 1, size);
  const [primal, second, third] = names as [string, string, string];
  const start = editLatent({ latent, directions, moves: [], locks: [] });

  test.each([0, 1, 39])('under %i locks moves its attribute by strength × residual and holds the locks', count => {
    const locks = names.slice(1, 1 + count);
    const { steps, distances } = editLatent({ latent, directions, moves: [by(primal, 2)], locks });
    expect(steps.length).toBe(1);
    expect(steps[0]!.residual).toBeGreaterThan(0.5);
    const moved = distances[primal]! - start.distances[primal]!;
    expect(moved).toBeCloseTo(2 * steps[0]!.residual, 9);
    for (const lock of locks) expect(distances[lock]).toBeCloseTo(start.distances[lock]!, 9);
  });

  test('moves a locked attribute itself: its own lock does not hold it', () => {
    const free = editLatent({ latent, directions, moves: [by(primal, 2)], locks: [second] });
    const locked = editLatent({ latent, directions, moves: [by(primal, 2)], locks: [second, primal] });
    expect(locked.distances[primal]).toBeCloseTo(free.distances[primal]!, 9);
    expect(locked.distances[primal]! - start.distances[primal]!).toBeGreaterThan(1.9);
  });

  test('leaves another move of a locked attribute no say over it', () => {
    const moves = [by(primal, 2), by(second, -1)];
    const { distances, steps } = editLatent({ latent, directions, moves, locks: [primal, second] });
    for (const { attribute, residual, strength } of steps) {
      expect(distances[attribute]! - start.distances[attribute]!).toBeCloseTo(strength * residual, 9);
    }
  });

  test('of many parts is one move of their sum; none at all leaves the normalised latent', () => {
    const parts = editLatent({ latent, directions, moves: [by(primal, 0.75), by(primal, 1.25)], locks: [] });
    expect(parts).toEqual(editLatent({ latent, directions, moves: [by(primal, 2)], locks: [] }));
    const nothing = editLatent({ latent, directions, moves: [by(primal, 0)], locks: names });
    expect(furthest(nothing.latent, normaliseLatents(latent, size))).toBeLessThan(1e-6);
  });

  test('keeps the locks that are mixtures of others', () => {
    const mixed = scaled(directions[1]!.normal, 0.6);
    addScaled(mixed, directions[2]!.normal, -0.8);
    const mixture: Direction = { attribute: 'mixture', normal: scaled(mixed, 1 / length(mixed)), intercept: 0.1 };
    const edit = { latent, directions: [...directions, mixture], moves: [by(primal, 3)] };
    const two = editLatent({ ...edit, locks: [second, third] });
    const three = editLatent({ ...edit, locks: [second, 'mixture', third] });
    expect(furthest(three.latent, two.latent)).toBeLessThan(1e-12);
    expect(three.distances.mixture).toBeCloseTo(distanceTo(mixture, start.latent), 9);
  });

  test('does not change the latent it was given', () => {
    const kept = latent.slice();
    editLatent({ latent, directions, moves: [by(primal, 2)], locks: [second] });
    expect(latent).toEqual(kept);
  });
});

describe('linear geometry', () => {
  const [a, b] = randomPlacedDirections(3, 2, size) as [Direction, Direction];
  const latent = sampleLatents(createRandom(4), 1, size);
  const edit = { latent, directions: [a, b], geometry: 'linear' as const };

  test('is plain addition to the raw latent', () => {
    const { latent: moved } = editLatent({ ...edit, moves: [by(a.attribute, 5)], locks: [] });
    expect(
      furthest(
        moved,
        Float64Array.from(latent, (x, i) => x + 5 * a.normal[i]!),
      ),
    ).toBeLessThan(1e-12);
  });

  test('goes as far as it is told, where the sphere has no room', () => {
    const moves = [by(a.attribute, 100)];
    expect(() => editLatent({ ...edit, geometry: 'sphere', moves, locks: [] })).toThrow(UserError);
    const { distances } = editLatent({ ...edit, moves, locks: [b.attribute] });
    expect(distances[a.attribute]).toBeGreaterThan(90);
    expect(distances[b.attribute]).toBeCloseTo(distanceTo(b, latent), 9);
  });

  test('shrinks locked distances once the generator normalises; the sphere does not', () => {
    const moves = [by(a.attribute, 5)];
    const locks = [b.attribute];
    const far = { ...edit, latent: editLatent({ ...edit, moves: [to(b.attribute, 3)], locks: [] }).latent };
    const change = (geometry: Geometry) => {
      const before = distanceTo(b, asSeen(Float64Array.from(far.latent)));
      return distanceTo(b, asSeen(editLatent({ ...far, geometry, moves, locks }).latent)) / before;
    };
    expect(change('linear')).toBeLessThan(0.97);
    expect(change('sphere')).toBeCloseTo(1, 6);
  });
});

describe('what cannot be done is refused in a clear line', () => {
  const directions = randomPlacedDirections(5, 4, size);
  const [a, b, c] = directions.map(boundary => boundary.attribute) as [string, string, string];
  const latent = sampleLatents(createRandom(6), 1, size);
  const editing = (moves: readonly LatentMove[], locks: readonly string[] = [], more: Partial<Edit> = {}) => {
    return () => editLatent({ latent, directions, moves, locks, ...more });
  };

  test('a move off the sphere: the room it names is there, and no more', () => {
    const start = editLatent({ latent, directions, moves: [], locks: [] });
    expect(editing([by(a, 30)])).toThrow(UserError);
    expect(editing([by(a, 30)])).toThrow(/radius √128 .* steps of .* \+30\.00 leave it/);
    const room = Math.sqrt(size) - dot(directions[0]!.normal, start.latent);
    const named = Number(/room for \S+ \+([\d.]+)/.exec(message(editing([by(a, 30)], [])))![1]);
    expect(named).toBeLessThanOrEqual(room);
    expect(named).toBeGreaterThan(room - 0.01);
    expect(editing([by(a, named)])).not.toThrow();
    expect(editing([by(a, named + 0.02)])).toThrow(UserError);
  });

  test('a target off the sphere', () => {
    expect(editing([to(a, 12)])).toThrow(/There is room for/);
    expect(editing([to(a, 10)])).not.toThrow();
  });

  test('moves and locks that hold every direction of the latent', () => {
    const few = randomPlacedDirections(7, 3, 3);
    const [x, y, z] = few.map(boundary => boundary.attribute) as [string, string, string];
    const small = { latent: Float64Array.of(1, 1, 1), directions: few };
    expect(() => editLatent({ ...small, moves: [by(x, 0.1)], locks: [y, z] })).toThrow(/these hold 3 of 3 directions/);
  });

  test('locks that use the direction up, named', () => {
    const twin = { attribute: 'twin', normal: directions[0]!.normal, intercept: 0 };
    expect(editing([by(a, 1)], ['twin', b], { directions: [...directions, twin] })).toThrow(
      new RegExp(`cannot move ${a}: .* with twin, ${b} locked`),
    );
  });

  test('targets that depend on each other, named', () => {
    const twin = { attribute: 'twin', normal: directions[0]!.normal, intercept: 0 };
    const more = { directions: [...directions, twin] };
    expect(editing([to(a, 1), to(b, 0), to('twin', -1)], [], more)).toThrow(/independent of each other.*twin/);
    expect(editing([to(a, 1), by('twin', -1)], [], more)).not.toThrow();
  });

  test('contradicting moves of one attribute', () => {
    expect(editing([to(a, 1), to(a, 2)])).toThrow(/one target distance/);
    expect(editing([to(a, 1), by(a, 2)])).toThrow(/one target distance/);
    expect(editing([to(a, 1), to(a, 1)])).not.toThrow();
  });

  test('unknown attributes, sizes that differ, numbers that are none', () => {
    expect(editing([by(`${a}x`, 1)])).toThrow(new RegExp(`no boundary for "${a}x".*Did you mean "${a}"`));
    expect(editing([], ['nothing like it'])).toThrow(UserError);
    expect(editing([by(b, 1)], [], { latent: latent.subarray(1) })).toThrow(/latent's 127 numbers; got 128/);
    expect(editing([by(c, Number.NaN)])).toThrow(/finite/);
    expect(editing([to(c, Number.POSITIVE_INFINITY)])).toThrow(/finite/);
    expect(editing([], [], { latent: new Float32Array(size) })).toThrow(/length above 0/);
  });
});

function message(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('expected an error');
}
