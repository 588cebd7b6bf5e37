// Tensors that have no inputs: named inputs and constants.
import { type Attributes, defineOp, type Shape, sizeOf, type Tensor } from '../tensor.ts';
import { expand } from './shape.ts';

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
  return node.op.name === 'Input' ? (node.attributes.name as string) : undefined;
}

interface ConstantAttributes extends Attributes {
  readonly values: Float64Array;
  readonly shape: Shape;
}

const makeConstant = defineOp<ConstantAttributes>({
  name: 'Constant',
  shape: (_, { values, shape }) => {
    if (values.length !== sizeOf(shape)) throw new Error(`${values.length} values do not fill shape [${shape}]`);
    return shape;
  },
  gradient: () => [],
  evaluate: (_, { attributes }) => attributes.values,
  lower: (emit, _, { attributes }) => emit.floats(attributes.values, attributes.shape),
});

export function constant(values: ArrayLike<number>, shape: Shape): Tensor {
  return makeConstant([], { values: new Float64Array(values), shape });
}

export function scalar(value: number): Tensor {
  return constant([value], []);
}

export function zeros(shape: Shape): Tensor {
  return expand(scalar(0), shape);
}

export function ones(shape: Shape): Tensor {
  return expand(scalar(1), shape);
}

/** The value of a constant scalar, or of one expanded to a shape; undefined for anything else. */
export function scalarValue(node: Tensor): number | undefined {
  if (node.op.name === 'Expand') return scalarValue(node.inputs[0]!);
  if (node.op.name !== 'Constant') return undefined;
  const values = node.attributes.values as Float64Array;
  return values.length === 1 ? values[0] : undefined;
}
