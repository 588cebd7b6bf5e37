// Curves: locks hold where linear edits let them drift, moves go as far as asked, and what cannot be is said.
import { expect, test } from 'vitest';
import { type Curve, curvePoints, followCurve, freeSlopes, type Scores } from '../../../src/core/editing/curve.ts';
import { editOnCurve } from '../../../src/core/editing/curve-edit.ts';
import { cosine, dot, length, orthonormalBasis, removeSpan } from '../../../src/core/math/linear-algebra.ts';
import { createRandom, normals } from '../../../src/core/math/random.ts';

const size = 32;
const random = createRandom(3);
const vectors = Array.from({ length: 60 }, () => Float64Array.from(normals(random, size), x => x / Math.sqrt(size)));

/** Score k is a·z + (b·z)²/4 + sin(c·z): curved, with known slopes. */
const planted: Scores = {
  values: (z, names) => Float64Array.from(names, name => score(z, Number(name))),
  slopes: (z, names) => ({
    values: planted.values(z, names),
    slopes: names.map(name => {
      const [a, b, c] = partsOf(Number(name));
      return z.map((_, i) => a[i]! + (dot(b, z) * b[i]!) / 2 + Math.cos(dot(c, z)) * c[i]!);
    }),
  }),
};
function partsOf(k: number) {
  return [vectors[k]!, vectors[(k + 7) % 60]!, vectors[(k + 23) % 60]!] as const;
}
function score(z: Float64Array, k: number): number {
  const [a, b, c] = partsOf(k);
  return dot(a, z) + dot(b, z) ** 2 / 4 + Math.sin(dot(c, z));
}
function startAt(seed: number, geometry: Curve['geometry']): Float64Array {
  const z = Float64Array.from(normals(createRandom(seed), size));
  return geometry === 'linear' ? z : z.map(x => (x * Math.sqrt(size)) / length(z));
}
/** The largest change of a lock's score that no course is to change. */
function drift({ scores, start, courses, locks }: Curve, end: Float64Array): number {
  const held = locks.filter(lock => !courses.some(({ attribute }) => attribute === lock));
  const before = scores.values(start, held);
  return Math.max(0, ...scores.values(end, held).map((value, at) => Math.abs(value - before[at]!)));
}
const lockNames = (count: number) => Array.from({ length: count }, (_, k) => `${k + 1}`);

test.each(['sphere', 'linear'] as const)('on the %s, 0, 1, 8 and 25 locks hold and the move is made', geometry => {
  for (const count of [0, 1, 8, 25]) {
    const locks = lockNames(count);
    const start = startAt(count, geometry);
    const curve = { start, geometry, scores: planted, courses: [{ attribute: '0', strength: 2 }], locks };
    const { latent, residuals } = followCurve(curve);
    expect(drift(curve, latent)).toBeLessThan(1e-6);
    expect(planted.values(latent, ['0'])[0]).toBeGreaterThan(planted.values(start, ['0'])[0]!);
    if (geometry === 'sphere') expect(length(latent)).toBeCloseTo(Math.sqrt(size), 9);
    expect(residuals[0]).toBeGreaterThan(0.05);
    expect(residuals[0]).toBeLessThanOrEqual(1);
  }
});

test('a straight move would not have held the locks', () => {
  const start = startAt(8, 'linear');
  const { slopes } = planted.slopes(start, ['0']);
  const straight = start.map((x, i) => x + (2 * slopes[0]![i]!) / length(slopes[0]!));
  const curve = { start, geometry: 'linear' as const, scores: planted, courses: [], locks: lockNames(8) };
  expect(drift(curve, straight)).toBeGreaterThan(0.1);
});

test('a move of nothing changes nothing, and the same move gives the same bits in any order of locks', () => {
  const start = startAt(5, 'sphere');
  const curve = { start, geometry: 'sphere' as const, scores: planted, locks: lockNames(4) };
  expect(followCurve({ ...curve, courses: [{ attribute: '0', strength: 0 }] }).latent).toEqual(start);
  const courses = [{ attribute: '0', strength: -1.5 }];
  const once = followCurve({ ...curve, courses });
  expect(followCurve({ ...curve, courses })).toEqual(once);
  const turned = followCurve({ ...curve, courses, locks: lockNames(4).reverse() });
  expect([...turned.latent]).toEqual([...once.latent].map(x => expect.closeTo(x, 9)));
});

