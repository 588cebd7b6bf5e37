// Turns symbolic tensors into one ONNX graph: each distinct expression once, and only what the outputs need.
import { toHalves } from '../formats/half.ts';
import { bytesOf } from '../formats/nd-array.ts';
import { encodeOnnx, type OnnxNode, type OnnxTensor, type OnnxValue, onnxTypes } from './onnx-format.ts';
import { inputName } from './ops/leaf.ts';
import type { Target } from './target.ts';
import { type Emitter, type Shape, sizeOf, type Tensor, topologicalOrder } from './tensor.ts';

/**
 * @param outputs what to compute, by name.
 * @param batchAxis a name for the first axis of every input and output, for networks that treat each row alike: the
 *   axis then has any length at each run, whatever the graph was built with.
 * @returns an `.onnx` file.
 * @throws Error if one input name comes with two shapes, or an output shares its name with an input.
 */
export function compileGraph(
  outputs: Readonly<Record<string, Tensor>>,
  target: Target,
  batchAxis?: string,
): Uint8Array {
  const emitter = new GraphEmitter(target);
  const names = new Map<Tensor, string>();
  const inputs = new Map<string, Shape>();
  for (const node of topologicalOrder(Object.values(outputs))) {
    const name = inputName(node);
    const known = name === undefined ? undefined : inputs.get(name);
    if (known !== undefined && String(known) !== String(node.shape)) {
      throw new Error(`input ${name} comes with two shapes, [${known}] and [${node.shape}]`);
    }
    if (name !== undefined) inputs.set(name, node.shape);
    const inputNames = node.inputs.map(operand => names.get(operand)!);
    names.set(node, node.op.lower(emitter, inputNames, node));
  }
  const sources = new Map<string, string>();
  for (const [name, node] of Object.entries(outputs)) {
    if (inputs.has(name)) throw new Error(`${name} names both an input and an output`);
    sources.set(name, names.get(node)!);
  }
  emitter.nameOutputs(sources);
  const value = (name: string, shape: Shape): OnnxValue => ({
    name,
    shape: batchAxis === undefined ? shape : [batchAxis, ...shape.slice(1)],
  });
  return encodeOnnx({
    name: 'face-tuning',
    nodes: emitter.nodes,
    initializers: [...emitter.initializers.values()],
    inputs: [...inputs].map(([name, shape]) => value(name, shape)),
    outputs: Object.entries(outputs).map(([name, { shape }]) => value(name, shape)),
  });
}

/** Constants of up to this many elements are kept exact; larger ones may be weights. */
const exactConstant = 64;

/** Constants of up to this many elements are compared by content: as large as a lowering makes them (ops/resample.ts). */
const comparedConstant = 4096;

class GraphEmitter implements Emitter {
  readonly target: Target;
  readonly nodes: OnnxNode[] = [];
  readonly initializers = new Map<string, OnnxTensor>();
  /** The name of each expression that has been emitted, by its content: equal expressions get one node. */
  readonly #known = new Map<string, string>();

  constructor(target: Target) {
    this.target = target;
  }

  node(type: string, input: readonly string[], attributes: OnnxNode['attributes'] = {}, domain = ''): string {
    return this.#once(JSON.stringify([type, domain, input, attributes]), name => {
      this.nodes.push({ name, opType: type, domain, input, output: [name], attributes });
    });
  }

  integers(values: readonly number[]): string {
    const data = BigInt64Array.from(values, BigInt);
    return this.#constant(onnxTypes.int64, [values.length], new Uint8Array(data.buffer));
  }

  floats(values: ArrayLike<number>, shape: Shape): string {
    if (this.target.weights === 'float16' && sizeOf(shape) > exactConstant) {
      const half = this.#constant(onnxTypes.half, shape, bytesOf(toHalves(values)));
      return this.node('Cast', [half], { to: onnxTypes.float });
    }
    return this.#constant(
      onnxTypes.float,
      shape,
      bytesOf(values instanceof Float32Array ? values : new Float32Array(values)),
    );
  }

  /**
   * Gives results their public names. Inputs, constants and results that have a public name already are copied.
   * @param sources the emitted name of each output.
   */
  nameOutputs(sources: ReadonlyMap<string, string>): void {
    const results = new Set(this.nodes.flatMap(node => node.output));
    const publicNames = new Map<string, string>();
    const copies: OnnxNode[] = [];
    for (const [name, source] of sources) {
      if (results.has(source) && !publicNames.has(source)) publicNames.set(source, name);
      else copies.push({ name, opType: 'Identity', domain: '', input: [source], output: [name], attributes: {} });
    }
    const renamed = (names: readonly string[]) => names.map(name => publicNames.get(name) ?? name);
    for (const [at, node] of [...this.nodes, ...copies].entries()) {
      this.nodes[at] = { ...node, input: renamed(node.input), output: renamed(node.output) };
    }
  }

  #constant(dataType: number, dims: Shape, rawData: Uint8Array): string {
    const key = sizeOf(dims) <= comparedConstant ? `${dataType} [${dims}] ${rawData}` : `constant ${this.#known.size}`;
    return this.#once(key, name => {
      this.initializers.set(name, { name, dims, dataType, rawData });
    });
  }

  #once(key: string, create: (name: string) => void): string {
    let name = this.#known.get(key);
    if (name === undefined) {
      name = `t${this.#known.size}`;
      this.#known.set(key, name);
      create(name);
    }
    return name;
  }
}
