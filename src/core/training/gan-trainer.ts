// Trains a GAN step by step: feeds the graphs, grows the networks, and can be saved and resumed bit for bit.
import type { NdArray } from '../formats/nd-array.ts';
import { createRandom, normals, type Random, type RandomState, restoreRandom } from '../math/random.ts';
import type { GanArchitecture } from '../models/channels.ts';
import type { AdamOptions } from '../nn/adam.ts';
import { initialValues } from '../nn/initialise.ts';
import type { Device } from '../runtime/device.ts';
import { type Feeds, Program } from '../runtime/program.ts';
import { StateStore } from '../runtime/state.ts';
import {
  discriminatorStep,
  emaName,
  ganStateSpecs,
  generatorStep,
  type StepOptions,
  samplingProgram,
  simultaneousStep,
  stateNames,
} from './gan-step.ts';
import { EpochSampler, halved, type ImageSet, normalisedBatch, type SamplerState } from './image-source.ts';
import type { GanLoss } from './losses.ts';
import { emaDecay, type SchedulePoint, scheduleAt, type TrainingPlan } from './schedule.ts';

export interface GanTrainingConfig {
  readonly architecture: GanArchitecture;
  readonly loss: GanLoss;
  readonly adam: AdamOptions;
  readonly plan: TrainingPlan;
  /** Discriminator steps for each generator step (n_critic); 0 trains both in one step, each against the other's past. */
  readonly discriminatorSteps: number;
  readonly seed: number;
}

export interface GanProgress {
  readonly imagesShown: number;
  readonly steps: number;
  /** The resolution the networks have grown to. */
  readonly resolution: number;
  /** Where random numbers and shuffled images stand, for a bit-equal resume; left out, they begin by the seed. */
  readonly random?: RandomState;
  readonly sampler?: SamplerState;
}

export interface GanCheckpoint {
  readonly tensors: Readonly<Record<string, NdArray<Float32Array>>>;
  readonly progress: GanProgress;
}

export type StepMetrics = Readonly<Record<string, number>>;

interface Programs {
  readonly key: string;
  /** Trains the discriminator, or both networks at once. */
  readonly discriminator: Program;
  /** With the penalty of a logistic loss; the same program for WGAN-GP. */
  readonly penalised: Program;
  /** Undefined where the programs above train it too. */
  readonly generator: Program | undefined;
}

/** The training has left all measure; its state is not worth saving. */
export class DivergenceError extends Error {}

/** Losses and scores of a sound training stay far below this. */
const explosion = 1e6;

export class GanTrainer {
  readonly #device: Device;
  readonly #config: GanTrainingConfig;
  readonly #state: StateStore;
  readonly #random: Random;
  readonly #sampler: EpochSampler;
  #images: ImageSet;
  readonly #fullImages: ImageSet;
  #programs: Programs | undefined;
  #imagesShown: number;
  #steps: number;
  #resolution: number;

  /** @param images the training set at the plan's resolution. @param checkpoint where to go on from. */
  constructor(device: Device, config: GanTrainingConfig, images: ImageSet, checkpoint?: GanCheckpoint) {
    this.#device = device;
    this.#config = config;
    this.#state = new StateStore(device);
    this.#fullImages = images;
    this.#images = images;
    const progress = checkpoint?.progress;
    this.#random = progress?.random === undefined ? createRandom(config.seed) : restoreRandom(progress.random);
    const sampler = progress?.sampler ?? { epoch: createRandom(config.seed, 1).state(), position: 0 };
    this.#sampler = new EpochSampler(images.count, sampler);
    this.#imagesShown = progress?.imagesShown ?? 0;
    this.#steps = progress?.steps ?? 0;
    this.#resolution = progress?.resolution ?? 0;
    for (const [name, { shape, data }] of Object.entries(checkpoint?.tensors ?? {})) {
      this.#state.set(name, shape, data);
    }
  }

  get imagesShown(): number {
    return this.#imagesShown;
  }

  get steps(): number {
    return this.#steps;
  }

