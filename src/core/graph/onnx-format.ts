// The message types of the ONNX file format that a graph needs (onnx.proto, IR version 10), and their encoding.
import { decodeMessage, encodeMessage, type FieldType, type Message, type Schema } from '../formats/protobuf.ts';

export type OnnxAttribute = number | string | readonly number[] | { readonly float: number };

export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly dataType: number;
  readonly rawData: Uint8Array;
}

export interface OnnxNode {
  readonly name: string;
  readonly opType: string;
  readonly domain: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

export interface OnnxValue {
  readonly name: string;
  /** A string names a size that is given only at run time. */
  readonly shape: readonly (number | string)[];
}

interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  /** All float32. */
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

/** Element types of ONNX tensors. */
export const onnxTypes = { float: 1, int64: 7, half: 10 } as const;

const attributeTypes = { float: 1, int: 2, string: 3, ints: 7 } as const;

const single = (id: number, type: FieldType) => ({ id, type });
const repeated = (id: number, type: FieldType) => ({ id, type, repeated: true });

const attribute: Schema = {
  name: single(1, 'text'),
  f: single(2, 'float'),
  i: single(3, 'int'),
  s: single(4, 'bytes'),
  ints: repeated(8, 'int'),
  type: single(20, 'int'),
};
const node: Schema = {
  input: repeated(1, 'text'),
  output: repeated(2, 'text'),
  name: single(3, 'text'),
  opType: single(4, 'text'),
  attribute: repeated(5, attribute),
  domain: single(7, 'text'),
};
const tensor: Schema = {
  dims: repeated(1, 'int'),
  dataType: single(2, 'int'),
  name: single(8, 'text'),
  rawData: single(9, 'bytes'),
};
const dimension: Schema = { dimValue: single(1, 'int'), dimParam: single(2, 'text') };
const tensorType: Schema = { elemType: single(1, 'int'), shape: single(2, { dim: repeated(1, dimension) }) };
const valueInfo: Schema = { name: single(1, 'text'), type: single(2, { tensorType: single(1, tensorType) }) };
const graph: Schema = {
  node: repeated(1, node),
  name: single(2, 'text'),
  initializer: repeated(5, tensor),
  input: repeated(11, valueInfo),
  output: repeated(12, valueInfo),
};
const model: Schema = {
  irVersion: single(1, 'int'),
  producerName: single(2, 'text'),
  graph: single(7, graph),
  opsetImport: repeated(8, { domain: single(1, 'text'), version: single(2, 'int') }),
};

function attributeMessage([name, value]: [string, OnnxAttribute]): Message {
  if (typeof value === 'string') return { name, s: new TextEncoder().encode(value), type: attributeTypes.string };
  if (typeof value === 'number') return { name, i: value, type: attributeTypes.int };
  if ('float' in value) return { name, f: value.float, type: attributeTypes.float };
  return { name, ints: value, type: attributeTypes.ints };
}

function valueMessage({ name, shape }: OnnxValue): Message {
  const dim = shape.map(length => (typeof length === 'string' ? { dimParam: length } : { dimValue: length }));
  return { name, type: { tensorType: { elemType: onnxTypes.float, shape: { dim } } } };
}

/** @returns the bytes of an `.onnx` file: IR version 10, operator set 21 with Microsoft's own operators beside it. */
export function encodeOnnx({ name, nodes, initializers, inputs, outputs }: OnnxGraph): Uint8Array {
  const message = {
    irVersion: 10,
    producerName: 'face-tuning',
    opsetImport: [
      { domain: '', version: 21 },
      ...[...new Set(['com.microsoft', ...nodes.map(each => each.domain).filter(Boolean)])].map(domain => ({
        domain,
        version: 1,
      })),
    ],
    graph: {
      name,
      node: nodes.map(({ attributes, ...rest }) => ({
        ...rest,
        attribute: Object.entries(attributes).map(attributeMessage),
      })),
      initializer: initializers,
      input: inputs.map(valueMessage),
      output: outputs.map(valueMessage),
    },
  };
  return encodeMessage(model, message);
}

/** The messages of an `.onnx` file as plain objects, whole numbers as numbers: for tests and for looking into one. */
export function decodeOnnx(bytes: Uint8Array): Record<string, unknown> {
  return decodeMessage(model, bytes);
}
