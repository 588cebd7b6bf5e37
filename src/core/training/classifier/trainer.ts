// Trains the attribute classifier: loss on one output an attribute, Adam with weight decay and a cosine schedule, a moving average that
// is kept where it was best on the validation images.
import type { NdArray } from '../../formats/nd-array.ts';
import * as ops from '../../graph/ops.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { flattenTree, parameterInputs } from '../../graph/tree.ts';
import { type Augmentation, augmentedBatch } from '../../images/augmentation.ts';
import type { ImageSet } from '../../images/image-set.ts';
import { createRandom } from '../../math/random.ts';
import { streams } from '../../math/streams.ts';
import { type ClassifierArchitecture, classifier, classifierSpec } from '../../models/classifier.ts';
import type { Device } from '../../runtime/device.ts';
import { Program, type ProgramDefinition } from '../../runtime/program.ts';
import { averageDecayAt, averagedUpdates, firstTensors } from '../averaged-adam.ts';
import { halfCosine } from '../half-cosine.ts';
import { DivergenceError, type Tensors, type TrainingProgress, TrainingState } from '../training-state.ts';
import { type ClassifierLossName, classifierLosses } from './losses.ts';

export interface ClassifierTrainingConfig {
  readonly architecture: ClassifierArchitecture;
  readonly loss: ClassifierLossName;
  readonly minibatch: number;
  /** Passes over the training images. */
  readonly epochs: number;
  /** The highest rate; it falls to zero along a half cosine. */
  readonly learningRate: number;
  /** Share of each weight (not of biases) that a step at rate 1 would take away (Loshchilov & Hutter 2019). */
  readonly weightDecay: number;
  readonly augmentation: Augmentation;
  /** Epochs without a lower validation loss after which it stops; 0 never stops early. */
  readonly patience: number;
  readonly seed: number;
}

/** All that a bit-equal resume needs beside the tensors. */
export interface ClassifierProgress extends TrainingProgress {
  /** The lowest validation loss so far and the step after which it was measured. */
  readonly best?: { readonly loss: number; readonly steps: number } | undefined;
}

export interface ClassifierCheckpoint {
  readonly tensors: Tensors;
  readonly progress: ClassifierProgress;
}

const averagedAdam = {
  names: { parameters: 'classifier', average: 'classifierEma', adam: 'classifierAdam' },
  beta1: 0.9,
  beta2: 0.999,
} as const;

/** Prefix of the moving average that was best. */
const bestPrefix = 'classifierBest';

/** One step. Fed: `images` [N, 3, R, R], `labels` [N, attributes], `learningRate`, `emaDecay`. */
function classifierStep(config: ClassifierTrainingConfig): ProgramDefinition {
  const { architecture, loss: lossName, minibatch, weightDecay } = config;
  const { resolution } = architecture;
  const { parameters: prefix } = averagedAdam.names;
  const tree = parameterInputs(classifierSpec(architecture), prefix);
  const logits = classifier(architecture, tree, ops.input('images', [minibatch, 3, resolution, resolution]));
  const labels = ops.input('labels', [minibatch, architecture.attributes.length]);
  const loss = classifierLosses[lossName].graph(logits, labels);
  return {
    outputs: { loss },
    updates: averagedUpdates(averagedAdam, flattenTree<Tensor>(tree, prefix), loss, weightDecay),
  };
}

/** The state before the first step, by the seed. */
function tensorsOf({ architecture, seed }: ClassifierTrainingConfig): Tensors {
  const specs = flattenTree(classifierSpec(architecture), averagedAdam.names.parameters);
  return firstTensors(averagedAdam, specs, createRandom(seed, streams.trainClassifier.initialWeights));
}

export class ClassifierTrainer {
  readonly #config: ClassifierTrainingConfig;
  readonly #images: ImageSet;
  readonly #labels: Uint8Array;
  readonly #state: TrainingState;
  readonly #program: Program;
  #best: ClassifierProgress['best'];

  private constructor(
    config: ClassifierTrainingConfig,
    images: ImageSet,
    labels: Uint8Array,
    state: TrainingState,
    program: Program,
    best: ClassifierProgress['best'],
  ) {
    this.#config = config;
    this.#images = images;
    this.#labels = labels;
    this.#state = state;
    this.#program = program;
    this.#best = best;
  }

