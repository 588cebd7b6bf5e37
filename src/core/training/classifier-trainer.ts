// Trains the attribute classifier: loss on 40 outputs, Adam with a cosine schedule, a moving average that is kept.
import { attributeNames } from '../attributes.ts';
import type { NdArray } from '../formats/nd-array.ts';
import { gradients } from '../graph/gradient.ts';
import * as ops from '../graph/ops.ts';
import type { Tensor } from '../graph/tensor.ts';
import { flattenTree, parameterInputs } from '../graph/tree.ts';
import { createRandom, type Random, type RandomState, restoreRandom } from '../math/random.ts';
import { type ClassifierArchitecture, classifier, classifierSpec } from '../models/classifier.ts';
import { adamSpecs, adamUpdates, movingAverage } from '../nn/adam.ts';
import { initialValues } from '../nn/initialise.ts';
import type { Device } from '../runtime/device.ts';
import { Program, type ProgramDefinition } from '../runtime/program.ts';
import { StateStore } from '../runtime/state.ts';
import { EpochSampler, type ImageSet, normalisedBatch, type SamplerState } from './image-source.ts';

export interface ClassifierTrainingConfig {
  readonly architecture: ClassifierArchitecture;
  /** `mse` on the probabilities (the report's) or `bce`, cross-entropy. */
  readonly loss: 'mse' | 'bce';
  readonly minibatch: number;
  /** Passes over the training images. */
  readonly epochs: number;
  /** The highest rate; it falls to zero along a half cosine. */
  readonly learningRate: number;
  readonly seed: number;
}

/** All that a bit-equal resume needs beside the tensors. */
export interface ClassifierProgress {
  readonly steps: number;
  readonly random: RandomState;
  readonly sampler: SamplerState;
}

export interface ClassifierCheckpoint {
  readonly tensors: Readonly<Record<string, NdArray<Float32Array>>>;
  readonly progress: ClassifierProgress;
}

const names = { parameters: 'classifier', average: 'classifierEma', adam: 'classifierAdam' } as const;
const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;
/** Of the moving average, per step; it warms up over the first steps. */
const averageDecay = 0.995;

/** @param logits, labels [N, 40], labels 0 or 1. @returns the mean over images and attributes. */
export function classifierLoss(kind: 'mse' | 'bce', logits: Tensor, labels: Tensor): Tensor {
  if (kind === 'mse') return ops.mean(ops.square(ops.sub(ops.sigmoid(logits), labels)));
  return ops.mean(ops.sub(ops.softplus(logits), ops.mul(logits, labels)));
}

/** One step. Fed: `images` [N, 3, R, R], `labels` [N, 40], `learningRate`, `emaDecay`. */
export function classifierStep({ architecture, loss, minibatch }: ClassifierTrainingConfig): ProgramDefinition {
  const { resolution } = architecture;
  const tree = parameterInputs(classifierSpec(architecture), names.parameters);
  const parameters = flattenTree<Tensor>(tree, names.parameters);
  const logits = classifier(tree, ops.input('images', [minibatch, 3, resolution, resolution]));
  const value = classifierLoss(loss, logits, ops.input('labels', [minibatch, attributeNames.length]));
  const slopes = gradients(value, [...parameters.values()]);
  const updates = adamUpdates(parameters, slopes, ops.input('learningRate', []), names.adam, adam);
  for (const [name, { shape }] of parameters) {
    const average = averageName(name);
    updates[average] = movingAverage(ops.input(average, shape), updates[name]!, ops.input('emaDecay', []));
  }
  return { outputs: { loss: value }, updates };
}

function averageName(name: string): string {
  return names.average + name.slice(names.parameters.length);
}

export class ClassifierTrainer {
  readonly #config: ClassifierTrainingConfig;
  readonly #images: ImageSet;
  readonly #labels: Uint8Array;
  readonly #state: StateStore;
  readonly #random: Random;
  readonly #sampler: EpochSampler;
  readonly #program: Program;
  #steps: number;