test('a lock on an attribute that is moved too keeps the other moves off it', () => {
  const start = startAt(4, 'sphere');
  const courses = [
    { attribute: '0', strength: 2 },
    { attribute: '1', strength: 1 },
  ];
  const curve = { start, geometry: 'sphere' as const, scores: planted, courses, locks: ['1', '2'] };
  const [ofOne, ofTwo] = planted.slopes(start, ['1', '2']).slopes as [Float64Array, Float64Array];
  const { directions, residuals } = freeSlopes(curve, start);
  expect(dot(directions[0]!, ofOne)).toBeCloseTo(0, 12);
  expect(dot(directions[1]!, ofOne)).toBeGreaterThan(0.1);
  for (const direction of directions) expect(dot(direction, ofTwo)).toBeCloseTo(0, 12);
  expect(residuals[1]).toBe(freeSlopes({ ...curve, courses: courses.slice(1) }, start).residuals[0]);
  expect(drift(curve, followCurve(curve).latent)).toBeLessThan(1e-6);
  const byOthers = (locks: string[]) => {
    const end = followCurve({ ...curve, courses: [courses[0]!, { attribute: '1', strength: 0 }], locks }).latent;
    return Math.abs(planted.values(end, ['1'])[0]! - planted.values(start, ['1'])[0]!);
  };
  expect(byOthers(['1', '2'])).toBeLessThan(0.5 * byOthers(['2']));
});

test('the end moves little where the strength does', () => {
  const start = startAt(6, 'sphere');
  const end = (strength: number) =>
    followCurve({
      start,
      geometry: 'sphere',
      scores: planted,
      courses: [{ attribute: '0', strength }],
      locks: lockNames(4),
    }).latent;
  const ends = Array.from({ length: 41 }, (_, i) => end(-2 + i / 10));
  for (const [i, latent] of ends.entries()) {
    if (i > 0) expect(length(latent.map((x, k) => x - ends[i - 1]![k]!))).toBeLessThan(0.25);
  }
});

test('locks that leave no way are named', () => {
  const scores: Scores = {
    values: (z, names) => Float64Array.from(names, () => z[0]!),
    slopes: (z, names) => ({
      values: scores.values(z, names),
      slopes: names.map(() => z.map((_, i) => Number(i === 0))),
    }),
  };
  const courses = [{ attribute: 'Young', strength: 1 }];
  const curve = { start: startAt(1, 'linear'), geometry: 'linear' as const, scores, courses, locks: ['Gray_Hair'] };
  expect(() => followCurve(curve)).toThrow(/^the locks must leave Young a way to change.*0\.0 %.*Gray_Hair/);
});

test('a shorter way goes through the same points, and never fails where a longer one does not', () => {
  const curve = { start: startAt(9, 'sphere'), geometry: 'sphere' as const, scores: planted, locks: lockNames(6) };
  const along = (strength: number) => [...curvePoints({ ...curve, courses: [{ attribute: '0', strength }] })];
  const long = along(2.5);
  const short = along(1.3);
  for (const [at, { latent }] of short.slice(0, -1).entries()) {
    for (const [i, x] of latent.entries()) expect(x).toBeCloseTo(long[at]!.latent[i]!, 9);
  }
  expect(long.at(-1)!.share).toBe(1);
  expect(short.at(-1)!.share).toBe(1);
  expect(along(4.2)).toHaveLength(14); // 4.2 / 0.3 rounds to more than 14
});

test('a score that is the same everywhere has no way, and holds as a lock', () => {
  const scores: Scores = {
    values: (z, names) => Float64Array.from(names, name => (name === 'flat' ? 3 : planted.values(z, [name])[0]!)),
    slopes: (z, names) => ({
      values: scores.values(z, names),
      slopes: names.map(name => (name === 'flat' ? new Float64Array(size) : planted.slopes(z, [name]).slopes[0]!)),
    }),
  };
  const curve = { start: startAt(2, 'sphere'), geometry: 'sphere' as const, scores };
  const moving = (attribute: string, locks: string[]) => ({ ...curve, courses: [{ attribute, strength: 1 }], locks });
  expect(() => followCurve(moving('flat', ['1']))).toThrow(/they leave 0\.0 % of it/);
  const held = moving('0', ['flat', '1']);
  expect(drift(held, followCurve(held).latent)).toBeLessThan(1e-6);
});

test('a lock on a score of small units holds as well as the others', () => {
  const scale = (name: string) => (name === '2' ? 0.01 : 1);
  const scores: Scores = {
    values: (z, names) => planted.values(z, names).map((value, at) => value * scale(names[at]!)),
    slopes: (z, names) => ({
      values: scores.values(z, names),
      slopes: planted.slopes(z, names).slopes.map((slope, at) => slope.map(x => x * scale(names[at]!))),
    }),
  };
  const curve = { start: startAt(2, 'sphere'), geometry: 'sphere' as const, scores, locks: ['1', '2'] };
  const moved = { ...curve, courses: [{ attribute: '0', strength: 2 }] };
  expect(drift({ ...moved, locks: ['2'] }, followCurve(moved).latent) / scale('2')).toBeLessThan(1e-6);
});

test('on the sphere, no locks leave all of a slope, though a part of it leads off the sphere', () => {
  const curve = { start: startAt(2, 'sphere'), geometry: 'sphere' as const, scores: planted };
  const { residuals } = freeSlopes({ ...curve, courses: [{ attribute: '0', strength: 1 }], locks: [] }, curve.start);
  expect(residuals[0]).toBeCloseTo(1, 12);
});

