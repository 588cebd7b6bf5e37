// Broadcasting in plain loops, for the float64 definitions of operations: which element meets which.
import { type Attributes, type Shape, sizeOf, stridesOf, type Tensor, type Values } from '../tensor.ts';

/** The offset of the element of `from` that broadcasts onto each element of `to`. */
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
