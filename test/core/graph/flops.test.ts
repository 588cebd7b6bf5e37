// Multiplications and additions of a graph, against counts by hand of each kind of operation.
import { expect, test } from 'vitest';
import { countFlops } from '../../../src/core/graph/flops.ts';
import { gradients } from '../../../src/core/graph/gradient.ts';
import * as ops from '../../../src/core/graph/ops.ts';

test('convolutions, both their gradients and matrix products count two for each product; shared work once', () => {
  const x = ops.input('x', [2, 3, 5, 5]);
  const w = ops.input('w', [4, 3, 3, 3]);
  const y = ops.conv(x, w, 1);
  const convolution = 2 * (2 * 4 * 25) * (3 * 9);
  expect(countFlops([y, ops.leakyRelu(y)])).toBe(convolution);
  const [byX, byW] = gradients(ops.sum(ops.square(y)), [x, w]);
  expect(countFlops([byX!, byW!]) - convolution).toBe(2 * (2 * 3 * 25) * (4 * 9) + 2 * (4 * 3 * 9) * (2 * 25));
  const product = ops.matmul(ops.input('a', [7, 5]), ops.input('b', [6, 7]), true, true); // [5 7] · [7 6]
  expect(countFlops([product])).toBe(2 * 5 * 6 * 7);
});
