// Trained networks ready to run: weights are constants of the graph, which lets ONNX Runtime prepare them once.
import { compileGraph } from '../graph/compile.ts';
import { interpret } from '../graph/interpreter.ts';
import * as ops from '../graph/ops.ts';
import type { Target } from '../graph/target.ts';
import { sizeOf } from '../graph/tensor.ts';
import type { Device } from '../runtime/device.ts';
import { openBoth } from '../runtime/opening.ts';
import { type OpenShape, Program } from '../runtime/program.ts';
import { type ClassifierArchitecture, classifier, classifierSpec } from './classifier.ts';
import { type EncoderArchitecture, encoder, encoderSpec } from './encoder.ts';
import type { GanArchitecture } from './gan-architecture.ts';
import { ganModel } from './gan-kinds.ts';
import type { GanModel } from './gan-model.ts';
import { normaliseLatents, seenLatents } from './latents.ts';
import { constants, type Weights } from './weights.ts';

/** Runs any number of rows through a network, in batches that keep memory small. */
export class BatchRunner {
  readonly #program: Program;
  readonly #batch: number;

  /** @param program takes `input` [n, …] and returns `output` [n, …], n being any number. @param batch rows at a time. */
  constructor(program: Program, batch: number) {
    this.#program = program;
    this.#batch = batch;
  }

  /** @param rows any number of them, row-major. @throws UserError once it is released. */
  async run(rows: Float32Array): Promise<Float32Array<ArrayBuffer>> {
    const inputSize = rowSize(this.#program.inputs.get('input')!);
    const outputSize = rowSize(this.#program.outputs.get('output')!);
    const count = rows.length / inputSize;
    const result = new Float32Array(count * outputSize);
    for (let start = 0; start < count; start += this.#batch) {
      // A copy, since ONNX Runtime for Node takes no memory that threads share.
      const input = rows.slice(start * inputSize, (start + this.#batch) * inputSize);
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

/**
 * @returns an `.onnx` file: `input` latents for editing, [n, d] or, of several layers, [n, layers, d] → `output` images
 *   [n, 3, R, R], for any n.
 */
export function generatorOnnx(architecture: GanArchitecture, weights: Weights, target: Target): Uint8Array {
  const model = ganModel(architecture);
  const parameters = constants(model.finishedSpec(), weights);
  const { latentSize } = architecture;
  const latents = ops.input('input', model.layers === 1 ? [1, latentSize] : [1, model.layers, latentSize]);
  const output = model.generate(parameters, latents);
  return compileGraph({ output }, target, 'batch');
}

/** @param z ~ N(0, I), [n, d]. @returns latents for editing, [n, d]. */
export type LatentMapping = (z: Float32Array) => Float32Array;

/**
 * On the sphere the identity, or the length √d for a generator that takes raw latents; else the mapping. The interpreter
 * runs it: two small layers are quick in plain loops, and without a promise an edit stays a plain function of a seed.
 */
export function latentMapping(architecture: GanArchitecture, weights: Weights): LatentMapping {
  const model = ganModel(architecture);
  const { latentSize: d } = architecture;
  if (model.geometry === 'sphere') return model.normalisesLatents ? z => z : z => normaliseLatents(z, d);
  const parameters = constants(model.finishedSpec(), weights, 'float64');
  const latent = model.map(parameters, ops.input('z', [1, d]));
  return z => {
    const latents = new Float32Array(z.length);
    for (let at = 0; at < z.length; at += d) latents.set(interpret([latent], { z: z.subarray(at, at + d) })[0]!, at);
    return latents;
  };
}

/** @returns an `.onnx` file: `input` z ~ N(0, I), [n, d] → `output` latents for editing [n, d], for any n. */
export function mappingOnnx(architecture: GanArchitecture, weights: Weights, target: Target): Uint8Array {
  const model = ganModel(architecture);
  const parameters = constants(model.finishedSpec(), weights);
  const output = model.map(parameters, ops.input('input', [1, architecture.latentSize]));
  return compileGraph({ output }, target, 'batch');
}

/**
 * @param part `classifier` for logits, `classifierFeatures` for features.
 * @returns an `.onnx` file: `input` images [n, 3, R, R] in [-1, 1] → `output` logits [n, attributes] or features [n, F],
 *   for any n.
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
  return compileGraph({ output }, target, 'batch');
}

/** @returns an `.onnx` file: `input` images [n, 3, R, R] in [-1, 1] → `output` latents [n, layers, d], for any n. */
export function encoderOnnx(architecture: EncoderArchitecture, weights: Weights, target: Target): Uint8Array {
  const { resolution } = architecture;
  const images = ops.input('input', [1, 3, resolution, resolution]);
  const output = encoder(architecture, constants(encoderSpec(architecture), weights), images).latents;
  return compileGraph({ output }, target, 'batch');
}

/** A finished generator ready to run. */
export class GeneratorRunner {
  readonly model: GanModel;
  readonly #mapping: BatchRunner | undefined;
  readonly #synthesis: BatchRunner;

  constructor(model: GanModel, mapping: BatchRunner | undefined, synthesis: BatchRunner) {
    this.model = model;
    this.#mapping = mapping;
    this.#synthesis = synthesis;
  }

  /** @param z [n, d] ~ N(0, I). @returns latents for editing, [n, d]. */
  async map(z: Float32Array): Promise<Float32Array> {
    const { geometry, architecture } = this.model;
    return this.#mapping?.run(z) ?? seenLatents(z, architecture.latentSize, geometry);
  }

  /** @param latents for editing: [n, d], or of several layers [n, layers, d]. @returns images [n, 3, R, R]. */
  async generate(latents: Float32Array, rows: 'one' | 'layers' = 'one'): Promise<Float32Array<ArrayBuffer>> {
    const { layers, architecture } = this.model;
    const repeated = rows === 'one' && layers > 1 ? repeatRows(latents, architecture.latentSize, layers) : latents;
    return this.#synthesis.run(repeated);
  }

  async release(): Promise<void> {
    await this.#mapping?.release();
    await this.#synthesis.release();
  }
}

/** @param latents [n, d]. @returns [n, times, d]. */
export function repeatRows(latents: Float32Array, size: number, times: number): Float32Array<ArrayBuffer> {
  const repeated = new Float32Array(latents.length * times);
  for (let row = 0; row * size < latents.length; row++) {
    const values = latents.subarray(row * size, (row + 1) * size);
    for (let time = 0; time < times; time++) repeated.set(values, (row * times + time) * size);
  }
  return repeated;
}

/** @param batch images made at a time. */
export async function generatorRunner(
  device: Device,
  architecture: GanArchitecture,
  weights: Weights,
  batch: number,
): Promise<GeneratorRunner> {
  const open = async (bytes: Uint8Array) => new BatchRunner(await Program.open(device, bytes), batch);
  const model = ganModel(architecture);
  const [synthesis, mapping] = await openBoth(open(generatorOnnx(architecture, weights, device.target)), async () =>
    model.geometry === 'linear' ? open(mappingOnnx(architecture, weights, device.target)) : undefined,
  );
  return new GeneratorRunner(model, mapping, synthesis);
}

/**
 * Images [n, 3, R, R] in [-1, 1] → logits [n, attributes], or features [n, F]. @param batch images at a time.
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
