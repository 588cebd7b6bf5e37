// What an operation may say while it is lowered to ONNX; the compiler listens.
import type { OnnxAttribute } from './onnx-format.ts';
import type { Shape } from './tensor.ts';

/** What the device that will run the graph can do; a lowering may choose by it. */
export interface Target {
  /** Whether `com.microsoft.FusedMatMul` exists: a matrix product that reads its operands transposed. */
  readonly fusedMatMul: boolean;
  /** How weights are stored in the file; left out: float32. The runtime brings halves back to float32 on opening it. */
  readonly weights?: WeightPrecision;
}

/** NumPy's names. */
export type WeightPrecision = 'float32' | 'float16';

export interface Emitter {
  readonly target: Target;
  /** Adds a node with one output. @returns the output's name. */
  node(type: string, inputs: readonly string[], attributes?: Record<string, OnnxAttribute>, domain?: string): string;
  /** A constant of whole numbers, for axes, shapes and bounds. @returns its name. */
  integers(values: readonly number[]): string;
  /** A float constant. @returns its name. */
  floats(values: ArrayLike<number>, shape: Shape): string;
}
