// Addition, subtraction, multiplication and division, with NumPy's broadcasting.
import { broadcastShapes, defineOp, type Op, type Tensor } from '../tensor.ts';
import { sumTo, withoutExpand, zipValues } from './elementwise.ts';
import { scalar, scalarValue, zeros } from './leaf.ts';
import { expand } from './shape.ts';

type Operand = Tensor | number;

function defineBinary(
  name: string,
  f: (a: number, b: number) => number,
  gradient: (g: Tensor, a: Tensor, b: Tensor, y: Tensor) => readonly [() => Tensor, () => Tensor],
): (a: Tensor, b: Tensor) => Tensor {
  const op: Op<Record<string, never>> = {
    name,
    shape: ([a, b]) => broadcastShapes(a!.shape, b!.shape),
    gradient: (node, g) => {
      const [a, b] = node.inputs as [Tensor, Tensor];
      const [forA, forB] = gradient(g, a, b, node);
      return [() => sumTo(forA(), a.shape), () => sumTo(forB(), b.shape)];
    },
    evaluate: (inputs, node) => zipValues(node, inputs, f as (...operands: number[]) => number),
    lower: (emit, inputs) => emit.node(name, inputs),
  };
  const apply = defineOp(op);
  return (a, b) => {
    const shape = broadcastShapes(a.shape, b.shape);
    const left = withoutExpand(a, b, shape);
    return apply([left, withoutExpand(b, left, shape)], {});
  };
}

const addNode = defineBinary(
  'Add',
  (a, b) => a + b,
  g => [() => g, () => g],
);
const subNode = defineBinary(
  'Sub',
  (a, b) => a - b,
  g => [() => g, () => neg(g)],
);
const mulNode = defineBinary(
  'Mul',
  (a, b) => a * b,
  (g, a, b) => [() => mul(g, b), () => mul(g, a)],
);
const divNode = defineBinary(
  'Div',
  (a, b) => a / b,
  (g, _a, b, y) => [() => div(g, b), () => neg(div(mul(g, y), b))],
);

function tensor(operand: Operand): Tensor {
  return typeof operand === 'number' ? scalar(operand) : operand;
}

/** `x` in the shape it would have after broadcasting against `other`: what x + 0 and x · 1 are. */
function broadcastLike(x: Tensor, other: Tensor): Tensor {
  return expand(x, broadcastShapes(x.shape, other.shape));
}

export function add(a: Operand, b: Operand): Tensor {
  const [x, y] = [tensor(a), tensor(b)];
  if (scalarValue(y) === 0) return broadcastLike(x, y);
  if (scalarValue(x) === 0) return broadcastLike(y, x);
  return addNode(x, y);
}

export function sub(a: Operand, b: Operand): Tensor {
  const [x, y] = [tensor(a), tensor(b)];
  return scalarValue(y) === 0 ? broadcastLike(x, y) : subNode(x, y);
}

/** Constant factors are gathered into one: second-order graphs carry chains of them. */
export function mul(a: Operand, b: Operand): Tensor {
  const [x, y] = [tensor(a), tensor(b)];
  if (scalarValue(x) !== undefined && scalarValue(y) === undefined) return mul(y, x);
  const factor = scalarValue(y);
  if (factor === undefined) return mulNode(x, y);
  const shape = broadcastShapes(x.shape, y.shape);
  const value = scalarValue(x);
  if (value !== undefined) return expand(scalar(value * factor), shape);
  if (factor === 0) return zeros(shape);
  if (factor === 1) return expand(x, shape);
  const inner = x.op.name === 'Mul' ? scalarValue(x.inputs[1]!) : undefined;
  return inner === undefined ? mulNode(x, y) : mulNode(expand(x.inputs[0]!, shape), scalar(inner * factor));
}

export function div(a: Operand, b: Operand): Tensor {
  const [x, y] = [tensor(a), tensor(b)];
  const divisor = scalarValue(y);
  if (scalarValue(x) === 0) return zeros(broadcastShapes(x.shape, y.shape));
  return divisor === undefined ? divNode(x, y) : mul(broadcastLike(x, y), 1 / divisor);
}

export function neg(x: Tensor): Tensor {
  return mul(x, -1);
}

export function square(x: Tensor): Tensor {
  return mul(x, x);
}
