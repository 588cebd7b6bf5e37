// Fréchet distance against closed forms and NumPy, and what must hold of it for features of any rank.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { orthonormalBasis } from '../../../../src/core/math/linear-algebra.ts';
import { createRandom, normals } from '../../../../src/core/math/random.ts';
import {
  FeatureMoments,
  type FeatureStatistics,
  featureStatistics,
  frechetDistance,
} from '../../../../src/core/measures/images/frechet.ts';
import { pooledFeatures } from '../../../../src/core/measures/images/pooled-features.ts';
import reference from '../../../fixtures/metrics.json' with { type: 'json' };
import { lcg } from './pictures.ts';

const diagonal = (mean: readonly number[], variances: readonly number[]): FeatureStatistics => ({
  count: 10,
  mean: Float64Array.from(mean),
  covariance: Float64Array.from({ length: mean.length ** 2 }, (_, at) =>
    at % (mean.length + 1) === 0 ? variances[at / (mean.length + 1)]! : 0,
  ),
});
const cloud = (seed: number, count: number, size: number) =>
  Float64Array.from(normals(createRandom(seed), count * size));
/** Rows that only vary in `rank` directions. */
const flat = (seed: number, count: number, size: number, rank: number) => {
  const [rows, directions] = [cloud(seed, count, rank), cloud(seed + 1, rank, size)];
  return Float64Array.from({ length: count * size }, (_, at) => {
    const [row, column] = [Math.floor(at / size), at % size];
    let sum = 0;
    for (let k = 0; k < rank; k++) sum += rows[row * rank + k]! * directions[k * size + column]!;
    return sum;
  });
};
const between = (a: Float64Array, b: Float64Array, size: number) =>
  frechetDistance(featureStatistics(a, size), featureStatistics(b, size));

describe('against NumPy (tools/reference/metrics.py)', () => {
  test.each(reference.frechet)('$name', ({ size, sets, distance }) => {
    const [a, b] = sets.map(({ count, seed, spread, shift }) => {
      const random = lcg(seed);
      const rows = Array.from({ length: count }, () => Array.from({ length: size }, () => random.normal()));
      return rows.flatMap(row => row.map((value, j) => spread * (value + row[0]!) + shift * j));
    });
    expect(frechetDistance(featureStatistics(a!, size), featureStatistics(b!, size)) / distance).toBeCloseTo(1, 10);
  });
});

describe('the distance', () => {
  test('of diagonal Gaussians is that of their means and deviations', () => {
    const [a, b] = [diagonal([1, 2, 3], [4, 9, 0]), diagonal([1, 0, 3.5], [1, 16, 25])];
    expect(frechetDistance(a, b)).toBeCloseTo(4 + 0.25 + (2 - 1) ** 2 + (3 - 4) ** 2 + 25, 12);
  });

  test('of Gaussians without a common direction is all of their variance', () => {
    expect(frechetDistance(diagonal([0, 0], [3, 0]), diagonal([0, 0], [0, 5]))).toBe(8);
    expect(frechetDistance(diagonal([0, 0], [0, 0]), diagonal([3, 4], [0, 0]))).toBe(25);
  });

  test('of a shifted set is the square of the shift', () => {
    const rows = cloud(1, 50, 6);
    const shifted = rows.map((value, at) => value + (at % 6));
    expect(between(rows, shifted, 6)).toBeCloseTo(0 + 1 + 4 + 9 + 16 + 25, 10);
  });

  test('of a set to itself is 0, to its multiple what the deviations say', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), (seed, size, rank) => {
        const rows = flat(seed, 20, size, rank);
        const statistics = featureStatistics(rows, size);
        const trace = diagonalSum(statistics.covariance, size);
        // Roots are taken of eigenvalues down to 0, where half the digits of float64 are left: 1.9e-9 at the worst of
        // 40,000 such sets.
        expect(frechetDistance(statistics, statistics) / trace).toBeLessThan(1e-7);
        const centred = { ...statistics, mean: new Float64Array(size) };
        const tripled = { ...centred, covariance: statistics.covariance.map(value => 9 * value) };
        expect(Math.abs(frechetDistance(centred, tripled) / (4 * trace) - 1)).toBeLessThan(1e-7);
      }),
    );
  });

  test('is symmetric, never negative, and the same after an orthogonal map, for any rank', () => {
    fc.assert(
      fc.property(
        fc.nat(1000),
        fc.integer({ min: 2, max: 10 }),
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 1, max: 10 }),
        (seed, size, rankA, rankB) => {
          const [a, b] = [flat(seed, 24, size, rankA), flat(seed + 7, 13, size, rankB)];
          const distance = between(a, b, size);
          expect(distance).toBeGreaterThanOrEqual(0);
          const scale = diagonalSum(featureStatistics(a, size).covariance, size) + 1;
          expect(Math.abs(between(b, a, size) - distance) / scale).toBeLessThan(1e-7);
          const [turnedA, turnedB] = [turned(a, size, seed), turned(b, size, seed)];
          expect(Math.abs(between(turnedA, turnedB, size) - distance) / scale).toBeLessThan(1e-7);
        },
      ),
    );
  });

  test('of fewer rows than features, and of rows that are all alike, is a number', () => {
    expect(between(cloud(1, 2, 50), cloud(2, 3, 50), 50)).toBeGreaterThan(0);
    const alike = new Float64Array(40).fill(3);
    expect(between(alike, alike, 10)).toBe(0);
    const other = cloud(3, 12, 10);
    const { mean, covariance } = featureStatistics(other, 10);
    const expected = mean.reduce((sum, value) => sum + (value - 3) ** 2, diagonalSum(covariance, 10));
    expect(between(alike, other, 10)).toBeCloseTo(expected, 12);
  });

  test('of sets of different features is refused', () => {
    expect(() => frechetDistance(diagonal([1], [1]), diagonal([1, 2], [1, 1]))).toThrow(
      '1 and 2 features cannot be compared',
    );
  });
});