  /** Where the schedule stands now. */
  get point(): SchedulePoint {
    return scheduleAt(this.#imagesShown, this.#config.plan);
  }

  get finished(): boolean {
    return this.#imagesShown >= this.#config.plan.totalKimg * 1000;
  }

  /**
   * Trains the discriminator `discriminatorSteps` times and the generator once, or both together.
   * @throws DivergenceError naming step, figure and tensor when a figure is no longer a number, or past all measure.
   */
  async step(): Promise<StepMetrics> {
    const { loss, discriminatorSteps, architecture } = this.#config;
    const { point } = this;
    const repeats = Math.max(1, discriminatorSteps);
    const { minibatch } = point;
    // All of a step belongs to where it begins: the networks never grow between the discriminator's turn and the other.
    const programs = await this.#prepare();
    const latents = () => normals(this.#random, minibatch * architecture.latentSize);
    const scalars = {
      alpha: Float32Array.of(point.alpha),
      learningRate: Float32Array.of(point.learningRate),
      emaDecay: Float32Array.of(emaDecay(this.#imagesShown, minibatch * repeats)),
    };
    let metrics: Record<string, number> = {};
    let reals = new Float32Array();
    for (let repeat = 0; repeat < repeats; repeat++) {
      const penalise = loss.kind !== 'wgan-gp' && (this.#steps * repeats + repeat) % loss.interval === 0;
      reals = normalisedBatch(this.#images, this.#sampler.next(minibatch), () => this.#random.uniform() < 0.5);
      const mixing = Float32Array.from({ length: minibatch }, () => this.#random.uniform());
      const program = penalise ? programs.penalised : programs.discriminator;
      const z = latents();
      metrics = { ...metrics, ...(await this.#train(program, { ...scalars, z, reals, mixing })) };
      this.#imagesShown += minibatch;
    }
    if (programs.generator !== undefined) {
      metrics = { ...metrics, ...(await this.#train(programs.generator, { ...scalars, z: latents(), reals })) };
    }
    this.#steps++;
    return metrics;
  }

  /** Runs a program on the state. @returns its figures. @throws DivergenceError as `step` does. */
  async #train(program: Program, feeds: Feeds): Promise<Record<string, number>> {
    const metrics = scalarsOf(await program.run(feeds, this.#state));
    for (const [name, value] of Object.entries(metrics)) {
      if (Math.abs(value) < explosion) continue; // false for NaN
      const { tensor, largest } = this.#wildest();
      throw new DivergenceError(`${name} is ${value} at step ${this.#steps + 1}; ${tensor} holds ${largest}`);
    }
    return metrics;
  }

  /** The tensor of the state with the largest value, or the first that holds what is no number. */
  #wildest(): { tensor: string; largest: number } {
    let wildest = { tensor: '', largest: 0 };
    for (const tensor of this.#state.names()) {
      const largest = this.#state.values(tensor).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      if (!Number.isFinite(largest)) return { tensor, largest };
      if (largest > wildest.largest) wildest = { tensor, largest };
    }
    return wildest;
  }

  /**
   * Images of the moving average, at the resolution and fade that the networks were last trained at.
   * @param latents [n, d] of any length, n a multiple of `batch`. @returns images [n, 3, R, R].
   */
  async sample(latents: Float32Array, batch: number): Promise<{ images: Float32Array; resolution: number }> {
    if (this.#resolution === 0) await this.#prepare();
    const { architecture } = this.#config;
    const resolution = this.#resolution;
    // Where the schedule is about to grow further, what is there counts in full.
    const alpha = this.point.resolution === resolution ? this.point.alpha : 1;
    const options = { architecture, resolution, minibatch: batch, fading: alpha < 1 };
    const program = await Program.compile(this.#device, samplingProgram(options));
    const size = batch * architecture.latentSize;
    const images = new Float32Array((latents.length / architecture.latentSize) * 3 * resolution * resolution);
    for (let start = 0; start < latents.length; start += size) {
      const result = await program.run(
        { alpha: Float32Array.of(alpha), z: latents.slice(start, start + size) },
        this.#state,
      );
      images.set(result.images!, (start / size) * result.images!.length);
    }
    await program.release();
    return { images, resolution };
  }

  /**
   * A copy of all that is needed to go on from here.
   * @throws DivergenceError naming step and tensor when one holds what is no number: not worth saving.
   */
  checkpoint(): GanCheckpoint {
    const { tensor, largest } = this.#wildest();
    if (!Number.isFinite(largest)) throw new DivergenceError(`${tensor} holds ${largest} after step ${this.#steps}`);
    const tensors = Object.fromEntries(this.#state.names().map(name => [name, this.#state.copy(name)]));
    const progress = {
      imagesShown: this.#imagesShown,
      steps: this.#steps,
      resolution: this.#resolution,
      random: this.#random.state(),
      sampler: this.#sampler.state(),
    };
    return { tensors, progress };
  }

  /** The moving average of the generator, by path in `generatorSpec`: what is shipped. */
  generatorWeights(): Record<string, NdArray<Float32Array>> {
    const prefix = `${stateNames.generatorEma}/`;
    const names = this.#state.names().filter(name => name.startsWith(prefix));
    return Object.fromEntries(names.map(name => [name.slice(prefix.length), this.#state.copy(name)]));
  }

  async release(): Promise<void> {
    const programs = this.#programs;
    this.#programs = undefined;
    if (programs === undefined) return;
    for (const program of new Set([programs.discriminator, programs.penalised, programs.generator])) {
      await program?.release();
    }
  }

  /** Grows the networks if the schedule says so, and compiles what the present phase runs. */
  async #prepare(): Promise<Programs> {
    const { resolution, minibatch, alpha } = this.point;
    const fading = alpha < 1;
    const key = `${resolution} ${minibatch} ${fading}`;
    if (this.#programs?.key === key) return this.#programs;
    await this.release();
    if (this.#resolution !== resolution) this.#grow(resolution);
    if (this.#images.resolution !== resolution) {
      this.#images = this.#fullImages;
      while (this.#images.resolution > resolution) this.#images = halved(this.#images);
    }
    const { architecture, loss, adam } = this.#config;
    const options: StepOptions = { architecture, loss, adam, resolution, minibatch, fading };
    const compile = (definition: ReturnType<typeof generatorStep>) => Program.compile(this.#device, definition);
    const together = this.#config.discriminatorSteps === 0;
    const step = together ? simultaneousStep : discriminatorStep;
    const discriminator = await compile(step(options, false));
    const penalised = loss.kind !== 'wgan-gp' ? await compile(step(options, true)) : discriminator;
    const generator = together ? undefined : await compile(generatorStep(options));
    this.#programs = { key, discriminator, penalised, generator };
    return this.#programs;
  }

  /** New layers start fresh, in the moving average as copies; the optimisers start anew. */
  #grow(resolution: number): void {
    const specs = ganStateSpecs(this.#config.architecture, resolution, this.#config.adam);
    for (const [name, spec] of [...specs.generator, ...specs.discriminator]) {
      if (!this.#state.has(name)) this.#state.set(name, spec.shape, initialValues(spec, this.#random));
    }
    for (const [name, spec] of specs.statistics) {
      if (!this.#state.has(name)) this.#state.set(name, spec.shape, initialValues(spec, this.#random));
    }
    for (const [name, { shape }] of [...specs.generator, ...specs.statistics]) {
      if (!this.#state.has(emaName(name))) this.#state.set(emaName(name), shape, this.#state.values(name));
    }
    for (const [name, spec] of specs.optimisers) this.#state.set(name, spec.shape, initialValues(spec, this.#random));
    this.#resolution = resolution;
  }
}

function scalarsOf(results: Readonly<Record<string, Float32Array>>): Record<string, number> {
  return Object.fromEntries(Object.entries(results).map(([name, values]) => [name, values[0]!]));
}
