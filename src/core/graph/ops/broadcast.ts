// Repetition along axes and sums over them: each is the other's gradient, and broadcasting needs both.
import { type Attributes, broadcastShapes, defineOp, type Shape, sameShape, sizeOf, type Tensor } from '../tensor.ts';
import { constantScalar, scalar } from './leaf.ts';
import { reshape } from './shape.ts';
import { broadcastOffsets } from './values.ts';

interface ShapeAttributes extends Attributes {
  readonly shape: Shape;
}

const makeExpand = defineOp<ShapeAttributes>({
  name: 'Expand',
  shape: ([x], { shape }) => {
    if (!sameShape(broadcastShapes(x!.shape, shape), shape)) {
      throw new Error(`[${x!.shape}] cannot be expanded to [${shape}]`);
    }
    return shape;
  },
  simplify: node => (sameShape(node.inputs[0]!.shape, node.shape) ? node.inputs[0]! : node),
  gradient: (node, g) => [() => sumTo(g, node.inputs[0]!.shape)],
  evaluate: ([x], node) => Float64Array.from(broadcastOffsets(node.inputs[0]!.shape, node.shape), at => x![at]!),
  lower: (emit, [x], { attributes }) => emit.node('Expand', [x!, emit.integers(attributes.shape)]),
});

/** Repeats x along axes of length 1, or new leading ones, up to `shape`. */
export function expand(x: Tensor, shape: Shape): Tensor {
  return makeExpand([x], { shape });
}

export function zeros(shape: Shape): Tensor {
  return expand(scalar(0), shape);
}

export function ones(shape: Shape): Tensor {
  return expand(scalar(1), shape);
}

/** The value that all elements share where it is known: that of a constant scalar, also of one that is repeated. */
export function scalarValue(x: Tensor): number | undefined {
  return makeExpand.made(x) ? scalarValue(x.inputs[0]!) : constantScalar(x);
}

interface AxesAttributes extends Attributes {
  readonly axes: readonly number[];
}

// Reduced axes stay as 1 inside the op; dropping them is a reshape, which costs nothing.
const makeSum = defineOp<AxesAttributes>({
  name: 'ReduceSum',
  shape: ([x], { axes }) => {
    const wrong = axes.find(axis => !Number.isInteger(axis) || axis < 0 || axis >= x!.shape.length);
    if (wrong !== undefined) throw new Error(`sum: axis ${wrong} is not one of shape [${x!.shape}]`);
    return keptShape(x!.shape, axes);
  },
  simplify: node => (sameShape(node.inputs[0]!.shape, node.shape) ? node.inputs[0]! : node),
  gradient: (node, g) => [() => expand(g, node.inputs[0]!.shape)],
  evaluate: ([x], node) => {
    // An element goes into the sum that broadcasting the result would bring back to it.
    const targets = broadcastOffsets(node.shape, node.inputs[0]!.shape);
    const result = new Float64Array(sizeOf(node.shape));
    x!.forEach((value, at) => {
      result[targets[at]!]! += value;
    });
    return result;
  },
  lower: (emit, [x], { attributes }) => emit.node('ReduceSum', [x!, emit.integers(attributes.axes)], { keepdims: 1 }),
});

/** The shape with the given axes reduced to 1. */
function keptShape(shape: Shape, axes: readonly number[]): Shape {
  return shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
}

/** @param axes all by default. @param keepDims whether summed axes stay, as 1. */
export function sum(x: Tensor, axes: readonly number[] = [...x.shape.keys()], keepDims = false): Tensor {
  const sorted = [...new Set(axes)].sort((a, b) => a - b);
  const kept = makeSum([x], { axes: sorted });
  const rest = x.shape.filter((_, axis) => !sorted.includes(axis));
  return keepDims ? kept : reshape(kept, rest);
}

/** The adjoint of broadcasting: sums a gradient over the axes along which its operand was repeated. */
export function sumTo(gradient: Tensor, shape: Shape): Tensor {
  const lead = gradient.shape.length - shape.length;
  const axes = gradient.shape.flatMap((length, axis) =>
    axis < lead || (shape[axis - lead] === 1 && length !== 1) ? [axis] : [],
  );
  return reshape(sum(gradient, axes), shape);
}

/**
 * The node of an operation with two operands, which uses an operand unrepeated where broadcasting against the other
 * repeats it anyway: ONNX broadcasts without writing copies out.
 */
export function withoutExpand<A extends Attributes>(node: Tensor<A>): Tensor<A> {
  const [a, b] = node.inputs as [Tensor, Tensor];
  const left = unrepeated(a, b, node.shape);
  return { ...node, inputs: [left, unrepeated(b, left, node.shape)] };
}

function unrepeated(operand: Tensor, other: Tensor, shape: Shape): Tensor {
  if (!makeExpand.made(operand)) return operand;
  const source = operand.inputs[0]!;
  return sameShape(broadcastShapes(source.shape, other.shape), shape) ? source : operand;
}
