// The state that every trainer keeps and resumes bit for bit: tensors by name, random numbers, the place in the shuffled images.
import type { NdArray } from '../formats/nd-array.ts';
import { createRandom, type Random, type RandomState, restoreRandom } from '../math/random.ts';
import type { Device } from '../runtime/device.ts';
import { StateStore } from '../runtime/state.ts';
import { EpochSampler, type SamplerState } from './epoch-sampler.ts';

export type Tensors = Readonly<Record<string, NdArray<Float32Array>>>;

/** Where a training stands, beside its tensors. */
export interface TrainingProgress {
  readonly steps: number;
  readonly random: RandomState;
  readonly sampler: SamplerState;
}

export interface TrainingStart {
  readonly seed: number;
  /** The streams of the seed that steps and the order of the images draw from. */
  readonly streams: { readonly steps: number; readonly imageOrder: number };
  /** Training images, and how often each is shown where that differs; see `EpochSampler`. */
  readonly images: number;
  readonly imageRepeats?: Float32Array | undefined;
}

/** The training diverged: its state is not worth saving. */
export class DivergenceError extends Error {}

export class TrainingState {
  readonly tensors: StateStore;
  readonly random: Random;
  readonly sampler: EpochSampler;
  /** Steps done. */
  steps: number;

  /** @param progress where to go on from; what is left out of it begins by the seed. */
  constructor(
    device: Device,
    { seed, streams, images, imageRepeats }: TrainingStart,
    tensors: Tensors = {},
    progress: Partial<TrainingProgress> = {},
  ) {
    this.tensors = new StateStore(device);
    this.random = progress.random === undefined ? createRandom(seed, streams.steps) : restoreRandom(progress.random);
    const sampler = progress.sampler ?? { epoch: createRandom(seed, streams.imageOrder).state(), position: 0 };
    this.sampler = new EpochSampler(images, sampler, imageRepeats);
    this.steps = progress.steps ?? 0;
    for (const [name, { shape, data }] of Object.entries(tensors)) this.tensors.set(name, shape, data);
  }

  /**
   * A copy of all that is needed to go on from here.
   * @throws DivergenceError naming step and tensor when one holds NaN or infinity: such a state is not worth saving.
   */
  checkpoint(): { readonly tensors: Tensors; readonly progress: TrainingProgress } {
    const { tensor, largest } = this.wildest();
    if (!Number.isFinite(largest)) throw new DivergenceError(`${tensor} holds ${largest} after step ${this.steps}`);
    const progress = { steps: this.steps, random: this.random.state(), sampler: this.sampler.state() };
    return { tensors: this.copies(), progress };
  }

  /** @param prefix of the names; left out, all. @returns copies, by what follows the prefix. */
  copies(prefix = ''): Record<string, NdArray<Float32Array>> {
    const names = this.tensors.names().filter(name => name.startsWith(prefix));
    return Object.fromEntries(names.map(name => [name.slice(prefix.length), this.tensors.copy(name)]));
  }

  /** The tensor with the largest value, or the first with a NaN or an infinity. Scalars are none: they count steps. */
  wildest(): { readonly tensor: string; readonly largest: number } {
    let wildest = { tensor: '', largest: 0 };
    for (const tensor of this.tensors.names().filter(name => this.tensors.shape(name).length > 0)) {
      const largest = this.tensors.values(tensor).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      if (!Number.isFinite(largest)) return { tensor, largest };
      if (largest > wildest.largest) wildest = { tensor, largest };
    }
    return wildest;
  }
}
