// Loops over values that plain definitions share: element by element, with broadcasting, and over axes.
import { type Attributes, type Shape, sizeOf, stridesOf, type Tensor, type Values } from '../tensor.ts';

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

/** The shape with the given axes kept as 1. */
export function keptShape(shape: Shape, axes: readonly number[]): Shape {
  return shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
}

/** Joins the elements along the axes by `f`, beginning with `start`. @returns values of {@link keptShape}. */
export function foldAxes(
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
