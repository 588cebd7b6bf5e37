// Trained networks ready to run: weights are constants of the graph, which lets ONNX Runtime prepare them once.
import type { NdArray } from '../formats/nd-array.ts';
import * as ops from '../graph/ops.ts';
import { mapTree, type ParameterSpec, type Parameters, type Tree } from '../graph/tree.ts';
import type { Device } from '../runtime/device.ts';
import { Program } from '../runtime/program.ts';
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

/** Runs rows of one size through a program that takes a fixed number of them at a time. */
export class BatchRunner {
  readonly #program: Program;
  readonly #batch: number;
  readonly #inputSize: number;
  readonly #outputSize: number;

  /** @param program takes `input` [batch, …] and returns `output` [batch, …]. */
  constructor(program: Program) {
    this.#program = program;
    const [batch, ...input] = program.graph.inputs.get('input')!;
    this.#batch = batch!;
    this.#inputSize = input.reduce((size, length) => size * length, 1);
    this.#outputSize = program.graph.outputs
      .get('output')!
      .slice(1)
      .reduce((size, length) => size * length, 1);
  }

  /** @param rows any number of them, row-major; the last batch is filled up with zeros that are thrown away. */
  async run(rows: Float32Array): Promise<Float32Array<ArrayBuffer>> {
    const count = rows.length / this.#inputSize;
    const result = new Float32Array(count * this.#outputSize);
    for (let start = 0; start < count; start += this.#batch) {
      const end = Math.min(count, start + this.#batch);
      const input = new Float32Array(this.#batch * this.#inputSize);
      input.set(rows.subarray(start * this.#inputSize, end * this.#inputSize));
      const { output } = await this.#program.run({ input });
      result.set(output!.subarray(0, (end - start) * this.#outputSize), start * this.#outputSize);
    }
    return result;
  }

  async release(): Promise<void> {
    await this.#program.release();
  }
}

/** Latents [n, d] → images [n, 3, R, R]. */
export async function generatorRunner(
  device: Device,
  architecture: GanArchitecture,
  weights: Weights,
  batch: number,
): Promise<BatchRunner> {
  const parameters = constants(generatorSpec(architecture), weights);
  const z = ops.input('input', [batch, architecture.latentSize]);
  const output = generator(parameters, z, architecture.resolution, undefined);
  return new BatchRunner(await Program.compile(device, { outputs: { output } }));
}

/** Images [n, 3, R, R] in [-1, 1] → logits [n, 40]. */
export async function classifierRunner(
  device: Device,
  architecture: ClassifierArchitecture,
  weights: Weights,
  batch: number,
): Promise<BatchRunner> {
  const { resolution } = architecture;
  const parameters = constants(classifierSpec(architecture), weights);
  const output = classifier(parameters, ops.input('input', [batch, 3, resolution, resolution]));
  return new BatchRunner(await Program.compile(device, { outputs: { output } }));
}
