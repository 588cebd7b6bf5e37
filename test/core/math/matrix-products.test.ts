// Products with fixed matrices in WebAssembly against their definition in plain loops, to the last bit.
import { expect, test } from 'vitest';
import { matrixProducts } from '../../../src/core/math/matrix-products.ts';
import { createRandom, normals } from '../../../src/core/math/random.ts';
import type { Matrix } from '../../../src/core/math/symmetric.ts';

const random = createRandom(1);
const matrixOf = (rows: number, columns: number): Matrix => ({
  values: Float64Array.from(normals(random, rows * columns)),
  rows,
  columns,
});

/** Four rows at a time, with zeros after the last. */
function defined(x: Float64Array, { values, rows, columns }: Matrix): Float64Array {
  const sums = new Float64Array(columns);
  const product = (row: number, column: number) => (row < rows ? x[row]! * values[row * columns + column]! : 0);
  for (let row = 0; row < rows; row += 4) {
    for (let i = 0; i < columns; i++) {
      sums[i]! += product(row, i) + product(row + 1, i) + product(row + 2, i) + product(row + 3, i);
    }
  }
  return sums;
}

test('any number of vectors times matrices of any shape, in any order, give the same bits', () => {
  const matrices = [matrixOf(128, 256), matrixOf(3, 5), matrixOf(256, 41), matrixOf(1, 1), matrixOf(7, 2)];
  const products = matrixProducts(matrices);
  for (const at of [2, 0, 1, 4, 3, 1, 0]) {
    for (const count of [0, 1, 2, 5]) {
      const vectors = Array.from({ length: count }, () => Float64Array.from(normals(random, matrices[at]!.rows)));
      expect(products[at]!(vectors)).toEqual(vectors.map(vector => defined(vector, matrices[at]!)));
    }
  }
});

test('results are of their own: the next product leaves them', () => {
  const [times] = matrixProducts([matrixOf(4, 2)]);
  const [first] = times!([Float64Array.of(1, 2, 3, 4)]);
  const kept = first!.slice();
  times!([Float64Array.of(4, 3, 2, 1)]);
  expect(first).toEqual(kept);
});
