// Ops that move elements without changing them: reshape, transpose, slice, pad, concat.
import {
  type Attributes,
  defineOp,
  type Shape,
  sameShape,
  sizeOf,
  stridesOf,
  type Tensor,
  type Values,
} from '../tensor.ts';

interface ShapeAttributes extends Attributes {
  readonly shape: Shape;
}

const makeReshape = defineOp<ShapeAttributes>({
  name: 'Reshape',
  shape: ([x], { shape }) => {
    if (sizeOf(shape) !== sizeOf(x!.shape)) throw new Error(`[${x!.shape}] cannot be reshaped to [${shape}]`);
    return shape;
  },
  simplify: node => {
    const [x] = node.inputs as [Tensor];
    if (sameShape(x.shape, node.shape)) return x;
    return x.op === node.op ? { ...node, inputs: x.inputs } : node;
  },
  gradient: (node, g) => [() => reshape(g, node.inputs[0]!.shape)],
  evaluate: ([x]) => x!,
  // In ONNX 0 stands for the operand's own length, so a batch may be longer or shorter than the one compiled for.
  lower: (emit, [x], { inputs, shape: [first, ...rest] }) => {
    const lengths = first === undefined ? [] : [first === inputs[0]!.shape[0] ? 0 : first, ...rest];
    return emit.node('Reshape', [x!, emit.integers(lengths)]);
  },
});

export function reshape(x: Tensor, shape: Shape): Tensor {
  return makeReshape([x], { shape });
}

interface PermutationAttributes extends Attributes {
  readonly permutation: readonly number[];
}

const makeTranspose = defineOp<PermutationAttributes>({
  name: 'Transpose',
  shape: ([x], { permutation }) => {
    if (
      !sameShape(
        [...permutation].sort((a, b) => a - b),
        [...x!.shape.keys()],
      )
    ) {
      throw new Error(`[${permutation}] does not permute the axes of [${x!.shape}]`);
    }
    return permutation.map(axis => x!.shape[axis]!);
  },
  simplify: node => (node.attributes.permutation.every((axis, index) => axis === index) ? node.inputs[0]! : node),
  gradient: (node, g) => {
    const { permutation } = node.attributes;
    return [
      () =>
        transpose(
          g,
          [...permutation.keys()].map(axis => permutation.indexOf(axis)),
        ),
    ];
  },
  evaluate: ([x], node) => {
    const strides = stridesOf(node.inputs[0]!.shape);
    return gather(
      x!,
      node.shape,
      node.attributes.permutation.map(axis => strides[axis]!),
    );
  },
  lower: (emit, [x], { attributes }) => emit.node('Transpose', [x!], { perm: attributes.permutation }),
});

/** @param permutation result axis i is axis `permutation[i]` of x. */
export function transpose(x: Tensor, permutation: readonly number[]): Tensor {
  return makeTranspose([x], { permutation });
}

interface RangeAttributes extends Attributes {
  readonly starts: readonly number[];
  readonly sizes: readonly number[];
}

const makeSlice = defineOp<RangeAttributes>({
  name: 'Slice',
  shape: ([x], { starts, sizes }) => {
    const fits = x!.shape.every((length, axis) => starts[axis]! >= 0 && starts[axis]! + sizes[axis]! <= length);
    if (!fits || starts.length !== x!.shape.length || sizes.length !== x!.shape.length) {
      throw new Error(`slice at [${starts}] of size [${sizes}] does not lie within [${x!.shape}]`);
    }
    return sizes;
  },
  simplify: node => (sameShape(node.inputs[0]!.shape, node.shape) ? node.inputs[0]! : node),
  gradient: (node, g) => {
    const [x] = node.inputs as [Tensor];
    const { starts, sizes } = node.attributes;
    return [
      () =>
        pad(
          g,
          starts,
          x.shape.map((length, axis) => length - starts[axis]! - sizes[axis]!),
        ),
    ];
  },
  evaluate: ([x], node) => {
    const strides = stridesOf(node.inputs[0]!.shape);
    const first = node.attributes.starts.reduce((offset, start, axis) => offset + start * strides[axis]!, 0);
    return gather(x!, node.shape, strides, first);
  },
  lower: (emit, [x], node) => {
    const { starts, sizes } = node.attributes;
    const axes = [...starts.keys()].filter(axis => sizes[axis] !== node.inputs[0]!.shape[axis]);
    const ends = axes.map(axis => starts[axis]! + sizes[axis]!);
    return emit.node('Slice', [
      x!,
      emit.integers(axes.map(axis => starts[axis]!)),
      emit.integers(ends),
      emit.integers(axes),
    ]);
  },
});

/** The block of the given sizes that begins at `starts`, one entry an axis. */
export function slice(x: Tensor, starts: readonly number[], sizes: Shape): Tensor {
  return makeSlice([x], { starts, sizes });
}

