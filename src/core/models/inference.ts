// Trained networks ready to run: weights are constants of the graph, which lets ONNX Runtime prepare them once.
import type { NdArray } from '../formats/nd-array.ts';
import { compileGraph } from '../graph/compile.ts';
import type { Target } from '../graph/emitter.ts';
import * as ops from '../graph/ops.ts';
import { sizeOf } from '../graph/tensor.ts';
import { mapTree, type ParameterSpec, type Parameters, type Tree } from '../graph/tree.ts';
import type { Device } from '../runtime/device.ts';
import { type OpenShape, Program } from '../runtime/program.ts';
import type { GanArchitecture } from './channels.ts';
import { type ClassifierArchitecture, classifier, classifierSpec } from './classifier.ts';
import { generator, generatorSpec } from './generator.ts';

/** Values of a parameter by its path in the network's spec. */
export type Weights = Readonly<Record<string, NdArray<Float32Array>>>;

function constants<T extends Tree<ParameterSpec>>(tree: T, weights: Weights): Parameters<T> {
  return mapTree(
    tree,
    ({ shape }: ParameterSpec, path) => {
      const known = weights[path.slice(1)];
      if (known === undefined) throw new Error(`no weights for ${path.slice(1)}`);
      return ops.constant(known.data, shape);
    },
    '',
  );
}

/** Runs rows of one size through a network, so many at a time that memory stays small. */
export class BatchRunner {
  readonly #program: Program;
  readonly #batch: number;

  /** @param program takes `input` [n, …] and returns `output` [n, …], n being any number. @param batch rows at a time. */
  constructor(program: Program, batch: number) {
    this.#program = program;
    this.#batch = batch;
  }

  /** @param rows any number of them, row-major. */
  async run(rows: Float32Array): Promise<Float32Array<ArrayBuffer>> {
    const inputSize = rowSize(this.#program.inputs.get('input')!);
    const outputSize = rowSize(this.#program.outputs.get('output')!);
    const count = rows.length / inputSize;
    const result = new Float32Array(count * outputSize);
    for (let start = 0; start < count; start += this.#batch) {
      const input = rows.subarray(start * inputSize, (start + this.#batch) * inputSize);
      const { output } = await this.#program.run({ input });
      result.set(output!, start * outputSize);
    }
    return result;
  }

  async release(): Promise<void> {
    await this.#program.release();
  }
}

/** Numbers in one row of [n, …]. */
function rowSize(shape: OpenShape): number {
  return sizeOf(shape.slice(1) as number[]);
}

/** @returns an `.onnx` file: `input` latents [n, d] → `output` images [n, 3, R, R], for any n. */
export function generatorOnnx(architecture: GanArchitecture, weights: Weights, target: Target): Uint8Array {
  const parameters = constants(generatorSpec(architecture, architecture.resolution, true), weights);
  const z = ops.input('input', [1, architecture.latentSize]);
  const output = generator(architecture, parameters, z);
  return compileGraph({ output }, target, 'batch').bytes;
}

/**
 * @param part what of the classifier is computed. @returns an `.onnx` file: `input` images [n, 3, R, R] in [-1, 1] →
 *   `output` logits [n, 40] or features [n, F], for any n.
 */
export function classifierOnnx(
  architecture: ClassifierArchitecture,
  weights: Weights,
  target: Target,
  part: typeof classifier = classifier,
): Uint8Array {
  const { resolution } = architecture;
  const parameters = constants(classifierSpec(architecture), weights);
  const output = part(architecture, parameters, ops.input('input', [1, 3, resolution, resolution]));
  return compileGraph({ output }, target, 'batch').bytes;
}

/** Latents [n, d] → images [n, 3, R, R]. @param batch images made at a time. */
export async function generatorRunner(
  device: Device,
  architecture: GanArchitecture,
  weights: Weights,
  batch: number,
): Promise<BatchRunner> {
  const bytes = generatorOnnx(architecture, weights, device.target);
  return new BatchRunner(await Program.open(device, bytes), batch);
}

/**
 * Images [n, 3, R, R] in [-1, 1] → logits [n, 40], or features [n, F]. @param batch images at a time.
 * @param part see `classifierOnnx`.
 */
export async function classifierRunner(
  device: Device,
  architecture: ClassifierArchitecture,
  weights: Weights,
  batch: number,
  part: typeof classifier = classifier,
): Promise<BatchRunner> {
  const bytes = classifierOnnx(architecture, weights, device.target, part);
  return new BatchRunner(await Program.open(device, bytes), batch);
}
