// The dozen message types of the ONNX file format that we write, and their encoding (onnx.proto, IR version 10).
import protobuf from 'protobufjs/light.js';

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

export interface OnnxGraph {
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

const repeated = (type: string, id: number) => ({ rule: 'repeated', type, id });
const single = (type: string, id: number) => ({ type, id });

const root = protobuf.Root.fromJSON({
  nested: {
    Model: {
      fields: {
        irVersion: single('int64', 1),
        producerName: single('string', 2),
        graph: single('Graph', 7),
        opsetImport: repeated('OperatorSet', 8),
      },
    },
    OperatorSet: { fields: { domain: single('string', 1), version: single('int64', 2) } },
    Graph: {
      fields: {
        node: repeated('Node', 1),
        name: single('string', 2),
        initializer: repeated('Tensor', 5),
        input: repeated('ValueInfo', 11),
        output: repeated('ValueInfo', 12),
      },
    },
    Node: {
      fields: {
        input: repeated('string', 1),
        output: repeated('string', 2),
        name: single('string', 3),
        opType: single('string', 4),
        attribute: repeated('Attribute', 5),
        domain: single('string', 7),
      },
    },
    Attribute: {
      fields: {
        name: single('string', 1),
        f: single('float', 2),
        i: single('int64', 3),
        s: single('bytes', 4),
        ints: repeated('int64', 8),
        type: single('int32', 20),
      },
    },
    Tensor: {
      fields: {
        dims: repeated('int64', 1),
        dataType: single('int32', 2),
        name: single('string', 8),
        rawData: single('bytes', 9),
      },
    },
    ValueInfo: { fields: { name: single('string', 1), type: single('Type', 2) } },
    Type: { fields: { tensorType: single('TensorType', 1) } },
    TensorType: { fields: { elemType: single('int32', 1), shape: single('TensorShape', 2) } },
    TensorShape: { fields: { dim: repeated('Dimension', 1) } },
    Dimension: { fields: { dimValue: single('int64', 1), dimParam: single('string', 2) } },
  },
});
const modelType = root.lookupType('Model');

function attributeMessage([name, value]: [string, OnnxAttribute]): object {
  if (typeof value === 'string') return { name, s: new TextEncoder().encode(value), type: attributeTypes.string };
  if (typeof value === 'number') return { name, i: value, type: attributeTypes.int };
  if ('float' in value) return { name, f: value.float, type: attributeTypes.float };
  return { name, ints: [...value], type: attributeTypes.ints };
}

function valueMessage({ name, shape }: OnnxValue): object {
  const dim = shape.map(length => (typeof length === 'string' ? { dimParam: length } : { dimValue: length }));
  return { name, type: { tensorType: { elemType: onnxTypes.float, shape: { dim } } } };
}

/** @returns the bytes of an `.onnx` file: IR version 10, operator set 21 with Microsoft's own operators beside it. */
export function encodeOnnx(graph: OnnxGraph): Uint8Array {
  const message = {
    irVersion: 10,
    producerName: 'face-tuning',
    opsetImport: [
      { domain: '', version: 21 },
      { domain: 'com.microsoft', version: 1 },
    ],
    graph: {
      name: graph.name,
      node: graph.nodes.map(({ attributes, input, output, ...node }) => ({
        ...node,
        input: [...input],
        output: [...output],
        attribute: Object.entries(attributes).map(attributeMessage),
      })),
      initializer: graph.initializers.map(tensor => ({ ...tensor, dims: [...tensor.dims] })),
      input: graph.inputs.map(valueMessage),
      output: graph.outputs.map(valueMessage),
    },
  };
  return modelType.encode(message).finish();
}

/** The messages of an `.onnx` file as plain objects, whole numbers as numbers: for tests and for looking into one. */
export function decodeOnnx(bytes: Uint8Array): Record<string, unknown> {
  return modelType.toObject(modelType.decode(bytes), { longs: Number, defaults: true, arrays: true });
}
