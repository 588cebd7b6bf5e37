// Tensors that have no inputs: named inputs and constants.
import { toFloat64 } from '../../formats/nd-array.ts';
import { type Attributes, defineOp, type Shape, sizeOf, type Tensor } from '../tensor.ts';

interface InputAttributes extends Attributes {
  readonly name: string;
  readonly shape: Shape;
}

const makeInput = defineOp<InputAttributes>({
  name: 'Input',
  shape: (_, { shape }) => shape,
  gradient: () => [],
  evaluate: () => {
    throw new Error('inputs are fed, not evaluated');
  },
  // The compiler declares inputs under their own names.
  lower: (_emit, _inputs, { attributes }) => attributes.name,
});

/** A value given at each run. One name must always come with one shape within a graph. */
export function input(name: string, shape: Shape): Tensor {
  return makeInput([], { name, shape });
}

/** The name of an input, or undefined for any other tensor. */
export function inputName(node: Tensor): string | undefined {
  return makeInput.made(node) ? node.attributes.name : undefined;
}

interface ConstantAttributes extends Attributes {
  /** Weights are many, and float32 as they are compiled: no copy in float64 is made of them. */
  readonly values: Float32Array | Float64Array;
  readonly shape: Shape;
}

const makeConstant = defineOp<ConstantAttributes>({
  name: 'Constant',
  shape: (_, { values, shape }) => {
    if (values.length !== sizeOf(shape)) throw new Error(`${values.length} values do not fill shape [${shape}]`);
    return shape;
  },
  gradient: () => [],
  evaluate: (_, { attributes }) => toFloat64(attributes.values),
  lower: (emit, _, { attributes }) => emit.floats(attributes.values, attributes.shape),
});

/** @param values a Float32Array is kept, not copied: it must not change any more. */
export function constant(values: ArrayLike<number>, shape: Shape): Tensor {
  const kept = values instanceof Float32Array ? values : new Float64Array(values);
  return makeConstant([], { values: kept, shape });
}

export function scalar(value: number): Tensor {
  return constant([value], []);
}

/** The value of a constant of one element; undefined for any other tensor. */
export function constantScalar(node: Tensor): number | undefined {
  if (!makeConstant.made(node)) return undefined;
  const { values } = node.attributes;
  return values.length === 1 ? values[0] : undefined;
}
