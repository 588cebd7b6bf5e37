// Shared by all ops that work element by element: broadcasting in the plain definition and in the gradient.
import {
  type Attributes,
  broadcastShapes,
  type Shape,
  sizeOf,
  stridesOf,
  type Tensor,
  type Values,
} from '../tensor.ts';
import { sum } from './reduce.ts';
import { reshape } from './shape.ts';

/** Applies `f` to every element. */
export function mapValues(values: Values, f: (x: number) => number): Values {
  return values.map(f);
}

/** For each element of `to`, the offset of the element of `from` that broadcasts onto it. */
export function broadcastOffsets(from: Shape, to: Shape): Int32Array {
  const strides = stridesOf(from);
  const offsets = new Int32Array(sizeOf(to));
  const lead = to.length - from.length;
  const index = new Array<number>(to.length).fill(0);
  for (let flat = 0; flat < offsets.length; flat++) {
    let offset = 0;
    for (let axis = lead; axis < to.length; axis++) {
      if (from[axis - lead] !== 1) offset += index[axis]! * strides[axis - lead]!;
    }
    offsets[flat] = offset;
    for (let axis = to.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      if (index[axis]! < to[axis]!) break;
      index[axis] = 0;
    }
  }
  return offsets;
}

/** Evaluates `f` over broadcast operands. */
export function zipValues(
  node: Tensor<Attributes>,
  inputs: readonly Values[],
  f: (...operands: number[]) => number,
): Values {
  const offsets = node.inputs.map(input => broadcastOffsets(input.shape, node.shape));
  const result = new Float64Array(sizeOf(node.shape));
  for (let i = 0; i < result.length; i++) result[i] = f(...inputs.map((values, k) => values[offsets[k]![i]!]!));
  return result;
}

/** The adjoint of broadcasting: sums a gradient over the axes along which its operand was repeated. */
export function sumTo(gradient: Tensor, shape: Shape): Tensor {
  const lead = gradient.shape.length - shape.length;
  const axes = gradient.shape.flatMap((length, axis) =>
    axis < lead || (shape[axis - lead] === 1 && length !== 1) ? [axis] : [],
  );
  return reshape(axes.length === 0 ? gradient : sum(gradient, axes), shape);
}

/**
 * An operand that is only repeated to the shape the other operand has anyway is used unrepeated: ONNX broadcasts
 * without writing the copies out.
 */
export function withoutExpand(operand: Tensor, other: Tensor, shape: Shape): Tensor {
  if (operand.op.name !== 'Expand') return operand;
  const source = operand.inputs[0]!;
  const result = broadcastShapes(source.shape, other.shape);
  return result.length === shape.length && result.every((length, axis) => length === shape[axis]) ? source : operand;
}
