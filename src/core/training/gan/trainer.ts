// Trains a GAN step by step: feeds the graphs, grows the networks, and can be saved and resumed bit for bit.
import type { NdArray } from '../../formats/nd-array.ts';
import { halved, type ImageSet, normalisedBatch } from '../../images/image-set.ts';
import { normals, type RandomState } from '../../math/random.ts';
import { streams } from '../../math/streams.ts';
import type { ImageMaker } from '../../measures/images/image-samples.ts';
import type { GanArchitecture } from '../../models/gan-architecture.ts';
import type { AdamOptions } from '../../nn/adam.ts';
import type { Device } from '../../runtime/device.ts';
import { Program } from '../../runtime/program.ts';
import type { SamplerState } from '../epoch-sampler.ts';
import type { AdversarialLoss, PerImageInput } from '../losses/adversarial.ts';
import { DivergenceError, type Tensors, TrainingState } from '../training-state.ts';
import { completeState, type GanStateOptions, growState } from './growth.ts';
import { type Figures, type GanPrograms, sharedPrograms, wholePrograms } from './programs.ts';
import {
  emaDecay,
  endKimg,
  type Fall,
  lossProgress,
  paperHalfLife,
  type SchedulePoint,
  scheduleAt,
  type TrainingPlan,
} from './schedule.ts';
import type { Shares } from './shares.ts';
import { emaDecayName, emaPrefix } from './state.ts';
import { type StepOptions, samplingProgram } from './step.ts';

export interface GanTrainingConfig {
  readonly architecture: GanArchitecture;
  readonly loss: AdversarialLoss;
  readonly adam: AdamOptions;
  readonly plan: TrainingPlan;
  /** Discriminator steps for each generator step (n_critic); 0 trains both in one step, each against the other's past. */
  readonly discriminatorSteps: number;
  /** Half-lives of the generator's moving averages, in thousand images; none: the paper's alone. */
  readonly averageHalfLives?: readonly number[];
  readonly seed: number;
}

export interface GanProgress {
  readonly imagesShown: number;
  readonly steps: number;
  /** The resolution the networks have grown to. */
  readonly resolution: number;
  /** A fall of the rate that was begun on purpose. */
  readonly fall?: Fall | undefined;
  /** The rate that the schedule had come to, a warm-up apart. */
  readonly learningRate?: number | undefined;
  /** Where random numbers and shuffled images stand, for a bit-equal resume; left out, they begin by the seed. */
  readonly random?: RandomState;
  readonly sampler?: SamplerState;
}

export interface GanCheckpoint {
  readonly tensors: Tensors;
  readonly progress: GanProgress;
}

export type StepMetrics = Readonly<Record<string, number>>;

/** How far a generator's images are from those it learns; the lower, the better. */
export type ImageMeasure = (generator: ImageMaker) => Promise<number>;

export interface MeasuredAverages {
  /** The measure of each moving average. */
  readonly figures: readonly number[];
  /** The best average, from 0. */
  readonly best: number;
}

export interface GanTrainerOptions {
  /** Threads that share each minibatch; left out, the device computes all of it. */
  readonly shares?: Shares | undefined;
  /** [images], how often each is shown in an epoch; left out, once. */
  readonly imageRepeats?: Float32Array | undefined;
}

/** Losses and scores of a sound training stay far below this. */
const explosion = 1e6;

/** Images that one run of a moving average makes for a measure. */
const measuredBatch = 16;

export class GanTrainer {
  readonly #device: Device;
  readonly #config: GanTrainingConfig;
  readonly #state: TrainingState;
  readonly #shares: Shares | undefined;
  readonly #fullImages: ImageSet;
  /** The images at the resolution that the networks have grown to. */
  #images: ImageSet;
  #imagesShown: number;
  /** The resolution that the networks have grown to; 0 before the first step. */
  #resolution: number;
  #fall: Fall | undefined;
  /** The rate of the sitting before, whose plan may have been another. */
  readonly #rateBefore: number | undefined;
  #programs: GanPrograms | undefined;
  /** The resolution, minibatch and fade that `#programs` are compiled for. */
  #phase = '';

