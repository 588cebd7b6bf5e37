// Factors and eigenvalues of symmetric matrices of any rank agree with known ones to rounding.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { orthonormalBasis } from '../../../src/core/math/linear-algebra.ts';
import { createRandom, normals } from '../../../src/core/math/random.ts';
import {
  choleskyFactor,
  type Matrix,
  symmetricEigenvalues,
  timesTransposed,
} from '../../../src/core/math/symmetric.ts';

const drawn = (seed: number, rows: number, columns: number): Matrix => ({
  rows,
  columns,
  values: Float64Array.from(normals(createRandom(seed), rows * columns)),
});
const transposed = ({ rows, columns, values }: Matrix): Matrix => ({
  rows: columns,
  columns: rows,
  values: Float64Array.from(values, (_, at) => values[(at % rows) * columns + Math.floor(at / rows)]!),
});
const gram = (matrix: Matrix) => timesTransposed(transposed(matrix), transposed(matrix));
const furthest = (a: Float64Array, b: Float64Array) => Math.max(0, ...a.map((value, at) => Math.abs(value - b[at]!)));

/** Q diag(eigenvalues) Qᵀ for some orthogonal Q. */
function symmetric(eigenvalues: readonly number[], seed: number): Float64Array {
  const n = eigenvalues.length;
  const { values } = drawn(seed, n, n);
  const basis = orthonormalBasis(Array.from({ length: n }, (_, i) => values.subarray(i * n, (i + 1) * n)));
  return Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return eigenvalues.reduce((sum, value, k) => sum + basis[k]![i]! * value * basis[k]![j]!, 0);
  });
}

test('timesTransposed multiplies rows by rows, of any number', () => {
  const a = { rows: 2, columns: 3, values: Float64Array.of(1, 2, 3, 4, 5, 6) };
  const b = { rows: 5, columns: 3, values: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1, -1, 0, 2) };
  expect(timesTransposed(a, b)).toEqual({
    rows: 2,
    columns: 5,
    values: Float64Array.of(1, 2, 3, 6, 5, 4, 5, 6, 15, 8),
  });
  expect(timesTransposed(a, { rows: 0, columns: 3, values: new Float64Array() }).values).toEqual(new Float64Array());
});

describe('choleskyFactor', () => {
  test('makes the matrix again, and finds its rank', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 12 }), (seed, n, rows) => {
        const { values } = gram(drawn(seed, rows, n));
        const factor = choleskyFactor(values, n);
        expect(factor.rows).toBe(Math.min(n, rows));
        expect(furthest(gram(factor).values, values)).toBeLessThan(1e-13 * (1 + rows * n));
      }),
    );
  });

  test('an empty matrix has an empty factor, and rounding below 0 is left out', () => {
    expect(choleskyFactor(new Float64Array(9), 3).rows).toBe(0);
    expect(choleskyFactor(Float64Array.of(4, 0, 0, -1e-16), 2)).toEqual({
      ...{ rows: 1, columns: 2, values: Float64Array.of(2, 0) },
    });
  });
});

describe('symmetricEigenvalues', () => {
  test('are those that the matrix was made of, also where many are alike or 0', () => {
    fc.assert(
      fc.property(
        fc.nat(1000),
        fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 24 }),
        (seed, whole) => {
          const expected = Float64Array.from(whole).sort();
          expect(furthest(symmetricEigenvalues(symmetric(whole, seed), whole.length), expected)).toBeLessThan(1e-13);
        },
      ),
    );
  });

  test('are found to within rounding of the largest where they span many orders', () => {
    const expected = Array.from({ length: 16 }, (_, i) => 10 ** (i - 12));
    const found = symmetricEigenvalues(symmetric(expected, 5), 16);
    expect(furthest(found, Float64Array.from(expected))).toBeLessThan(1e-12); // of 1000
  });

  test('agree with a matrix worked out by hand, with diagonals and with an empty matrix', () => {
    const chain = Float64Array.of(2, -1, 0, -1, 2, -1, 0, -1, 2);
    const expected = Float64Array.of(2 - Math.SQRT2, 2, 2 + Math.SQRT2);
    expect(furthest(symmetricEigenvalues(chain, 3), expected)).toBeLessThan(1e-15);
    expect([...symmetricEigenvalues(Float64Array.of(3, 0, 0, 0, -1, 0, 0, 0, 0), 3)]).toEqual([-1, 0, 3]);
    expect(
      [...symmetricEigenvalues(Float64Array.of(0, 1, 1, 0), 2)].map(value => Math.round(value * 1e15) / 1e15),
    ).toEqual([-1, 1]);
    expect([...symmetricEigenvalues(new Float64Array(4), 2)]).toEqual([0, 0]);
    expect(symmetricEigenvalues(new Float64Array(), 0)).toHaveLength(0);
  });

  test('have the trace and the squares of a large matrix', () => {
    const n = 200;
    const { values } = gram(drawn(3, 150, n));
    const found = symmetricEigenvalues(values, n);
    const trace = values.reduce((sum, value, at) => sum + (at % (n + 1) === 0 ? value : 0), 0);
    const sum = (list: Float64Array) => list.reduce((total, value) => total + value ** 2, 0);
    expect(found.reduce((total, value) => total + value, 0) / trace).toBeCloseTo(1, 12);
    expect(sum(found) / sum(values)).toBeCloseTo(1, 12);
    expect(furthest(found.slice(0, 50), new Float64Array(50))).toBeLessThan(1e-10);
  });

  test('are NaN where the matrix holds NaN, in finite time', () => {
    expect(symmetricEigenvalues(Float64Array.of(1, Number.NaN, Number.NaN, 1), 2).some(Number.isNaN)).toBe(true);
  });
});
