// Root-mean-square normalisation as an op of its own: its gradient takes fewer passes than that of its parts would.
import { defineOp, type Tensor } from '../tensor.ts';
import { add, div, mean, mul, square, sub } from './arithmetic.ts';
import { sqrt } from './transcendental.ts';
import { zipValues } from './values.ts';

/**
 * Takes x and its inverse root mean square r. r depends on x; the gradient by x already includes that path, so r gets
 * none.
 */
const scale = defineOp({
  name: 'RmsNorm',
  shape: ([x]) => x!.shape,
  gradient: (node, g) => [
    // With r the inverse root: ∂/∂x = r · (g − y · mean(g · y)).
    () => mul(sub(g, mul(node, mean(mul(g, node), [1], true))), node.inputs[1]!),
    undefined,
  ],
  evaluate: (inputs, node) => zipValues(node, inputs, (x, r) => x! * r!),
  lower: (emit, inputs) => emit.node('Mul', inputs),
});

/** x / √(mean of x² along axis 1 + ε). @param x [N, C, …]. */
export function rmsNorm(x: Tensor, epsilon: number): Tensor {
  return scale([x, div(1, sqrt(add(mean(square(x), [1], true), epsilon)))], {});
}