  /** @param labels [count, attributes], 0 or 1, in the order of the images. @param checkpoint where to go on from. */
  static async create(
    device: Device,
    config: ClassifierTrainingConfig,
    images: ImageSet,
    labels: Uint8Array,
    checkpoint?: ClassifierCheckpoint,
  ) {
    const start = { seed: config.seed, streams: streams.trainClassifier, images: images.count };
    const state = new TrainingState(device, start, checkpoint?.tensors ?? tensorsOf(config), checkpoint?.progress);
    const program = await Program.compile(device, classifierStep(config));
    return new ClassifierTrainer(config, images, labels, state, program, checkpoint?.progress.best);
  }

  get steps(): number {
    return this.#state.steps;
  }

  get totalSteps(): number {
    return Math.ceil((this.#config.epochs * this.#images.count) / this.#config.minibatch);
  }

  get stepsAnEpoch(): number {
    return Math.ceil(this.#images.count / this.#config.minibatch);
  }

  /** All epochs are through, or too many went by without a better validation loss. */
  get finished(): boolean {
    const { patience } = this.#config;
    const waited = this.steps - (this.#best?.steps ?? this.steps);
    return this.steps >= this.totalSteps || (patience > 0 && waited >= patience * this.stepsAnEpoch);
  }

  /** Whether an epoch has just ended: the time to validate. */
  get epochEnded(): boolean {
    return this.steps % this.stepsAnEpoch === 0 || this.steps === this.totalSteps;
  }

  /** @returns the loss. @throws DivergenceError naming the step when it is no longer a number. */
  async step(): Promise<number> {
    const { minibatch, learningRate, augmentation } = this.#config;
    const { sampler, random, tensors } = this.#state;
    const indices = sampler.next(minibatch);
    const images = augmentedBatch(this.#images, indices, augmentation, random);
    const rate = learningRate * halfCosine(this.steps / this.totalSteps);
    const scalars = { learningRate: Float32Array.of(rate), emaDecay: Float32Array.of(averageDecayAt(this.steps)) };
    const results = await this.#program.run({ images, labels: this.#labelsOf(indices), ...scalars }, tensors);
    this.#state.steps++;
    const loss = results.loss![0]!;
    if (!Number.isFinite(loss)) {
      throw new DivergenceError(`the classifier's loss is ${loss} at step ${this.steps}`);
    }
    return loss;
  }

  /** @returns [n, attributes], 0 or 1. */
  #labelsOf(indices: Uint32Array): Float32Array {
    const size = this.#config.architecture.attributes.length;
    const labels = new Float32Array(indices.length * size);
    indices.forEach((index, at) => {
      labels.set(this.#labels.subarray(index * size, (index + 1) * size), at * size);
    });
    return labels;
  }

  /** Keeps the present moving average where it is the best so far. @param loss its loss on images not trained on. */
  validated(loss: number): void {
    if (this.#best !== undefined && loss >= this.#best.loss) return;
    this.#best = { loss, steps: this.steps };
    for (const [name, { shape, data }] of Object.entries(this.average())) {
      this.#state.tensors.set(`${bestPrefix}/${name}`, shape, data);
    }
  }

  /** The present moving average of the parameters, by their path in `classifierSpec`. */
  average(): Record<string, NdArray<Float32Array>> {
    return this.#state.copies(`${averagedAdam.names.average}/`);
  }

  /** The moving average of the lowest validation loss; the present one where nothing was validated. */
  weights(): Record<string, NdArray<Float32Array>> {
    return this.#best === undefined ? this.average() : this.#state.copies(`${bestPrefix}/`);
  }

  /** A copy of all that is needed to go on from here. @throws DivergenceError as `TrainingState.checkpoint`. */
  checkpoint(): ClassifierCheckpoint {
    const { tensors, progress } = this.#state.checkpoint();
    return { tensors, progress: { ...progress, best: this.#best } };
  }

  async release(): Promise<void> {
    await this.#program.release();
  }
}
