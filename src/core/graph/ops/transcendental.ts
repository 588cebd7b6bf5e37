// Functions of one number that ONNX has by name, each with its slope.
import { defineOp, type Tensor } from '../tensor.ts';
import { div, mul, square, sub } from './arithmetic.ts';
import { greater, where } from './comparison.ts';
import { scalar } from './leaf.ts';

function defineUnary(
  name: string,
  f: (x: number) => number,
  gradient: (g: Tensor, x: Tensor, y: Tensor) => Tensor,
): (x: Tensor) => Tensor {
  const apply = defineOp({
    name,
    shape: ([x]) => x!.shape,
    gradient: (node, g) => [() => gradient(g, node.inputs[0]!, node)],
    evaluate: ([x]) => x!.map(value => f(value)),
    lower: (emit, inputs) => emit.node(name, inputs),
  });
  return x => apply([x], {});
}

export const exp = defineUnary('Exp', Math.exp, (g, _, y) => mul(g, y));

/** Its gradient at 0 counts as −1. */
export const abs = defineUnary('Abs', Math.abs, (g, x) => mul(g, where(greater(x, 0), scalar(1), scalar(-1))));

/** Its gradient is infinite at 0: add a small number first where 0 can occur. */
export const sqrt = defineUnary('Sqrt', Math.sqrt, (g, _, y) => div(mul(g, 0.5), y));

export const tanh = defineUnary('Tanh', Math.tanh, (g, _, y) => mul(g, sub(1, square(y))));

export const sigmoid = defineUnary(
  'Sigmoid',
  x => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x))),
  (g, _, y) => mul(g, mul(y, sub(1, y))),
);

/**
 * log(1 + eˣ), without overflow for large x and without loss for very negative x. Its slope σ(x) is computed as e^(x − y):
 * ONNX Runtime's Sigmoid is 0 from −18 down, where the slope is small but all that there is.
 */
export const softplus = defineUnary(
  'Softplus',
  x => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  (g, x, y) => mul(g, exp(sub(x, y))),
);
