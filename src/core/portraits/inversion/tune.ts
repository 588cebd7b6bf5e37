// Tunes the generator to one photo with the latent fixed (pivotal tuning, Roich et al. 2021), other faces staying as they are.
import { gradients } from '../../graph/gradient.ts';
import { inputName } from '../../graph/ops/leaf.ts';
import * as ops from '../../graph/ops.ts';
import { sizeOf, type Tensor, topologicalOrder } from '../../graph/tensor.ts';
import { flattenTree, type ParameterSpec, parameterInputs } from '../../graph/tree.ts';
import type { Random } from '../../math/random.ts';
import { ganModel } from '../../models/gan-kinds.ts';
import type { GanModel, TensorTree } from '../../models/gan-model.ts';
import { type LatentMapping, repeatRows } from '../../models/inference.ts';
import { sampleLatents } from '../../models/latents.ts';
import { type LikenessWeights, likeness, onlookerOf, unlikeness } from '../../models/likeness.ts';
import { constants, type Weights } from '../../models/weights.ts';
import { adamSpecs, adamUpdates } from '../../nn/adam.ts';
import type { Device } from '../../runtime/device.ts';
import { Program, type ProgramDefinition } from '../../runtime/program.ts';
import { StateStore } from '../../runtime/state.ts';
import { halfCosine } from '../../training/half-cosine.ts';
import { type InversionNetworks, tell, type Watch } from './networks.ts';
import type { Target } from './refine.ts';

interface TuneSettings {
  readonly steps: number;
  /** Highest rate of Adam; it falls to zero along a half cosine. */
  readonly learningRate: number;
  readonly likeness: LikenessWeights;
  /** Weight of the mean squared change of another face. */
  readonly locality: number;
  /** How far from the photo's latent the other faces are, as a share of the way to faces drawn at random. */
  readonly interpolation: number;
}

export const tuneSettings: TuneSettings = {
  steps: 56,
  learningRate: 0.004,
  likeness: { pixels: 20, features: 0.3 },
  locality: 8,
  interpolation: 0.5,
};

const names = { generator: 'generator', adam: 'generatorAdam' } as const;
const adam = { beta1: 0.9, beta2: 0.99 } as const;

/** The generator's parameters as inputs, by name, but for those that its images do not depend on. */
function tunable(model: GanModel, latents: Tensor) {
  const tree = parameterInputs(model.finishedSpec(), names.generator) as TensorTree;
  const images = model.generate(tree, latents);
  const used = new Set(topologicalOrder([images]).map(inputName));
  const parameters = new Map([...flattenTree<Tensor>(tree, names.generator)].filter(([name]) => used.has(name)));
  return { images, parameters };
}

/** One step. Fed: `target` [1, 3, R, R], `features` [1, F], `latents` [2, layers, d] (photo, other face), `learningRate`. */
function tuneStep({ generator, classifier }: InversionNetworks, featureCount: number): ProgramDefinition {
  const { likeness: weights, locality } = tuneSettings;
  const model = ganModel(generator.architecture);
  const { resolution, latentSize } = model.architecture;
  const size = [1, 3, resolution, resolution];
  const latents = ops.input('latents', [2, model.layers, latentSize]);
  const { images, parameters } = tunable(model, latents);
  const [photo, other] = [0, 1].map(at => ops.slice(images, [at, 0, 0, 0], size)) as [Tensor, Tensor];
  const otherLatent = ops.slice(latents, [1, 0, 0], [1, model.layers, latentSize]);
  const asItWas = model.generate(constants(model.finishedSpec(), generator.weights), otherLatent);
  const target = { images: ops.input('target', size), features: ops.input('features', [1, featureCount]) };
  const alike = likeness(onlookerOf(classifier), photo, target);
  const changed = ops.mean(ops.square(ops.sub(other, asItWas)));
  const loss = ops.add(unlikeness(alike, weights), ops.mul(changed, locality));
  const slopes = gradients(loss, [...parameters.values()]);
  return {
    outputs: { loss },
    updates: adamUpdates(parameters, slopes, ops.input('learningRate', []), names.adam, adam),
  };
}

export class Tuner {
  readonly #device: Device;
  readonly #program: Program;
  readonly #networks: InversionNetworks;
  readonly #map: LatentMapping;

  private constructor(device: Device, program: Program, networks: InversionNetworks, map: LatentMapping) {
    this.#device = device;
    this.#program = program;
    this.#networks = networks;
    this.#map = map;
  }

  /** @param map of the generator. @param featureCount numbers that the classifier sees a face by. */
  static async open(
    device: Device,
    networks: InversionNetworks,
    map: LatentMapping,
    featureCount: number,
  ): Promise<Tuner> {
    const program = await Program.compile(device, tuneStep(networks, featureCount));
    return new Tuner(device, program, networks, map);
  }

  /**
   * @param latent [layers, d] of the photo. @param random draws the other faces.
   * @returns the tuned weights, without those that images do not depend on.
   * @throws what `watch.signal` was aborted with.
   */
  async tune(target: Target, latent: Float32Array, random: Random, watch: Watch = {}): Promise<Weights> {
    const { steps, learningRate, interpolation } = tuneSettings;
    const { generator } = this.#networks;
    const model = ganModel(generator.architecture);
    const state = this.#start(model);
    const d = model.architecture.latentSize;
    const latents = new Float32Array(2 * latent.length);
    latents.set(latent);
    await tell(watch, 'tune', 0, steps);
    for (let step = 0; step < steps; step++) {
      const drawn = repeatRows(this.#map(sampleLatents(random, 1, d)), d, model.layers);
      latents.set(
        drawn.map((value, at) => latent[at]! + interpolation * (value - latent[at]!)),
        latent.length,
      );
      const rate = Float32Array.of(learningRate * halfCosine(step / steps));
      const fed = { target: target.image, features: target.features, latents, learningRate: rate };
      await this.#program.run(fed, state);
      await tell(watch, 'tune', step + 1, steps);
    }
    const tuned = state.names().filter(name => name.startsWith(`${names.generator}/`));
    return Object.fromEntries(tuned.map(name => [name.slice(names.generator.length + 1), state.copy(name)]));
  }

  /** The generator as it is, and an optimiser at rest. */
  #start(model: GanModel): StateStore {
    const state = new StateStore(this.#device);
    const specs = flattenTree<ParameterSpec>(model.finishedSpec(), names.generator);
    const tuned = new Map([...specs].filter(([name]) => this.#program.inputs.has(name)));
    for (const [name, { shape }] of tuned) {
      state.set(name, shape, this.#networks.generator.weights[name.slice(names.generator.length + 1)]!.data);
    }
    for (const [name, { shape }] of adamSpecs(tuned, names.adam, adam)) {
      state.set(name, shape, new Float32Array(sizeOf(shape)));
    }
    return state;
  }

  async release(): Promise<void> {
    await this.#program.release();
  }
}
