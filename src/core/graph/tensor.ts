// Symbolic tensors: the nodes of a static graph that can be differentiated, interpreted or compiled to ONNX.
import type { OnnxAttribute } from './onnx-format.ts';
import type { Target } from './target.ts';

/** Sizes, outermost first; `[]` is a scalar. All shapes are known when the graph is built. */
export type Shape = readonly number[];

/** `float` is float32 in ONNX Runtime and float64 in the interpreter; `bool` results only from comparisons. */
type DType = 'float' | 'bool';

type Attribute = number | boolean | string | readonly number[] | Float32Array | Float64Array;
export type Attributes = Readonly<Record<string, Attribute>>;

/** A value to be computed. Tensors are immutable, so sharing one is always safe. */
export interface Tensor<A extends Attributes = Attributes> {
  readonly op: Op;
  readonly inputs: readonly Tensor[];
  readonly attributes: A;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Values during interpretation, row-major; booleans are 0 and 1. */
export type Values = Float64Array;

/** The ONNX graph that is being written, as an operation sees it while it is lowered. */
export interface Emitter {
  readonly target: Target;
  /** Adds a node with one output. @returns the output's name. */
  node(type: string, inputs: readonly string[], attributes?: Record<string, OnnxAttribute>, domain?: string): string;
  /** A constant of whole numbers, for axes, shapes and bounds. @returns its name. */
  integers(values: readonly number[]): string;
  /** A float constant. @returns its name. */
  floats(values: ArrayLike<number>, shape: Shape): string;
}

/**
 * Everything there is to know about one operation, side by side: its shape rule, its gradient, its plain
 * definition, its ONNX form and, where it has them, its simpler forms and its cost. Nothing else asks for an operation
 * by its name.
 */
export interface Op<A extends Attributes = Attributes> {
  /** Shown in errors. */
  readonly name: string;
  readonly dtype?: DType;
  /** @throws Error if the inputs do not fit the operation. */
  shape(inputs: readonly Tensor[], attributes: A): Shape;
  /** Called on each new node. @returns the node, or a tensor of the same value and shape that costs less. */
  simplify?(node: Tensor<A>): Tensor;
  /**
   * One entry an input: how the gradient of the output becomes that of the input, as new nodes, or undefined where
   * none flows. Entries are called only when asked for.
   */
  gradient(node: Tensor<A>, outputGradient: Tensor): readonly ((() => Tensor) | undefined)[];
  /** The definition, in float64 and in the plainest loops: the oracle of the compiled form. */
  evaluate(inputs: readonly Values[], node: Tensor<A>): Values;
  /** @returns the ONNX name of the result. */
  lower(emit: Emitter, inputs: readonly string[], node: Tensor<A>): string;
  /** Multiplications and additions that the node takes; only convolutions and matrix products are counted. */
  flops?(node: Tensor<A>): number;
}

/** Applies one operation to tensors, and recognises the results. */
interface Apply<A extends Attributes> {
  (inputs: readonly Tensor[], attributes: A): Tensor;
  /** Whether the tensor is a result of this operation. */
  made(x: Tensor): x is Tensor<A>;
}

export function defineOp<A extends Attributes = Record<string, never>>(op: Op<A>): Apply<A> {
  // An op is only ever given nodes made with its own attributes, which the type of a general node cannot say.
  const erased = op as unknown as Op;
  const apply = (inputs: readonly Tensor[], attributes: A): Tensor => {
    const shape = op.shape(inputs, attributes);
    const node = { op: erased, inputs, attributes, shape, dtype: op.dtype ?? 'float' };
    return op.simplify?.(node) ?? node;
  };
  const made = (x: Tensor): x is Tensor<A> => x.op === erased;
  return Object.assign(apply, { made });
}

/** Number of elements. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((size, length) => size * length, 1);
}

/** Row-major strides in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}

/** The shape two tensors broadcast to (NumPy's rule). @throws Error naming both shapes if they do not. */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw new Error(`shapes [${a}] and [${b}] do not broadcast: axis ${axis} is ${left} and ${right}`);
    }
    return left === 1 ? right : left;
  });
}

/** All tensors that `outputs` need, each once, inputs before their users. Without recursion, as graphs may be deep. */
export function topologicalOrder(outputs: Iterable<Tensor>): Tensor[] {
  const order: Tensor[] = [];
  const seen = new Set<Tensor>();
  const stack: { node: Tensor; next: number }[] = [];
  for (const output of outputs) {
    if (seen.has(output)) continue;
    seen.add(output);
    stack.push({ node: output, next: 0 });
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const input = top.node.inputs[top.next++];
      if (input === undefined) {
        order.push(top.node);
        stack.pop();
      } else if (!seen.has(input)) {
        seen.add(input);
        stack.push({ node: input, next: 0 });
      }
    }
  }
  return order;
}
