// Addition, subtraction, multiplication and division with NumPy's broadcasting, and means.
import { broadcastShapes, defineOp, sizeOf, type Tensor } from '../tensor.ts';
import { expand, scalarValue, sum, sumTo, withoutExpand, zeros } from './broadcast.ts';
import { scalar } from './leaf.ts';
import { joinPadded } from './shape.ts';
import { zipValues } from './values.ts';

type Operand = Tensor | number;

/** @param simplify gives a simpler tensor of the node's shape where an operand's value is known, else undefined. */
function defineBinary(
  name: string,
  f: (a: number, b: number) => number,
  simplify: (node: Tensor) => Tensor | undefined,
  gradient: (g: Tensor, a: Tensor, b: Tensor, y: Tensor) => readonly [() => Tensor, () => Tensor],
): (a: Operand, b: Operand) => Tensor {
  const apply = defineOp({
    name,
    shape: ([a, b]) => broadcastShapes(a!.shape, b!.shape),
    simplify: node => simplify(node) ?? withoutExpand(node),
    gradient: (node, g) => {
      const [a, b] = node.inputs as [Tensor, Tensor];
      const [forA, forB] = gradient(g, a, b, node);
      return [() => sumTo(forA(), a.shape), () => sumTo(forB(), b.shape)];
    },
    evaluate: (inputs, node) => zipValues(node, inputs, (a, b) => f(a!, b!)),
    lower: (emit, inputs) => emit.node(name, inputs),
  });
  const tensor = (operand: Operand) => (typeof operand === 'number' ? scalar(operand) : operand);
  return (a, b) => apply([tensor(a), tensor(b)], {});
}

export const add = defineBinary(
  'Add',
  (a, b) => a + b,
  ({ inputs: [x, y], shape }) => {
    if (scalarValue(y!) === 0) return expand(x!, shape);
    return scalarValue(x!) === 0 ? expand(y!, shape) : joinPadded(x!, y!);
  },
  g => [() => g, () => g],
);

export const sub = defineBinary(
  'Sub',
  (a, b) => a - b,
  ({ inputs: [x, y], shape }) => (scalarValue(y!) === 0 ? expand(x!, shape) : undefined),
  g => [() => g, () => neg(g)],
);

export const mul = defineBinary(
  'Mul',
  (a, b) => a * b,
  // Constant factors are gathered into one: second-order graphs carry chains of them.
  node => {
    const { inputs, shape } = node;
    const [x, y] = inputs as [Tensor, Tensor];
    const [value, factor] = [scalarValue(x), scalarValue(y)];
    if (factor === undefined) return value === undefined ? undefined : mul(y, x);
    if (value !== undefined) return expand(scalar(value * factor), shape);
    if (factor === 0) return zeros(shape);
    if (factor === 1) return expand(x, shape);
    const inner = x.op === node.op ? scalarValue(x.inputs[1]!) : undefined;
    if (inner === undefined) return undefined;
    return withoutExpand({ ...node, inputs: [expand(x.inputs[0]!, shape), scalar(inner * factor)] });
  },
  (g, a, b) => [() => mul(g, b), () => mul(g, a)],
);

export const div = defineBinary(
  'Div',
  (a, b) => a / b,
  ({ inputs: [x, y], shape }) => {
    if (scalarValue(x!) === 0) return zeros(shape);
    const divisor = scalarValue(y!);
    return divisor === undefined ? undefined : mul(expand(x!, shape), 1 / divisor);
  },
  (g, _a, b, y) => [() => div(g, b), () => neg(div(mul(g, y), b))],
);

export function neg(x: Tensor): Tensor {
  return mul(x, -1);
}

export function square(x: Tensor): Tensor {
  return mul(x, x);
}

/** Arithmetic mean; axes as in {@link sum}. */
export function mean(x: Tensor, axes: readonly number[] = [...x.shape.keys()], keepDims = false): Tensor {
  const count = sizeOf([...new Set(axes)].map(axis => x.shape[axis]!));
  return mul(sum(x, axes, keepDims), 1 / count);
}
