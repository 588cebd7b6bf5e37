// Maxima and means over axes; sums are in broadcast.ts.
import { sizeOf, type Tensor } from '../tensor.ts';
import { div, mul } from './arithmetic.ts';
import { defineReduction, expand, ones, sum, zeros } from './broadcast.ts';
import { equal, where } from './comparison.ts';

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
