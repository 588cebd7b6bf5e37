// Every operation on small, odd-shaped inputs: shared by the gradient tests and the runtime tests.
import * as ops from '../../../src/core/graph/ops.ts';
import type { Shape, Tensor } from '../../../src/core/graph/tensor.ts';

interface OpCase {
  readonly name: string;
  readonly shapes: readonly Shape[];
  readonly build: (...inputs: Tensor[]) => Tensor;
  /** Makes inputs fit the op's domain, e.g. positive for a logarithm. */
  readonly domain?: (x: number) => number;
}

const positive = (x: number) => 0.5 + Math.abs(x);

export const opCases: readonly OpCase[] = [
  {
    name: 'add',
    shapes: [
      [2, 3],
      [2, 3],
    ],
    build: (a, b) => ops.add(a!, b!),
  },
  {
    name: 'add, broadcast',
    shapes: [
      [2, 1, 3],
      [5, 1],
    ],
    build: (a, b) => ops.add(a!, b!),
  },
  { name: 'add, scalar constant', shapes: [[3]], build: a => ops.add(a!, 2.5) },
  { name: 'sub, broadcast', shapes: [[3], [2, 3]], build: (a, b) => ops.sub(a!, b!) },
  {
    name: 'mul, broadcast',
    shapes: [
      [4, 1],
      [1, 3],
    ],
    build: (a, b) => ops.mul(a!, b!),
  },
  { name: 'mul, constants gathered', shapes: [[3]], build: a => ops.mul(ops.mul(a!, 3), -0.5) },
  { name: 'square', shapes: [[2, 3]], build: a => ops.square(a!) },
  { name: 'div', shapes: [[2, 3], [3]], build: (a, b) => ops.div(a!, b!), domain: positive },
  { name: 'neg', shapes: [[3]], build: a => ops.neg(a!) },
  { name: 'exp', shapes: [[2, 3]], build: a => ops.exp(a!) },
  { name: 'sqrt', shapes: [[5]], build: a => ops.sqrt(a!), domain: positive },
  { name: 'tanh', shapes: [[5]], build: a => ops.tanh(a!) },
  { name: 'abs', shapes: [[5]], build: a => ops.abs(a!) },
  { name: 'rmsNorm', shapes: [[2, 3, 2]], build: a => ops.rmsNorm(a!, 1e-2) },
  {
    name: 'upsampledConv',
    shapes: [[2, 3, 2, 3], [2, 3, 3, 3], [2]],
    build: (x, w, b) => ops.upsampledConv(x!, w!, b),
  },
  { name: 'sigmoid', shapes: [[5]], build: a => ops.sigmoid(a!) },
  { name: 'softplus', shapes: [[5]], build: a => ops.softplus(a!) },
  { name: 'relu', shapes: [[3, 4]], build: a => ops.relu(a!) },
  { name: 'leakyRelu', shapes: [[3, 4]], build: a => ops.leakyRelu(a!) },
  { name: 'where', shapes: [[2, 3], [2, 3], [3]], build: (a, b, c) => ops.where(ops.greater(a!, 0), b!, c!) },
  { name: 'where, less', shapes: [[2, 3], [1], [3]], build: (a, b, c) => ops.where(ops.less(a!, b!), b!, c!) },
  { name: 'clip', shapes: [[3, 4]], build: a => ops.clip(a!, -0.5, 0.7) },
  { name: 'sum, all', shapes: [[2, 3]], build: a => ops.sum(a!) },
  { name: 'sum, middle axis kept', shapes: [[2, 3, 4]], build: a => ops.sum(a!, [1], true) },
  { name: 'sum, outer axes', shapes: [[2, 3, 4]], build: a => ops.sum(a!, [0, 2]) },
  { name: 'mean', shapes: [[2, 3, 4]], build: a => ops.mean(a!, [0, 1]) },
  { name: 'reshape', shapes: [[2, 6]], build: a => ops.reshape(a!, [3, 4]) },
  { name: 'transpose', shapes: [[2, 3, 4]], build: a => ops.transpose(a!, [2, 0, 1]) },
  { name: 'expand', shapes: [[3, 1]], build: a => ops.expand(a!, [2, 3, 4]) },
  { name: 'slice', shapes: [[4, 5]], build: a => ops.slice(a!, [1, 2], [2, 3]) },
  { name: 'pad', shapes: [[2, 3]], build: a => ops.pad(a!, [1, 0], [2, 3]) },
  {
    name: 'add, padded blocks with a gap between them',
    shapes: [
      [2, 2],
      [3, 1],
    ],
    build: (a, b) => ops.add(ops.pad(a!, [1, 4], [2, 1]), ops.pad(b!, [0, 1], [2, 5])),
  },
  {
    name: 'add, padded blocks that overlap',
    shapes: [
      [2, 2],
      [3, 1],
    ],
    build: (a, b) => ops.add(ops.pad(a!, [1, 0], [1, 1]), ops.pad(b!, [0, 1], [1, 1])),
  },
  {
    name: 'concat',
    shapes: [
      [2, 3],
      [2, 1],
      [2, 2],
    ],
    build: (...x) => ops.concat(x, 1),
  },
  {
    name: 'matmul',
    shapes: [
      [3, 4],
      [4, 2],
    ],
    build: (a, b) => ops.matmul(a!, b!),
  },
  {
    name: 'matmul, aᵀ',
    shapes: [
      [4, 3],
      [4, 2],
    ],
    build: (a, b) => ops.matmul(a!, b!, true, false),
  },
  {
    name: 'matmul, bᵀ',
    shapes: [
      [3, 4],
      [2, 4],
    ],
    build: (a, b) => ops.matmul(a!, b!, false, true),
  },
  {
    name: 'matmul, aᵀ bᵀ',
    shapes: [
      [4, 3],
      [2, 4],
    ],
    build: (a, b) => ops.matmul(a!, b!, true, true),
  },
  {
    name: 'matmul, batched',
    shapes: [
      [2, 3, 4],
      [2, 5, 4],
    ],
    build: (a, b) => ops.matmul(a!, b!, false, true),
  },
  {
    name: 'matmul, one for all',
    shapes: [
      [2, 3, 4],
      [4, 5],
    ],
    build: (a, b) => ops.matmul(a!, b!),
  },
  {
    name: 'conv 3×3',
    shapes: [
      [2, 3, 5, 4],
      [2, 3, 3, 3],
    ],
    build: (x, w) => ops.conv(x!, w!, 1),
  },
  {
    name: 'conv 3×3 with bias',
    shapes: [[1, 2, 3, 5], [4, 2, 3, 3], [4]],
    build: (x, w, b) => ops.conv(x!, w!, 1, b!),
  },
  {
    name: 'conv 1×1',
    shapes: [
      [2, 3, 3, 2],
      [5, 3, 1, 1],
    ],
    build: (x, w) => ops.conv(x!, w!, 0),
  },
  {
    name: 'conv 4×4 valid',
    shapes: [
      [2, 3, 4, 4],
      [2, 3, 4, 4],
    ],
    build: (x, w) => ops.conv(x!, w!, 0),
  },
  {
    name: 'conv 5×5, wide padding',
    shapes: [
      [1, 2, 6, 5],
      [3, 2, 5, 5],
    ],
    build: (x, w) => ops.conv(x!, w!, 4),
  },
  {
    name: 'conv input gradient',
    shapes: [
      [2, 4, 5, 4],
      [4, 3, 3, 3],
    ],
    build: (g, w) => ops.convInputGradient(g!, w!, 1),
  },
  {
    name: 'conv weight gradient',
    shapes: [
      [2, 3, 5, 4],
      [2, 4, 5, 4],
    ],
    build: (x, g) => ops.convWeightGradient(x!, g!, [3, 3], 1),
  },
  {
    name: 'conv weight gradient, valid',
    shapes: [
      [2, 3, 4, 5],
      [2, 4, 3, 4],
    ],
    build: (x, g) => ops.convWeightGradient(x!, g!, [2, 2], 0),
  },
  { name: 'flipKernel', shapes: [[2, 3, 3, 3]], build: w => ops.flipKernel(w!) },
  { name: 'upsample2', shapes: [[2, 3, 2, 3]], build: a => ops.upsample2(a!) },
  { name: 'averagePool2', shapes: [[2, 3, 4, 6]], build: a => ops.averagePool2(a!) },
  { name: 'averagePool2, wide', shapes: [[1, 2, 2, 66]], build: a => ops.averagePool2(a!) },
];
