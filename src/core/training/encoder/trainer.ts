// Trains the encoder of a style generator: Adam with a half-cosine rate, a moving average, bit-equal resume.
import type { NdArray } from '../../formats/nd-array.ts';
import { flattenTree } from '../../graph/tree.ts';
import { type ImageSet, normalisedBatch } from '../../images/image-set.ts';
import { createRandom, normals, type Random } from '../../math/random.ts';
import { streams } from '../../math/streams.ts';
import { type EncoderArchitecture, encoderSpec } from '../../models/encoder.ts';
import { sampleLatents } from '../../models/latents.ts';
import type { Weights } from '../../models/weights.ts';
import type { Device } from '../../runtime/device.ts';
import { Program } from '../../runtime/program.ts';
import { averageDecayAt, firstTensors } from '../averaged-adam.ts';
import { halfCosine } from '../half-cosine.ts';
import { DivergenceError, type Tensors, type TrainingProgress, TrainingState } from '../training-state.ts';
import { averagedAdam, type EncoderLossWeights, type EncoderTeachers, encoderStep } from './step.ts';

export interface EncoderTrainingConfig {
  readonly architecture: EncoderArchitecture;
  /** Photos a step, and as many generated faces. */
  readonly minibatch: number;
  /** Photos shown in all, in thousands. */
  readonly kimg: number;
  /** The highest rate; it falls to zero along a half cosine. */
  readonly learningRate: number;
  readonly weights: EncoderLossWeights;
  readonly seed: number;
}

export interface EncoderCheckpoint {
  readonly tensors: Tensors;
  readonly progress: TrainingProgress;
}

/** The loss of a step and its parts, means over its faces. */
export type EncoderMeasures = Readonly<Record<string, number>>;

/** Steps over which the rate rises to its height. */
const warmup = 50;
/** Generated faces are truncated by a factor drawn between these: photos lie nearer the mean than faces of ψ 1. */
const [leastPsi, mostPsi] = [0.5, 1];
/** Largest deviation of a layer's row from the common u in generated faces; each face draws its own up to this. */
const mostVariation = 0.4;

/** @param start weights to begin with, by path; left out, those of the seed. */
function tensorsOf({ architecture, seed }: EncoderTrainingConfig, start?: Weights): Tensors {
  const specs = flattenTree(encoderSpec(architecture), averagedAdam.names.parameters);
  return firstTensors(averagedAdam, specs, createRandom(seed, streams.trainEncoder.initialWeights), start);
}

export class EncoderTrainer {
  readonly #config: EncoderTrainingConfig;
  readonly #photos: ImageSet;
  readonly #state: TrainingState;
  readonly #program: Program;

  private constructor(config: EncoderTrainingConfig, photos: ImageSet, state: TrainingState, program: Program) {
    this.#config = config;
    this.#photos = photos;
    this.#state = state;
    this.#program = program;
  }

  /**
   * @param photos training images, of the generator's side.
   * @param from where to go on from, or the weights to begin with; left out, those of the seed.
   */
  static async create(
    device: Device,
    config: EncoderTrainingConfig,
    teachers: EncoderTeachers,
    photos: ImageSet,
    from: { readonly checkpoint?: EncoderCheckpoint | undefined; readonly start?: Weights | undefined } = {},
  ): Promise<EncoderTrainer> {
    const { checkpoint } = from;
    const start = { seed: config.seed, streams: streams.trainEncoder, images: photos.count };
    const state = new TrainingState(
      device,
      start,
      checkpoint?.tensors ?? tensorsOf(config, from.start),
      checkpoint?.progress,
    );
    const { architecture, weights, minibatch } = config;
    const program = await Program.compile(device, encoderStep(architecture, teachers, weights, minibatch));
    return new EncoderTrainer(config, photos, state, program);
  }

  get steps(): number {
    return this.#state.steps;
  }

  get totalSteps(): number {
    return Math.max(1, Math.ceil((1000 * this.#config.kimg) / this.#config.minibatch));
  }

  get finished(): boolean {
    return this.steps >= this.totalSteps;
  }

  /** @returns the loss and its parts. @throws DivergenceError naming the step when it is no longer a number. */
  async step(): Promise<EncoderMeasures> {
    const { minibatch, learningRate } = this.#config;
    const { sampler, random, tensors, steps } = this.#state;
    const indices = sampler.next(minibatch);
    const photos = normalisedBatch(this.#photos, indices, () => random.uniform() < 0.5);
    const rate = learningRate * Math.min(1, (steps + 1) / warmup) * halfCosine(steps / this.totalSteps);
    const scalars = { learningRate: Float32Array.of(rate), emaDecay: Float32Array.of(averageDecayAt(steps)) };
    const results = await this.#program.run({ photos, ...this.#faces(random), ...scalars }, tensors);
    this.#state.steps++;
    const measures = Object.fromEntries(Object.entries(results).map(([name, value]) => [name, value[0]!]));
    if (!Number.isFinite(measures.loss)) {
      throw new DivergenceError(`the encoder's loss is ${measures.loss} at step ${this.steps}`);
    }
    return measures;
  }

  /** Draws the generated faces of a step. */
  #faces(random: Random) {
    const { minibatch, architecture } = this.#config;
    const { latentSize, layers } = architecture;
    const z = sampleLatents(random, minibatch, latentSize);
    const psi = Float32Array.from({ length: minibatch }, () => leastPsi + (mostPsi - leastPsi) * random.uniform());
    const row = layers * latentSize;
    const scales = Float32Array.from({ length: minibatch }, () => mostVariation * random.uniform());
    const variation = normals(random, minibatch * row).map((value, at) => value * scales[Math.floor(at / row)]!);
    return { z, psi, variation };
  }

  /** The moving average of the parameters, by their path in `encoderSpec`. */
  weights(): Record<string, NdArray<Float32Array>> {
    return this.#state.copies(`${averagedAdam.names.average}/`);
  }

  /** A copy of all that is needed to go on from here. @throws DivergenceError as `TrainingState.checkpoint`. */
  checkpoint(): EncoderCheckpoint {
    return this.#state.checkpoint();
  }

  async release(): Promise<void> {
    await this.#program.release();
  }
}