  private constructor(
    config: ClassifierTrainingConfig,
    images: ImageSet,
    labels: Uint8Array,
    state: StateStore,
    program: Program,
    progress: ClassifierProgress,
  ) {
    this.#config = config;
    this.#images = images;
    this.#labels = labels;
    this.#state = state;
    this.#program = program;
    this.#random = restoreRandom(progress.random);
    this.#sampler = new EpochSampler(images.count, progress.sampler);
    this.#steps = progress.steps;
  }

  /** @param labels [count, 40], 0 or 1, in the order of the images. @param checkpoint where to go on from. */
  static async create(
    device: Device,
    config: ClassifierTrainingConfig,
    images: ImageSet,
    labels: Uint8Array,
    checkpoint: ClassifierCheckpoint = start(config),
  ) {
    const state = new StateStore(device);
    for (const [name, { shape, data }] of Object.entries(checkpoint.tensors)) state.set(name, shape, data);
    const program = await Program.compile(device, classifierStep(config));
    return new ClassifierTrainer(config, images, labels, state, program, checkpoint.progress);
  }

  get steps(): number {
    return this.#steps;
  }

  get totalSteps(): number {
    return Math.ceil((this.#config.epochs * this.#images.count) / this.#config.minibatch);
  }

  /** @returns the loss. @throws RangeError naming the step when it is no longer a number. */
  async step(): Promise<number> {
    const { minibatch, learningRate } = this.#config;
    const indices = this.#sampler.next(minibatch);
    const labels = new Float32Array(minibatch * attributeNames.length);
    indices.forEach((index, at) => {
      const from = index * attributeNames.length;
      labels.set(this.#labels.subarray(from, from + attributeNames.length), at * attributeNames.length);
    });
    const images = normalisedBatch(this.#images, indices, () => this.#random.uniform() < 0.5);
    const rate = (learningRate / 2) * (1 + Math.cos((Math.PI * this.#steps) / this.totalSteps));
    const decay = Math.min(averageDecay, this.#steps / (this.#steps + 10));
    const feeds = { images, labels, learningRate: Float32Array.of(rate), emaDecay: Float32Array.of(decay) };
    const { loss } = await this.#program.run(feeds, this.#state);
    this.#steps++;
    if (!Number.isFinite(loss![0])) throw new RangeError(`the classifier's loss is ${loss![0]} at step ${this.#steps}`);
    return loss![0]!;
  }

  /** A copy of all that is needed to go on from here. */
  checkpoint(): ClassifierCheckpoint {
    const tensors = Object.fromEntries(this.#state.names().map(name => [name, this.#state.copy(name)]));
    const progress = { steps: this.#steps, random: this.#random.state(), sampler: this.#sampler.state() };
    return { tensors, progress };
  }

  /** The moving average of the parameters, by their path in `classifierSpec`. */
  weights(): Record<string, NdArray<Float32Array>> {
    const prefix = `${names.average}/`;
    const averages = this.#state.names().filter(name => name.startsWith(prefix));
    return Object.fromEntries(averages.map(name => [name.slice(prefix.length), this.#state.copy(name)]));
  }

  async release(): Promise<void> {
    await this.#program.release();
  }
}

/** The state before the first step: initial values, their average, and optimisers at rest. */
function start(config: ClassifierTrainingConfig): ClassifierCheckpoint {
  const random = createRandom(config.seed);
  const specs = flattenTree(classifierSpec(config.architecture), names.parameters);
  const tensors: Record<string, NdArray<Float32Array>> = {};
  for (const [name, spec] of specs) {
    const value = { shape: spec.shape, data: initialValues(spec, random) };
    tensors[name] = value;
    tensors[averageName(name)] = value;
  }
  for (const [name, spec] of adamSpecs(specs, names.adam, adam)) {
    tensors[name] = { shape: spec.shape, data: initialValues(spec, random) };
  }
  const sampler = { epoch: createRandom(config.seed, 1).state(), position: 0 };
  return { tensors, progress: { steps: 0, random: createRandom(config.seed, 2).state(), sampler } };
}
