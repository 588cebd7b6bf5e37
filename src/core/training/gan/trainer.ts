// Trains a GAN step by step: feeds the graphs, grows the networks, and can be saved and resumed bit for bit.
import type { NdArray } from '../../formats/nd-array.ts';
import { halved, type ImageSet, normalisedBatch } from '../../images/image-set.ts';
import { normals, type RandomState } from '../../math/random.ts';
import type { GanArchitecture } from '../../models/gan-architecture.ts';
import type { AdamOptions } from '../../nn/adam.ts';
import type { Device } from '../../runtime/device.ts';
import { type Feeds, Program, type ProgramDefinition, trainingProgramBytes } from '../../runtime/program.ts';
import type { SamplerState } from '../epoch-sampler.ts';
import { adversarialLoss, type GanLoss } from '../losses/losses.ts';
import { DivergenceError, type Tensors, TrainingState } from '../training-state.ts';
import { completeState, type GanStateOptions, growState } from './growth.ts';
import {
  emaDecay,
  endKimg,
  type Fall,
  gammaAt,
  paperHalfLife,
  type SchedulePoint,
  scheduleAt,
  type TrainingPlan,
} from './schedule.ts';
import { type Flat, flatten, meansOf, partOf, type Shares } from './shares.ts';
import {
  discriminatorStep,
  emaDecayName,
  emaPrefix,
  generatorStep,
  type StepOptions,
  samplingProgram,
  shareStep,
  simultaneousStep,
  stateNames,
  trainedSpecs,
} from './step.ts';

export interface GanTrainingConfig {
  readonly architecture: GanArchitecture;
  readonly loss: GanLoss;
  readonly adam: AdamOptions;
  readonly plan: TrainingPlan;
  /** Discriminator steps for each generator step (n_critic); 0 trains both in one step, each against the other's past. */
  readonly discriminatorSteps: number;
  /** Half-lives of the generator's moving averages, in thousand images; none: the paper's alone. */
  readonly averages?: readonly number[];
  readonly seed: number;
}

export interface GanProgress {
  readonly imagesShown: number;
  readonly steps: number;
  /** The resolution the networks have grown to. */
  readonly resolution: number;
  /** A fall of the rate that was begun on purpose. */
  readonly fall?: Fall | undefined;
  /** Where random numbers and shuffled images stand, for a bit-equal resume; left out, they begin by the seed. */
  readonly random?: RandomState;
  readonly sampler?: SamplerState;
}

export interface GanCheckpoint {
  readonly tensors: Tensors;
  readonly progress: GanProgress;
}

export type StepMetrics = Readonly<Record<string, number>>;

interface Programs {
  readonly key: string;
  /** Trains both networks with `feeds`, each according to how the programs are divided. @returns its figures. */
  discriminator(feeds: Feeds, penalise: boolean): Promise<Record<string, Float32Array>>;
  /** Undefined where `discriminator` trains both. */
  readonly generator: ((feeds: Feeds) => Promise<Record<string, Float32Array>>) | undefined;
  release(): Promise<void>;
}

/** Losses and scores of a sound training stay far below this. */
const explosion = 1e6;

export interface GanTrainerOptions {
  /** Threads that share each minibatch; left out, the device computes all of it. */
  readonly shares?: Shares | undefined;
  /** How often each image is shown in an epoch; left out, once. */
  readonly weights?: Float32Array | undefined;
}

export class GanTrainer {
  readonly #device: Device;
  readonly #config: GanTrainingConfig;
  readonly #state: TrainingState;
  readonly #shares: Shares | undefined;
  #images: ImageSet;
  readonly #fullImages: ImageSet;
  #programs: Programs | undefined;
  #imagesShown: number;
  #resolution: number;
  #fall: Fall | undefined;
  /** Set where threads have gone on from what the state holds. */
  #flat: Flat | undefined;

