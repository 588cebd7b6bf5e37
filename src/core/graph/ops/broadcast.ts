// Repetition along axes and sums over them, each the other's gradient, and what broadcasting makes of both.
import { type Attributes, broadcastShapes, defineOp, type Op, type Shape, sameShape, type Tensor } from '../tensor.ts';
import { constantScalar, scalar } from './leaf.ts';
import { reshape } from './shape.ts';
import { broadcastOffsets, foldAxes, keptShape } from './values.ts';

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

/** @returns a function that takes the axes to reduce, all by default, and whether they stay as 1. */
export function defineReduction(
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
    simplify: node => (sameShape(node.inputs[0]!.shape, node.shape) ? node.inputs[0]! : node),
    gradient,
    evaluate: ([x], node) => foldAxes(x!, node.inputs[0]!.shape, node.attributes.axes, start, f),
    lower: (emit, [x], { attributes }) => emit.node(name, [x!, emit.integers(attributes.axes)], { keepdims: 1 }),
  });
  return (x, axes = x.shape.map((_, axis) => axis), keepDims = false) => {
    const sorted = [...new Set(axes)].sort((a, b) => a - b);
    const kept = apply([x], { axes: sorted });
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

/** The adjoint of broadcasting: sums a gradient over the axes along which its operand was repeated. */
export function sumTo(gradient: Tensor, shape: Shape): Tensor {
  const lead = gradient.shape.length - shape.length;
  const axes = gradient.shape.flatMap((length, axis) =>
    axis < lead || (shape[axis - lead] === 1 && length !== 1) ? [axis] : [],
  );
  return reshape(axes.length === 0 ? gradient : sum(gradient, axes), shape);
}

/**
 * The node of a broadcasting operation with two operands, without the repetition of either where the other brings it
 * about anyway: ONNX broadcasts without writing the copies out.
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