interface PadAttributes extends Attributes {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

const makePad = defineOp<PadAttributes>({
  name: 'Pad',
  shape: ([x], { before, after }) => x!.shape.map((length, axis) => before[axis]! + length + after[axis]!),
  simplify: node => (sameShape(node.inputs[0]!.shape, node.shape) ? node.inputs[0]! : node),
  gradient: (node, g) => [() => slice(g, node.attributes.before, node.inputs[0]!.shape)],
  evaluate: ([x], node) => {
    const result = new Float64Array(sizeOf(node.shape));
    const strides = stridesOf(node.shape);
    const first = node.attributes.before.reduce((offset, start, axis) => offset + start * strides[axis]!, 0);
    scatter(x!, node.inputs[0]!.shape, result, strides, first);
    return result;
  },
  lower: (emit, [x], { attributes }) =>
    emit.node('Pad', [x!, emit.integers([...attributes.before, ...attributes.after])]),
});

/** Zeros around x: `before` and `after` it, one entry an axis. */
export function pad(x: Tensor, before: readonly number[], after: readonly number[]): Tensor {
  return makePad([x], { before, after });
}

/**
 * The sum of two padded blocks as one, if they share no position along some axis. Gradients of a tensor's slices meet
 * so: added as they come, each is written out at the size of the whole tensor, most of it zeros.
 * @returns undefined if x or y is not padded, or they share positions along every axis.
 */
export function joinPadded(x: Tensor, y: Tensor): Tensor | undefined {
  if (!makePad.made(x) || !makePad.made(y) || !sameShape(x.shape, y.shape)) return undefined;
  for (const axis of x.shape.keys()) {
    const [first, second] = x.attributes.before[axis]! < y.attributes.before[axis]! ? [x, y] : [y, x];
    const [a, b] = [first.inputs[0]!, second.inputs[0]!];
    const gap = second.attributes.before[axis]! - first.attributes.before[axis]! - a.shape[axis]!;
    if (gap < 0) continue;
    // Along the axis only the gap is padded before the two are joined, and both ends afterwards.
    const along = (length: number, rest: readonly number[]) => rest.map((n, at) => (at === axis ? length : n));
    const joined = concat(
      [
        pad(a, along(0, first.attributes.before), along(gap, first.attributes.after)),
        pad(b, along(0, second.attributes.before), along(0, second.attributes.after)),
      ],
      axis,
    );
    const none = x.shape.map(() => 0);
    return pad(joined, along(first.attributes.before[axis]!, none), along(second.attributes.after[axis]!, none));
  }
  return undefined;
}

interface AxisAttributes extends Attributes {
  readonly axis: number;
}

const makeConcat = defineOp<AxisAttributes>({
  name: 'Concat',
  shape: (inputs, { axis }) => {
    const [first] = inputs as [Tensor];
    for (const { shape } of inputs) {
      const fits = shape.length === first.shape.length && shape.every((n, at) => at === axis || n === first.shape[at]);
      if (!fits) throw new Error(`[${first.shape}] and [${shape}] cannot be joined along axis ${axis}`);
    }
    const length = inputs.reduce((total, { shape }) => total + shape[axis]!, 0);
    return first.shape.map((n, at) => (at === axis ? length : n));
  },
  simplify: (node): Tensor => {
    const { axis } = node.attributes;
    const inputs = node.inputs.flatMap(x => (makeConcat.made(x) && x.attributes.axis === axis ? x.inputs : [x]));
    return inputs.length === 1 ? inputs[0]! : { ...node, inputs };
  },
  gradient: (node, g) => {
    let next = 0;
    return node.inputs.map(({ shape }) => {
      const starts = shape.map((_, at) => (at === node.attributes.axis ? next : 0));
      next += shape[node.attributes.axis]!;
      return () => slice(g, starts, shape);
    });
  },
  evaluate: (inputs, node) => {
    const result = new Float64Array(sizeOf(node.shape));
    const strides = stridesOf(node.shape);
    let next = 0;
    inputs.forEach((values, index) => {
      const { shape } = node.inputs[index]!;
      scatter(values, shape, result, strides, next * strides[node.attributes.axis]!);
      next += shape[node.attributes.axis]!;
    });
    return result;
  },
  lower: (emit, inputs, { attributes }) => emit.node('Concat', inputs, { axis: attributes.axis }),
});

/** Joins tensors along an axis; all other axes agree. */
export function concat(inputs: readonly Tensor[], axis: number): Tensor {
  return makeConcat(inputs, { axis });
}

/** Visits the offsets of a block of `shape` laid out with `strides`, row-major. */
function* blockOffsets(shape: Shape, strides: readonly number[], first: number): Generator<number> {
  const index = new Array<number>(shape.length).fill(0);
  const count = sizeOf(shape);
  for (let flat = 0; flat < count; flat++) {
    yield index.reduce((offset, position, axis) => offset + position * strides[axis]!, first);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      if (index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
}

function gather(source: Values, shape: Shape, strides: readonly number[], first = 0): Values {
  const result = new Float64Array(sizeOf(shape));
  let flat = 0;
  for (const offset of blockOffsets(shape, strides, first)) result[flat++] = source[offset]!;
  return result;
}

function scatter(source: Values, shape: Shape, target: Values, strides: readonly number[], first: number): void {
  let flat = 0;
  for (const offset of blockOffsets(shape, strides, first)) target[offset] = source[flat++]!;
}