  /** @param images the training set at the plan's resolution. @param checkpoint where to go on from. */
  constructor(
    device: Device,
    config: GanTrainingConfig,
    images: ImageSet,
    checkpoint?: GanCheckpoint,
    { shares, weights }: GanTrainerOptions = {},
  ) {
    this.#device = device;
    this.#config = config;
    this.#shares = shares;
    this.#fullImages = images;
    this.#images = images;
    const progress = checkpoint?.progress;
    const start = { seed: config.seed, stream: 0, images: images.count, weights };
    this.#state = new TrainingState(device, start, checkpoint?.tensors, progress);
    this.#imagesShown = progress?.imagesShown ?? 0;
    this.#resolution = progress?.resolution ?? 0;
    this.#fall = progress?.fall;
    if (this.#resolution > 0) completeState(this.#state, this.#stateOptions(this.#resolution));
  }

  get imagesShown(): number {
    return this.#imagesShown;
  }

  get steps(): number {
    return this.#state.steps;
  }

  /** Half-lives of the moving averages, in thousand images. */
  get averages(): readonly number[] {
    const { averages = [] } = this.#config;
    return averages.length > 0 ? averages : [paperHalfLife / 1000];
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
    this.#fall ??= { startKimg, endKimg: startKimg + kimg };
  }

  /**
   * Trains the discriminator `discriminatorSteps` times and the generator once, or both together.
   * @throws DivergenceError naming step, figure and tensor when a figure is no longer a number, or far too large.
   */
  async step(): Promise<StepMetrics> {
    const { loss, plan, discriminatorSteps, architecture } = this.#config;
    const { point } = this;
    const { random, sampler } = this.#state;
    const repeats = Math.max(1, discriminatorSteps);
    const { minibatch } = point;
    const { interval } = adversarialLoss(loss);
    // All of a step belongs to where it begins: the networks never grow between the discriminator's turn and the other.
    const programs = await this.#prepare();
    const latents = () => normals(random, minibatch * architecture.latentSize);
    const scalars: Record<string, Float32Array> = {
      alpha: Float32Array.of(point.alpha),
      learningRate: Float32Array.of(point.learningRate),
      penaltyWeight: Float32Array.of((gammaAt(this.#imagesShown, plan, loss) / 2) * interval),
    };
    for (const [average, halfLife] of this.averages.entries()) {
      const decay = emaDecay(this.#imagesShown, minibatch * repeats, 1000 * halfLife);
      scalars[emaDecayName(average)] = Float32Array.of(decay);
    }
    let metrics: Record<string, number> = {};
    let reals = new Float32Array();
    for (let repeat = 0; repeat < repeats; repeat++) {
      const penalise = loss.kind !== 'wgan-gp' && (this.steps * repeats + repeat) % interval === 0;
      reals = normalisedBatch(this.#images, sampler.next(minibatch), () => random.uniform() < 0.5);
      const mixing = Float32Array.from({ length: minibatch }, () => random.uniform());
      const z = latents();
      metrics = {
        ...metrics,
        ...this.#sound(await programs.discriminator({ ...scalars, z, reals, mixing }, penalise)),
      };
      this.#imagesShown += minibatch;
    }
    if (programs.generator !== undefined) {
      metrics = { ...metrics, ...this.#sound(await programs.generator({ ...scalars, z: latents(), reals })) };
    }
    this.#state.steps++;
    return metrics;
  }

  /** @throws DivergenceError as `step` does. */
  #sound(results: Readonly<Record<string, Float32Array>>): Record<string, number> {
    const metrics = scalarsOf(results);
    for (const [name, value] of Object.entries(metrics)) {
      if (Math.abs(value) < explosion) continue; // false for NaN
      this.#unflatten();
      const { tensor, largest } = this.#state.wildest();
      throw new DivergenceError(`${name} is ${value} at step ${this.steps + 1}; ${tensor} holds ${largest}`);
    }
    return metrics;
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
    this.#unflatten();
    const { architecture } = this.#config;
    const resolution = this.#resolution;
    // Where the schedule is about to grow further, what is there counts in full.
    const alpha = this.point.resolution === resolution ? this.point.alpha : 1;
    const options = { architecture, resolution, minibatch: batch, fading: alpha < 1 };
    const program = await Program.compile(this.#device, samplingProgram(options, average));
    const size = batch * architecture.latentSize;
    const images = new Float32Array((latents.length / architecture.latentSize) * 3 * resolution * resolution);
    for (let start = 0; start < latents.length; start += size) {
      const result = await program.run(
        { alpha: Float32Array.of(alpha), z: latents.slice(start, start + size) },
        this.#state.tensors,
      );
      images.set(result.images!, (start / size) * result.images!.length);
    }
    await program.release();
    return { images, resolution };
  }

  /** A copy of all that is needed to go on from here. @throws DivergenceError as `TrainingState.checkpoint`. */
  checkpoint(): GanCheckpoint {
    this.#unflatten();
    const { tensors, progress } = this.#state.checkpoint();
    const fall = this.#fall === undefined ? {} : { fall: this.#fall };
    return {
      tensors,
      progress: { imagesShown: this.#imagesShown, resolution: this.#resolution, ...fall, ...progress },
    };
  }

  /** A moving average of the generator, by path in its spec. @param average which one, from 0. */
  generatorWeights(average = 0): Record<string, NdArray<Float32Array>> {
    this.#unflatten();
    return this.#state.copies(`${emaPrefix(average)}/`);
  }

  async release(): Promise<void> {
    const programs = this.#programs;
    this.#programs = undefined;
    await programs?.release();
  }

  /** Grows the networks if the schedule says so, and compiles what the present phase runs. */
  async #prepare(): Promise<Programs> {
    const { resolution, minibatch, alpha } = this.point;
    const fading = alpha < 1;
    const key = `${resolution} ${minibatch} ${fading}`;
    if (this.#programs?.key === key) return this.#programs;
    await this.release();
    if (this.#resolution !== resolution) {
      growState(this.#state, this.#resolution, this.#stateOptions(resolution));
      this.#resolution = resolution;
    }
    if (this.#images.resolution !== resolution) {
      this.#images = this.#fullImages;
      while (this.#images.resolution > resolution) this.#images = halved(this.#images);
    }
    const { architecture, loss, adam } = this.#config;
    const averages = this.averages.length;
    const options: StepOptions = { architecture, loss, adam, resolution, minibatch, fading, averages };
    const programs = this.#shares === undefined ? this.#whole(options) : this.#shared(options, this.#shares);
    this.#programs = { key, ...(await programs) };
    return this.#programs;
  }

  #stateOptions(resolution: number): GanStateOptions {
    const { architecture, adam } = this.#config;
    return { architecture, adam, averages: this.averages.length, resolution };
  }

  /** The device computes the whole minibatch. */
  async #whole(options: StepOptions): Promise<Omit<Programs, 'key'>> {
    const compile = (definition: ProgramDefinition) => Program.compile(this.#device, definition);
    const together = this.#config.discriminatorSteps === 0;
    const step = together ? simultaneousStep : discriminatorStep;
    const discriminator = await compile(step(options, false));
    const penalised = options.loss.kind !== 'wgan-gp' ? await compile(step(options, true)) : discriminator;
    const generator = together ? undefined : await compile(generatorStep(options));
    const { tensors } = this.#state;
    return {
      discriminator: (feeds, penalise) => (penalise ? penalised : discriminator).run(feeds, tensors),
      generator: generator && (feeds => generator.run(feeds, tensors)),
      release: async () => {
        for (const program of new Set([discriminator, penalised, generator])) await program?.release();
      },
    };
  }

  /** Threads compute the gradients of their shares and update theirs of the parameters, in memory they share. */
  async #shared(options: StepOptions, shares: Shares): Promise<Omit<Programs, 'key'>> {
    const { count } = shares;
    const { adam } = options;
    const share = { ...options, minibatch: options.minibatch / count };
    const bytes = (penalise: boolean) => trainingProgramBytes(this.#device, shareStep(share, penalise));
    const parameters = [...trainedSpecs(options)].map(([name, { shape }]) => [name, shape] as const);
    const flat = flatten(this.#state.tensors, parameters, shares, {
      beta1: adam.beta1,
      averages: this.averages.length,
    });
    const plain = bytes(false);
    const penalised = options.loss.kind === 'wgan-gp' ? plain : bytes(true);
    await shares.prepare({ plain, penalised, parameters, state: flat.state });
    const stepOf = (network: 'generator' | 'discriminator') => `${stateNames[network]}Adam/step`;
    return {
      discriminator: async (feeds, penalise) => {
        const parts = Array.from({ length: count }, (_, k) => partOf(feeds, k, count));
        const means = meansOf(await shares.run(penalise, parts));
        this.#sound(means); // before the update, which would spread what is no number
        const { tensors } = this.#state;
        const step = tensors.values(stepOf('generator'))[0]! + 1;
        const decays = this.averages.map((_, average) => feeds[emaDecayName(average)]![0]!);
        await shares.update({ ...adam, step, learningRate: feeds.learningRate![0]!, decays });
        for (const network of ['generator', 'discriminator'] as const) tensors.values(stepOf(network))[0] = step;
        this.#flat = flat;
        return means;
      },
      generator: undefined,
      release: async () => this.#unflatten(),
    };
  }

  /** Brings the state up to date with what threads have done. */
  #unflatten(): void {
    this.#flat?.each((name, part) => this.#state.tensors.values(name).set(part));
    this.#flat = undefined;
  }
}

function scalarsOf(results: Readonly<Record<string, Float32Array>>): Record<string, number> {
  return Object.fromEntries(Object.entries(results).map(([name, values]) => [name, values[0]!]));
}