test('a steady curve changes the others less for the same gain, and holds its locks as before', () => {
  const others = Array.from({ length: 12 }, (_, k) => `${k + 30}`);
  const start = startAt(6, 'linear');
  const changesPerGain = (weight: number) => {
    const scores = { ...planted, steady: { names: ['0', '1', ...others], weight } };
    const courses = [{ attribute: '0', strength: 1.5 }];
    const curve = { start, geometry: 'linear' as const, scores, courses, locks: ['1', '2'] };
    const end = followCurve(curve);
    expect(drift(curve, end.latent)).toBeLessThan(1e-6);
    const changes = planted.values(end.latent, ['0', ...others]).map((value, at) => {
      return value - planted.values(start, ['0', ...others])[at]!;
    });
    expect(changes[0]).toBeGreaterThan(0);
    return { latent: end.latent, perGain: length(changes.subarray(1)) / changes[0]! };
  };
  const [free, steady, steadier] = [0, 1, 10].map(changesPerGain);
  expect(steady!.perGain).toBeLessThan(0.8 * free!.perGain);
  expect(steadier!.perGain).toBeLessThan(0.8 * steady!.perGain);
  const bare = { start, geometry: 'linear' as const, scores: planted, locks: ['1', '2'] };
  expect(followCurve({ ...bare, courses: [{ attribute: '0', strength: 1.5 }] }).latent).toEqual(free!.latent);
});

test.each([
  { geometry: 'linear', count: 0, weight: 3 },
  { geometry: 'linear', count: 20, weight: 3 },
  { geometry: 'sphere', count: 3, weight: 3 },
  { geometry: 'sphere', count: 18, weight: 100 },
] as const)('a steady direction gains most at its price: $geometry, $count locks, weight $weight', given => {
  const { geometry, count, weight } = given;
  const others = Array.from({ length: 12 }, (_, k) => `${k + 30}`);
  const locks = lockNames(count);
  const start = startAt(7, geometry);
  const scores = { ...planted, steady: { names: others, weight } };
  const curve = { start, geometry, scores, courses: [{ attribute: '0', strength: 1 }], locks };
  const direction = freeSlopes(curve, start).directions[0]!;
  const { slopes } = planted.slopes(start, ['0', ...locks, ...others]);
  const [moved, ofLocks, rows] = [slopes[0]!, slopes.slice(1, 1 + count), slopes.slice(1 + count)];
  const forbidden = orthonormalBasis(geometry === 'sphere' ? [start, ...ofLocks] : ofLocks);
  for (const one of forbidden) expect(Math.abs(dot(one, direction))).toBeLessThan(1e-10);
  const square = rows.reduce((sum, row) => sum + dot(row, row), 0) / rows.length;
  // There the gradient of the price, (I + weight/s² RᵀR) v, points where the gain rises, but for what is forbidden.
  const price = direction.map((x, i) => {
    return x + (weight / square) * rows.reduce((sum, row) => sum + dot(row, direction) * row[i]!, 0);
  });
  expect(cosine(removeSpan(price, forbidden), removeSpan(moved, forbidden))).toBeCloseTo(1, 10);
});

test('others that change nowhere ask for nothing', () => {
  const flat: Scores = {
    values: (z, names) => Float64Array.from(names, name => (name === 'flat' ? 1 : score(z, Number(name)))),
    slopes: (z, names) => ({
      values: flat.values(z, names),
      slopes: names.map(name => (name === 'flat' ? new Float64Array(size) : planted.slopes(z, [name]).slopes[0]!)),
    }),
  };
  const courses = [{ attribute: '0', strength: 1 }];
  const curve = { start: startAt(7, 'linear'), geometry: 'linear' as const, courses, locks: ['1'] };
  const priced = followCurve({ ...curve, scores: { ...flat, steady: { names: ['0', '1', 'flat'], weight: 5 } } });
  expect(priced).toEqual(followCurve({ ...curve, scores: planted }));
});

test('who asks only what the locks leave, by a move of no length, does not pay for what is to be steady', () => {
  const asked = new Set<string>();
  const scores: Scores = {
    ...planted,
    slopes: (z, names) => {
      for (const name of names) asked.add(name);
      return planted.slopes(z, names);
    },
    steady: { names: ['5', '6'], weight: 1 },
  };
  const directions = ['0', '1', '5', '6'].map((attribute, at) => ({
    attribute,
    normal: new Float64Array(size).with(at, 1),
    intercept: 0,
  }));
  const residualOf = (strength: number) => {
    const moves = [{ attribute: '0', kind: 'relative', strength } as const];
    const edit = { latent: startAt(1, 'linear'), directions, moves, locks: ['1'], geometry: 'linear' as const };
    return editOnCurve(edit, scores).steps[0]!.residual;
  };
  const atRest = residualOf(0);
  expect([...asked].sort()).toEqual(['0', '1']);
  expect(residualOf(0.01)).toBeCloseTo(atRest, 9); // one step, whose share is that of its start
  expect([...asked].sort()).toEqual(['0', '1', '5', '6']);
});
