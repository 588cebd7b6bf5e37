// Subspaces and small systems: orthogonality, rank, projection, and solutions that satisfy their equations.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addScaled,
  cosine,
  dot,
  inverted,
  length,
  orthonormalBasis,
  removeSpan,
  scaled,
  solve,
} from '../../../src/core/math/linear-algebra.ts';
import { createRandom } from '../../../src/core/math/random.ts';

const draw = (seed: number, count: number, size: number) => {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => Float64Array.from({ length: size }, () => random.normal()));
};

test('dot, length and cosine of vectors worked out by hand', () => {
  expect(dot([1, 2, 3], [4, -5, 6])).toBe(12);
  expect(length([3, 4])).toBe(5);
  expect(cosine([1, 0], [1, 1])).toBeCloseTo(Math.SQRT1_2, 15);
  expect([...scaled([1, -2], 3)]).toEqual([3, -6]);
  const target = Float64Array.of(1, 1);
  addScaled(target, [2, 3], 10);
  expect([...target]).toEqual([21, 31]);
});

describe('orthonormalBasis', () => {
  test('is orthonormal to rounding, even of nearly parallel vectors', () => {
    const [first, ...others] = draw(1, 20, 40);
    const nearlyParallel = others.map(vector => {
      const near = Float64Array.from(first!);
      addScaled(near, vector, 1e-5);
      return near;
    });
    const basis = orthonormalBasis([first!, ...nearlyParallel]);
    expect(basis.length).toBe(20);
    basis.forEach((a, i) => {
      basis.forEach((b, j) => {
        expect(Math.abs(dot(a, b) - (i === j ? 1 : 0))).toBeLessThan(1e-14);
      });
    });
  });

  test('drops what is dependent: rank is found, not assumed', () => {
    const vectors = draw(2, 5, 12);
    const mixture = new Float64Array(12);
    for (const [i, vector] of vectors.entries()) addScaled(mixture, vector, i - 1.5);
    const zero = new Float64Array(12);
    expect(orthonormalBasis([zero, ...vectors, mixture, vectors[0]!, scaled(vectors[1]!, -3)]).length).toBe(5);
    expect(orthonormalBasis(draw(3, 9, 4)).length).toBe(4);
    expect(orthonormalBasis([])).toEqual([]);
  });

  test('drops a copy that went through float32', () => {
    const [vector] = draw(4, 1, 128);
    expect(orthonormalBasis([vector!, Float32Array.from(vector!)]).length).toBe(1);
  });
});

test('removeSpan is orthogonal to the basis, idempotent, and leaves v alone without one', () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.integer({ min: 0, max: 12 }), (seed, count) => {
      const [v, ...others] = draw(seed, count + 1, 10);
      const basis = orthonormalBasis(others);
      const rest = removeSpan(v!, basis);
      for (const b of basis) expect(Math.abs(dot(rest, b))).toBeLessThan(1e-14);
      const again = removeSpan(rest, basis);
      expect(length(again.map((x, i) => x - rest[i]!))).toBeLessThan(1e-14);
      if (count === 0) expect([...rest]).toEqual([...v!]);
    }),
  );
});

describe('solve', () => {
  test('finds the x it was given, with zero pivots on the way', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 0, max: 8 }), (seed, m) => {
        const matrix = draw(seed, m, m);
        matrix.forEach((row, i) => {
          row[i] = 0;
        });
        if (m === 1) matrix[0]![0] = 2;
        const [x] = draw(seed + 1, 1, m);
        const found = solve(
          matrix,
          matrix.map(row => dot(row, x!)),
        );
        expect(found).toBeDefined();
        found!.forEach((value, i) => {
          expect(Math.abs(value - x![i]!)).toBeLessThan(1e-7);
        });
      }),
    );
  });

  test('reports a singular matrix instead of dividing by rounding noise', () => {
    expect(
      solve(
        [
          [1, 2],
          [2, 4],
        ],
        [1, 2],
      ),
    ).toBeUndefined();
    expect(solve([[0]], [1])).toBeUndefined();
    expect(
      solve(
        [
          [0.1, 0.3],
          [0.2, 0.6],
        ],
        [1, 2],
      ),
    ).toBeUndefined();
  });
});

test('the inverse of a symmetric, positive definite matrix times it is the unit matrix', () => {
  for (const m of [1, 2, 40]) {
    const vectors = draw(m, m, 60);
    const matrix = vectors.map((a, i) => Float64Array.from(vectors, (b, j) => dot(a, b) + (i === j ? 0.1 : 0)));
    const inverse = inverted(matrix);
    for (const [i, row] of matrix.entries()) {
      for (let j = 0; j < m; j++) {
        const product = row.reduce((total, value, k) => total + value * inverse[k]![j]!, 0);
        expect(product).toBeCloseTo(i === j ? 1 : 0, 8);
      }
    }
  }
});