  /** @param images the training set at the plan's resolution. @param checkpoint where to go on from. */
  constructor(
    device: Device,
    config: GanTrainingConfig,
    images: ImageSet,
    checkpoint?: GanCheckpoint,
    { shares, imageRepeats }: GanTrainerOptions = {},
  ) {
    this.#device = device;
    this.#config = config;
    this.#shares = shares;
    this.#fullImages = images;
    this.#images = images;
    const progress = checkpoint?.progress;
    const start = { seed: config.seed, streams: streams.trainGan, images: images.count, imageRepeats };
    this.#state = new TrainingState(device, start, checkpoint?.tensors, progress);
    this.#imagesShown = progress?.imagesShown ?? 0;
    this.#resolution = progress?.resolution ?? 0;
    this.#fall = progress?.fall;
    this.#rateBefore = progress?.learningRate;
    if (this.#resolution > 0) completeState(this.#state, this.#stateOptions(this.#resolution));
  }

  get imagesShown(): number {
    return this.#imagesShown;
  }

  get steps(): number {
    return this.#state.steps;
  }

  /** Half-lives of the moving averages, in thousand images. */
  get averageHalfLives(): readonly number[] {
    const { averageHalfLives = [] } = this.#config;
    return averageHalfLives.length > 0 ? averageHalfLives : [paperHalfLife / 1000];
  }

  /** Where the schedule stands now. */
  get point(): SchedulePoint {
    return scheduleAt(this.#imagesShown, this.#config.plan, this.#fall);
  }

  /** Images at which the training ends. */
  get end(): number {
    return endKimg(this.#config.plan, this.#fall) * 1000;
  }

  get finished(): boolean {
    return this.#imagesShown >= this.end;
  }

  /** Lets the rate fall from now on, unless a fall was begun before. @param kimg how long; the training ends with it. */
  beginFall(kimg: number): void {
    const startKimg = this.#imagesShown / 1000;
    this.#fall ??= { startKimg, endKimg: startKimg + kimg, rate: this.#rateBefore };
  }

  /**
   * Trains the discriminator `discriminatorSteps` times and the generator once, or both together.
   * @throws DivergenceError naming step, figure and tensor when a figure is no longer a number, or far too large.
   */
  async step(): Promise<StepMetrics> {
    const { loss, architecture, discriminatorSteps } = this.#config;
    const { random, sampler } = this.#state;
    const turns = Math.max(1, discriminatorSteps);
    // The schedule is asked once: the networks never grow between the discriminator's turns and the generator's.
    const { minibatch } = this.point;
    const programs = await this.#prepare();
    const scalars = this.#scalars(minibatch * turns);
    const latents = () => normals(random, minibatch * architecture.latentSize);
    let metrics: StepMetrics = {};
    let reals = new Float32Array();
    for (let turn = 0; turn < turns; turn++) {
      const penalise = (this.steps * turns + turn) % loss.interval === 0;
      reals = normalisedBatch(this.#images, sampler.next(minibatch), () => random.uniform() < 0.5);
      // Drawn for every loss, so that all of them see the same latents and mirrored images.
      const mixing = Float32Array.from({ length: minibatch }, () => random.uniform());
      const perImage: Record<PerImageInput, Float32Array> = { z: latents(), reals, mixing };
      const feeds = { ...scalars, ...perImage };
      metrics = { ...metrics, ...this.#sound(await programs.discriminator(feeds, penalise)) };
      this.#imagesShown += minibatch;
    }
    if (programs.generator !== undefined) {
      const feeds = { ...scalars, z: latents(), reals };
      metrics = { ...metrics, ...this.#sound(await programs.generator(feeds)) };
    }
    this.#state.steps++;
    return metrics;
  }

  /** All that a step is fed beside images and latents. @param shown images that it shows. */
  #scalars(shown: number): Record<string, Float32Array> {
    const { loss, plan } = this.#config;
    const { alpha, learningRate } = this.point;
    const scalars: Record<string, number> = { alpha, learningRate };
    if (loss.penaltyWeight !== undefined) {
      scalars.penaltyWeight = loss.penaltyWeight(lossProgress(this.#imagesShown, plan));
    }
    for (const [average, halfLifeKimg] of this.averageHalfLives.entries()) {
      scalars[emaDecayName(average)] = emaDecay(this.#imagesShown, shown, 1000 * halfLifeKimg);
    }
    return Object.fromEntries(Object.entries(scalars).map(([name, value]) => [name, Float32Array.of(value)]));
  }

  /** @throws DivergenceError as `step` does. */
  #sound(figures: Figures): StepMetrics {
    const metrics = Object.fromEntries(Object.entries(figures).map(([name, values]) => [name, values[0]!]));
    for (const [name, value] of Object.entries(metrics)) {
      if (Math.abs(value) < explosion) continue; // false for NaN
      this.#programs?.settle();
      const { tensor, largest } = this.#state.wildest();
      throw new DivergenceError(`${name} is ${value} at step ${this.steps + 1}; ${tensor} holds ${largest}`);
    }
    return metrics;
  }

  /** Grows the networks if the schedule says so, and compiles what the present phase runs. */
  async #prepare(): Promise<GanPrograms> {
    const { resolution, minibatch, alpha } = this.point;
    const fading = alpha < 1;
    const phase = `${resolution} ${minibatch} ${fading}`;
    if (this.#programs !== undefined && this.#phase === phase) return this.#programs;
    await this.release();
    // One resolution after the other: new layers start from those of half the side.
    while (this.#resolution !== resolution) {
      const next = this.#resolution === 0 ? resolution : 2 * this.#resolution;
      growState(this.#state, this.#resolution, this.#stateOptions(next));
      this.#resolution = next;
    }
    if (this.#images.resolution !== resolution) {
      this.#images = this.#fullImages;
      while (this.#images.resolution > resolution) this.#images = halved(this.#images);
    }
    const { architecture, loss, adam, discriminatorSteps } = this.#config;
    const averageCount = this.averageHalfLives.length;
    const options: StepOptions = { architecture, loss, adam, resolution, minibatch, fading, averageCount };
    const { tensors } = this.#state;
    this.#programs =
      this.#shares === undefined
        ? await wholePrograms(this.#device, tensors, options, discriminatorSteps === 0)
        : await sharedPrograms(this.#device, tensors, options, this.#shares, figures => this.#sound(figures));
    this.#phase = phase;
    return this.#programs;
  }

  #stateOptions(resolution: number): GanStateOptions {
    const { architecture, adam } = this.#config;
    return { architecture, adam, averageCount: this.averageHalfLives.length, resolution };
  }

  /**
   * Images of a moving average, at the resolution and fade that the networks were last trained at.
   * @param latents [n, d] of any length, n a multiple of `batch`. @param average which one, from 0.
   * @returns images [n, 3, R, R].
   */
  async sample(
    latents: Float32Array,
    batch: number,
    average = 0,
  ): Promise<{ images: Float32Array; resolution: number }> {
    if (this.#resolution === 0) await this.#prepare();
    this.#programs?.settle();
    const { architecture } = this.#config;
    const resolution = this.#resolution;
    // Where the schedule is about to grow further, what is there counts in full.
    const alpha = this.point.resolution === resolution ? this.point.alpha : 1;
    const options = { architecture, resolution, minibatch: batch, fading: alpha < 1 };
    const program = await Program.compile(this.#device, samplingProgram(options, average));
    const size = batch * architecture.latentSize;
    const images = new Float32Array((latents.length / architecture.latentSize) * 3 * resolution * resolution);
    try {
      for (let start = 0; start < latents.length; start += size) {
        const feeds = { alpha: Float32Array.of(alpha), z: latents.slice(start, start + size) };
        const result = await program.run(feeds, this.#state.tensors);
        images.set(result.images!, (start / size) * result.images!.length);
      }
    } finally {
      await program.release();
    }
    return { images, resolution };
  }

  /** Measures each moving average as it is now. @param measure gives every average the same latents. */
  async measureAverages(measure: ImageMeasure): Promise<MeasuredAverages> {
    const { resolution, latentSize } = this.#config.architecture;
    const figures: number[] = [];
    for (const average of this.averageHalfLives.keys()) {
      const generate = async (latents: Float32Array) => (await this.sample(latents, measuredBatch, average)).images;
      figures.push(await measure({ resolution, latentSize, generate }));
    }
    return { figures, best: figures.indexOf(Math.min(...figures)) };
  }

  /** A copy of all that is needed to go on from here. @throws DivergenceError as `TrainingState.checkpoint`. */
  checkpoint(): GanCheckpoint {
    this.#programs?.settle();
    const { tensors, progress } = this.#state.checkpoint();
    const fall = this.#fall === undefined ? {} : { fall: this.#fall };
    const { plan } = this.#config;
    const { learningRate } = scheduleAt(this.#imagesShown, { ...plan, warmupKimg: 0 }, this.#fall);
    return {
      tensors,
      progress: { imagesShown: this.#imagesShown, resolution: this.#resolution, learningRate, ...fall, ...progress },
    };
  }

  /** A moving average of the generator, by path in its spec. @param average which one, from 0. */
  generatorWeights(average = 0): Record<string, NdArray<Float32Array>> {
    this.#programs?.settle();
    return this.#state.copies(`${emaPrefix(average)}/`);
  }

  async release(): Promise<void> {
    const programs = this.#programs;
    this.#programs = undefined;
    await programs?.release();
  }
}
