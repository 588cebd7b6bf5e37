// Sums, means and maxima over axes.
import {
  type Attributes,
  defineOp,
  type Op,
  type Shape,
  sizeOf,
  stridesOf,
  type Tensor,
  type Values,
} from '../tensor.ts';
import { div, mul } from './arithmetic.ts';
import { equal, where } from './comparison.ts';
import { ones, zeros } from './leaf.ts';
import { expand, reshape } from './shape.ts';

interface AxesAttributes extends Attributes {
  readonly axes: readonly number[];
}

/** The shape with the given axes kept as 1. */
function keptShape(shape: Shape, axes: readonly number[]): Shape {
  return shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
}

function foldAxes(
  x: Values,
  shape: Shape,
  axes: readonly number[],
  start: number,
  f: (a: number, b: number) => number,
) {
  const strides = stridesOf(shape);
  const keptStrides = stridesOf(keptShape(shape, axes));
  const result = new Float64Array(sizeOf(keptShape(shape, axes))).fill(start);
  for (let flat = 0; flat < x.length; flat++) {
    let target = 0;
    for (let axis = 0; axis < shape.length; axis++) {
      if (!axes.includes(axis)) target += (Math.floor(flat / strides[axis]!) % shape[axis]!) * keptStrides[axis]!;
    }
    result[target] = f(result[target]!, x[flat]!);
  }
  return result;
}

function defineReduction(
  name: string,
  start: number,
  f: (a: number, b: number) => number,
  gradient: Op<AxesAttributes>['gradient'],
): (x: Tensor, axes?: readonly number[], keepDims?: boolean) => Tensor {
  // Reduced axes stay as 1 inside the op; dropping them is a reshape, which costs nothing.
  const apply = defineOp<AxesAttributes>({
    name,
    shape: ([x], { axes }) => {
      const wrong = axes.find(axis => !Number.isInteger(axis) || axis < 0 || axis >= x!.shape.length);
      if (wrong !== undefined) throw new Error(`${name}: axis ${wrong} is not one of shape [${x!.shape}]`);
      return keptShape(x!.shape, axes);
    },
    gradient,
    evaluate: ([x], node) => foldAxes(x!, node.inputs[0]!.shape, node.attributes.axes, start, f),
    lower: (emit, [x], { attributes }) => emit.node(name, [x!, emit.integers(attributes.axes)], { keepdims: 1 }),
  });
  return (x, axes = x.shape.map((_, axis) => axis), keepDims = false) => {
    const sorted = [...new Set(axes)].sort((a, b) => a - b);
    const kept = sorted.every(axis => x.shape[axis] === 1) ? x : apply([x], { axes: sorted });
    return keepDims
      ? kept
      : reshape(
          kept,
          x.shape.filter((_, axis) => !sorted.includes(axis)),
        );
  };
}

/** @param axes all by default. @param keepDims leave reduced axes as 1. */
export const sum = defineReduction(
  'ReduceSum',
  0,
  (a, b) => a + b,
  (node, g) => [() => expand(g, node.inputs[0]!.shape)],
);

/** Where several elements share the maximum, each gets an equal part of the gradient. */
export const max = defineReduction('ReduceMax', Number.NEGATIVE_INFINITY, Math.max, (node, g) => [
  () => {
    const [x] = node.inputs as [Tensor];
    const isLargest = equal(x, node);
    const ties = sum(where(isLargest, ones(x.shape), zeros(x.shape)), node.attributes.axes, true);
    return where(isLargest, expand(div(g, ties), x.shape), zeros(x.shape));
  },
]);

/** Arithmetic mean; axes as in {@link sum}. */
export function mean(x: Tensor, axes: readonly number[] = x.shape.map((_, axis) => axis), keepDims = false): Tensor {
  const count = sizeOf([...new Set(axes)].map(axis => x.shape[axis]!));
  return mul(sum(x, axes, keepDims), 1 / count);
}
