// Simplifications happen when a graph is built, and keep shapes; that they keep values is in the tests of gradients.
import { expect, test } from 'vitest';
import { compileGraph } from '../../../src/core/graph/compile.ts';
import { decodeOnnx } from '../../../src/core/graph/onnx-format.ts';
import * as ops from '../../../src/core/graph/ops.ts';
import type { Tensor } from '../../../src/core/graph/tensor.ts';

const x = ops.input('x', [2, 3]);
const row = ops.input('row', [3]);
const kernel = ops.input('kernel', [4, 2, 3, 3]);

/** The ONNX operators that a tensor takes. */
function operators(y: Tensor): string[] {
  const { node } = decodeOnnx(compileGraph({ y }, { fusedMatMul: true })).graph as { node: { opType: string }[] };
  return node.map(({ opType }) => opType);
}

test.each<[string, Tensor, Tensor]>([
  ['x + 0', ops.add(x, 0), x],
  ['0 + x', ops.add(ops.zeros([2, 3]), x), x],
  ['x − 0', ops.sub(x, 0), x],
  ['x · 1', ops.mul(x, ops.ones([3])), x],
  ['x / 1', ops.div(x, 1), x],
  [
    'a reshape, an expansion and a block of the same shape',
    ops.slice(ops.expand(ops.reshape(x, [2, 3]), [2, 3]), [0, 0], [2, 3]),
    x,
  ],
  ['no padding', ops.pad(x, [0, 0], [0, 0]), x],
  ['axes in their order', ops.transpose(x, [0, 1]), x],
  ['one tensor joined', ops.concat([x], 1), x],
  ['a sum over axes of length 1', ops.sum(ops.input('c', [2, 1]), [1], true), ops.input('c', [2, 1])],
  ['a kernel turned round twice', ops.flipKernel(ops.flipKernel(kernel)), kernel],
])('%s takes no operator', (_, y, same) => {
  expect(y).toStrictEqual(same);
});

test.each<[string, Tensor, string[]]>([
  ['constant factors are gathered', ops.mul(ops.div(ops.mul(2, x), 4), 3), ['Mul']],
  ['products with 0 are constants', ops.mul(ops.exp(x), 0), ['Expand']],
  ['only the last of several reshapes counts', ops.reshape(ops.reshape(x, [6]), [3, 2]), ['Reshape']],
  [
    'padded blocks beside each other are joined',
    ops.add(ops.pad(x, [0, 3], [0, 0]), ops.pad(x, [0, 0], [0, 3])),
    ['Concat'],
  ],
  ['joined tensors are joined once', ops.concat([ops.concat([x, x], 1), x], 1), ['Concat']],
  ['operands that are broadcast anyway are not repeated', ops.add(x, ops.expand(row, [2, 3])), ['Add']],
])('%s', (_, y, expected) => {
  expect(operators(y).filter(name => name !== 'Identity')).toEqual(expected);
});

test('simplified results have the shape of the broadcast operands', () => {
  expect(ops.add(row, ops.zeros([2, 3])).shape).toEqual([2, 3]);
  expect(ops.mul(ops.mul(row, 2), ops.expand(ops.scalar(3), [2, 3])).shape).toEqual([2, 3]);
  expect(ops.div(0, x).shape).toEqual([2, 3]);
});