describe('statistics', () => {
  test('are the mean and the covariance of the sample', () => {
    const { count, mean, covariance } = featureStatistics([1, 2, 3, 6, 5, 1], 2);
    expect([count, ...mean]).toEqual([3, 3, 3]);
    expect([...covariance]).toEqual([4, -1, -1, 7]);
  });

  test('are the same whether rows come at once or in parts', () => {
    const rows = cloud(4, 37, 5);
    const moments = new FeatureMoments(5);
    for (const [from, to] of [
      [0, 1],
      [1, 1],
      [1, 20],
      [20, 37],
    ] as const) {
      moments.add(rows.subarray(from * 5, to * 5));
    }
    const [parts, whole] = [moments.statistics(), featureStatistics(rows, 5)];
    expect(parts.count).toBe(37);
    for (const key of ['mean', 'covariance'] as const) {
      for (const [at, value] of parts[key].entries()) expect(value).toBeCloseTo(whole[key][at]!, 13);
    }
  });

  test('keep their digits far from 0', () => {
    const rows = cloud(5, 30, 4);
    const [near, far] = [rows, rows.map(value => value + 2 ** 20)].map(set => featureStatistics(set, 4));
    for (const [at, value] of far!.covariance.entries()) expect(value).toBeCloseTo(near!.covariance[at]!, 8);
  });

  test('need two rows, and whole ones', () => {
    expect(() => featureStatistics([1, 2], 2)).toThrow('a covariance needs 2 rows; got 1');
    expect(() => featureStatistics([1, 2, 3], 2)).toThrow('3 numbers are no rows of 2');
  });
});

test('pooled features are the means of the quarters of each map', () => {
  const map = Float32Array.from({ length: 16 }, (_, place) => place);
  const rows = Float32Array.from([...map, ...map.map(value => -value), ...map.map(value => 2 * value), ...map]);
  const quarters = [2.5, 4.5, 10.5, 12.5];
  expect([...pooledFeatures(rows)]).toEqual([1, -1, 2, 1].flatMap(factor => quarters.map(value => factor * value)));
});

function diagonalSum(matrix: Float64Array, size: number): number {
  return matrix.reduce((sum, value, at) => sum + (at % (size + 1) === 0 ? value : 0), 0);
}

/** Each row, times one orthogonal matrix of the seed. */
function turned(rows: Float64Array, size: number, seed: number): Float64Array {
  const drawn = cloud(seed + 100, size, size);
  const basis = orthonormalBasis(Array.from({ length: size }, (_, i) => drawn.subarray(i * size, (i + 1) * size)));
  return rows.map((_, at) => {
    const start = Math.floor(at / size) * size;
    return basis[at % size]!.reduce((sum, value, k) => sum + value * rows[start + k]!, 0);
  });
}
