// Precision and recall against counting by the definition, and what they tell of the two ways to fail.
import { expect, test } from 'vitest';
import { createRandom, normals } from '../../../../src/core/math/random.ts';
import { rowTable } from '../../../../src/core/measures/images/pairwise.ts';
import { ballsOf, precisionRecall } from '../../../../src/core/measures/images/precision-recall.ts';
import { openDevice } from '../../../../src/node/devices/device.ts';

const size = 5;
const device = await openDevice({ device: 'cpu', threads: 1 });
/** Normal rows around `centre`, `spread` wide. */
const cloud = (seed: number, count: number, centre = 0, spread = 1) =>
  normals(createRandom(seed), count * size).map(value => centre + spread * value);
const balls = (values: Float32Array) => ballsOf(device, rowTable(values, size));
const measure = async (generated: Float32Array, real: Float32Array) =>
  precisionRecall(device, await balls(generated), await balls(real));

function byDefinition(generated: Float32Array, real: Float32Array) {
  const rows = (values: Float32Array) =>
    Array.from({ length: values.length / size }, (_, i) => values.subarray(i * size, (i + 1) * size));
  const distance = (a: Float32Array, b: Float32Array) => Math.hypot(...a.map((value, at) => value - b[at]!));
  const withRadii = (set: Float32Array[]) =>
    set.map(row => [row, set.map(other => distance(row, other)).sort((a, b) => a - b)[3]!] as const);
  const share = (points: Float32Array[], set: Float32Array[]) => {
    const balls = withRadii(set);
    const within = points.filter(point => balls.some(([row, radius]) => distance(point, row) <= radius));
    return within.length / points.length;
  };
  const [g, r] = [rows(generated), rows(real)];
  return { precision: share(g, r), recall: share(r, g) };
}

test('what the definition counts, over blocks that are not full', async () => {
  const [generated, real] = [cloud(1, 300, 0.4), cloud(2, 1100, 0, 0.9)];
  const found = await measure(generated, real);
  const expected = byDefinition(generated, real);
  expect(expected.precision).toBeGreaterThan(0.5);
  expect(expected.recall).toBeLessThan(0.95);
  // A pair at the very rim of a ball may fall either way by rounding.
  expect(Math.abs(found.precision - expected.precision) * 300).toBeLessThan(1.5);
  expect(Math.abs(found.recall - expected.recall) * 1100).toBeLessThan(1.5);
});

test('sets of one kind find each other; broken images lower precision, missing ones recall', async () => {
  const real = cloud(3, 400);
  const alike = await measure(cloud(4, 400), real);
  const broken = await measure(cloud(5, 400, 0, 2), real);
  const narrow = await measure(cloud(6, 400, 0, 0.4), real);
  expect(alike.precision).toBeGreaterThan(0.7);
  expect(alike.recall).toBeGreaterThan(0.7);
  expect(broken.precision).toBeLessThan(alike.precision - 0.3);
  expect(narrow.precision).toBeGreaterThan(alike.precision);
  expect(narrow.recall).toBeLessThan(alike.recall - 0.3);
});

test('tells how far it is, and refuses too few rows', async () => {
  const seen: number[] = [];
  const tick = (done: number, total: number) => void seen.push(done / total);
  const many = await ballsOf(device, rowTable(cloud(7, 1100), size), tick);
  await precisionRecall(device, many, many, tick);
  expect(seen).toEqual([0.5, 1, 0.5, 1]);
  await expect(balls(cloud(9, 3))).rejects.toThrow('3 rows: each kind needs 4');
});
