// The fast distance of two samples against sorting both.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRandom, normals } from '../../../../src/core/math/random.ts';
import { wasserstein, wassersteinBySorting } from '../../../../src/core/measures/images/wasserstein.ts';

function expectSame(a: Float32Array, b: Float32Array): void {
  const largest = Math.max(...a.map(Math.abs), ...b.map(Math.abs));
  expect(Math.abs(wasserstein(a, b) - wassersteinBySorting(a, b))).toBeLessThanOrEqual(1e-12 * largest);
}

test('by hand', () => {
  expect(wassersteinBySorting(Float32Array.of(3, 1), Float32Array.of(2, 6))).toBe(2);
  expect(wasserstein(Float32Array.of(3, 1), Float32Array.of(2, 6))).toBeCloseTo(2, 12);
});

test('of any numbers, equal and extreme ones among them', () => {
  const number = fc.oneof(
    fc.float({ noNaN: true, noDefaultInfinity: true, min: -1000, max: 1000 }),
    fc.constantFrom(0, -0, 1, -1, 0.5, 1000),
  );
  const samples = fc
    .integer({ min: 1, max: 300 })
    .chain(length => fc.tuple(...[0, 1].map(() => fc.array(number, { minLength: length, maxLength: length }))));
  fc.assert(
    fc.property(samples, ([a, b]) => expectSame(Float32Array.from(a!), Float32Array.from(b!))),
    { numRuns: 300 },
  );
});

test.each([
  ['one source', 0, 1],
  ['another place', 0.1, 1],
  ['another width: the distribution functions cross', 0, 1.1],
])('of many numbers from %s', (_, shift, scale) => {
  const a = normals(createRandom(1), 20_000);
  const b = normals(createRandom(2), 20_000).map(value => shift + scale * value);
  const expected = wassersteinBySorting(a, b);
  expect(Math.abs(wasserstein(a, b) / expected - 1)).toBeLessThan(1e-9);
});

test('a sample is at no distance from itself in another order', () => {
  const a = normals(createRandom(3), 5000);
  expect(wasserstein(a, a.toReversed())).toBeCloseTo(0, 12);
  expect(wasserstein(new Float32Array(10), new Float32Array(10))).toBe(0);
});
