// Refines the latent that the encoder found, its rows close together: gradient steps until its face is more like the photo.

import { meanRow } from '../../editing/distances.ts';
import { gradients } from '../../graph/gradient.ts';
import * as ops from '../../graph/ops.ts';
import { sizeOf, type Tensor } from '../../graph/tensor.ts';
import { ganModel } from '../../models/gan-kinds.ts';
import { repeatRows } from '../../models/inference.ts';
import { type LikenessWeights, likeness, onlookerOf, unlikeness } from '../../models/likeness.ts';
import { constants } from '../../models/weights.ts';
import { adamSpecs, adamUpdates } from '../../nn/adam.ts';
import type { Device } from '../../runtime/device.ts';
import { Program, type ProgramDefinition } from '../../runtime/program.ts';
import { StateStore } from '../../runtime/state.ts';
import { halfCosine } from '../../training/half-cosine.ts';
import { type InversionNetworks, tell, type Watch } from './networks.ts';

interface RefineSettings {
  readonly steps: number;
  /** Highest rate of Adam, in σ of the latent; it falls to zero along a half cosine. */
  readonly learningRate: number;
  readonly likeness: LikenessWeights;
  /** Weight of the mean square of the rows' mean: far out, edits fall apart. */
  readonly prior: number;
  /** Weight of the mean square of what rows differ by from their mean: directions are fitted where rows are alike. */
  readonly offsets: number;
}

export const refineSettings: RefineSettings = {
  steps: 80,
  learningRate: 0.1,
  likeness: { pixels: 10, features: 0.5 },
  prior: 0.01,
  offsets: 1,
};

/** The picture to be like, and the classifier's features of it. */
export interface Target {
  /** [3, R, R] in [-1, 1]. */
  readonly image: Float32Array;
  /** [F]. */
  readonly features: Float32Array;
}

const names = { latent: 'latent', adam: 'latentAdam' } as const;
const adam = { beta1: 0.9, beta2: 0.99 } as const;

/** One step. Fed: `target` [1, 3, R, R], `features` [1, F], `learningRate`. The state holds the latent, [1, layers, d]. */
function refineStep({ generator, classifier }: InversionNetworks, featureCount: number): ProgramDefinition {
  const { likeness: weights, prior, offsets } = refineSettings;
  const model = ganModel(generator.architecture);
  const { resolution, latentSize } = model.architecture;
  const latent = ops.input(names.latent, [1, model.layers, latentSize]);
  const images = model.generate(constants(model.finishedSpec(), generator.weights), latent);
  const target = {
    images: ops.input('target', [1, 3, resolution, resolution]),
    features: ops.input('features', [1, featureCount]),
  };
  const alike = likeness(onlookerOf(classifier), images, target);
  const common = ops.mean(latent, [1], true);
  const distance = ops.mul(ops.mean(ops.square(common)), prior);
  const spread = ops.mul(ops.mean(ops.square(ops.sub(latent, common))), offsets);
  const loss = ops.add(unlikeness(alike, weights), ops.add(distance, spread));
  const parameters = new Map<string, Tensor>([[names.latent, latent]]);
  const slopes = gradients(loss, [latent]);
  return {
    outputs: { loss },
    updates: adamUpdates(parameters, slopes, ops.input('learningRate', []), names.adam, adam),
  };
}

export class Refiner {
  readonly #device: Device;
  readonly #program: Program;
  readonly #layers: number;

  private constructor(device: Device, program: Program, layers: number) {
    this.#device = device;
    this.#program = program;
    this.#layers = layers;
  }

  /** @param featureCount numbers that the classifier sees a face by. */
  static async open(device: Device, networks: InversionNetworks, featureCount: number): Promise<Refiner> {
    const { layers } = ganModel(networks.generator.architecture);
    const program = await Program.compile(device, refineStep(networks, featureCount));
    return new Refiner(device, program, layers);
  }

  /**
   * @param encoded [layers, d]; the search sets out from the mean of its rows.
   * @returns the refined latent [layers, d]. @throws what `watch.signal` was aborted with.
   */
  async refine(target: Target, encoded: Float32Array, watch: Watch = {}): Promise<Float32Array> {
    const { steps, learningRate } = refineSettings;
    const size = encoded.length / this.#layers;
    const shape = [1, this.#layers, size];
    const state = new StateStore(this.#device);
    state.set(names.latent, shape, repeatRows(Float32Array.from(meanRow(encoded, size)), size, this.#layers));
    const spec = new Map([[names.latent, { shape, deviation: 0 }]]);
    for (const [name, { shape }] of adamSpecs(spec, names.adam, adam)) {
      state.set(name, shape, new Float32Array(sizeOf(shape)));
    }
    const fed = { target: target.image, features: target.features };
    await tell(watch, 'refine', 0, steps);
    for (let step = 0; step < steps; step++) {
      const rate = learningRate * halfCosine(step / steps);
      await this.#program.run({ ...fed, learningRate: Float32Array.of(rate) }, state);
      await tell(watch, 'refine', step + 1, steps);
    }
    return state.copy(names.latent).data;
  }

  async release(): Promise<void> {
    await this.#program.release();
  }
}
