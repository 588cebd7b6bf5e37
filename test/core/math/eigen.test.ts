// Eigenvectors of symmetric matrices: they put the matrix together again, for any seed and any rank.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { symmetricEigen } from '../../../src/core/math/eigen.ts';
import { createRandom, normals } from '../../../src/core/math/random.ts';

test('a matrix of more numbers than a function takes arguments is taken apart too', () => {
  const n = 512;
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) matrix[i * n + i] = i + 1;
  [matrix[1], matrix[n]] = [0.5, 0.5];
  const { values } = symmetricEigen(matrix, n);
  expect(values.subarray(2)).toEqual(Float64Array.from({ length: n - 2 }, (_, i) => i + 3));
  expect(values[0]).toBeCloseTo((3 - Math.SQRT2) / 2, 12);
  expect(values[1]).toBeCloseTo((3 + Math.SQRT2) / 2, 12);
});

test('Σ λ v vᵀ is the matrix, and the vectors are orthonormal', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1e6 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
      (seed, n, rank) => {
        const rows = normals(createRandom(seed), rank * n);
        const matrix = Float64Array.from({ length: n * n }, (_, at) => {
          const [i, j] = [Math.floor(at / n), at % n];
          let sum = 0;
          for (let k = 0; k < rank; k++) sum += rows[k * n + i]! * rows[k * n + j]!;
          return sum;
        });
        const { values, vectors } = symmetricEigen(matrix, n);
        for (let i = 0; i < n; i++) {
          for (let j = 0; j < n; j++) {
            let [rebuilt, product] = [0, 0];
            for (let k = 0; k < n; k++) {
              rebuilt += values[k]! * vectors[k * n + i]! * vectors[k * n + j]!;
              product += vectors[i * n + k]! * vectors[j * n + k]!;
            }
            expect(Math.abs(rebuilt - matrix[i * n + j]!)).toBeLessThan(1e-9);
            expect(Math.abs(product - Number(i === j))).toBeLessThan(1e-9);
          }
        }
      },
    ),
    { numRuns: 50 },
  );
});
