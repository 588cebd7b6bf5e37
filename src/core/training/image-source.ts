// Where training takes its real images from: shuffled epochs that can be resumed in the middle.
import { permutation, type Random, type RandomState, restoreRandom } from '../math/random.ts';
import { chromaticityOfBytes, type Normalisation } from '../models/normalisation.ts';

/** All images at one resolution, [N, 3, R, R] uint8, row-major. */
export interface ImageSet {
  readonly resolution: number;
  readonly count: number;
  readonly pixels: Uint8Array;
}

/** The images with their colours as a network is to see them; of chromaticity, 255 stands for the whole of R + G + B. */
export function withNormalisation<Images extends ImageSet>(images: Images, normalisation: Normalisation): Images {
  if (normalisation === 'range') return images;
  return { ...images, pixels: chromaticityOfBytes(images.pixels, images.resolution ** 2) };
}

/** Averages 2×2 blocks, rounded: the images at half the side. */
export function halved({ resolution, count, pixels }: ImageSet): ImageSet {
  const side = resolution / 2;
  const half = new Uint8Array(count * 3 * side * side);
  let to = 0;
  for (let row = 0; row < count * 3 * side; row++) {
    for (let column = 0; column < side; column++) {
      const from = row * 2 * resolution + column * 2;
      const block = pixels[from]! + pixels[from + 1]! + pixels[from + resolution]! + pixels[from + resolution + 1]!;
      half[to++] = (block + 2) >> 2;
    }
  }
  return { resolution: side, count, pixels: half };
}

/** Copies images as floats x / 127.5 − 1, some mirrored left to right. @returns [n, 3, R, R] in [-1, 1]. */
export function normalisedBatch(
  { resolution, pixels }: ImageSet,
  indices: ArrayLike<number>,
  mirrored: (at: number) => boolean,
): Float32Array<ArrayBuffer> {
  const size = 3 * resolution * resolution;
  const batch = new Float32Array(indices.length * size);
  for (let at = 0; at < indices.length; at++) {
    const from = indices[at]! * size;
    const mirror = mirrored(at);
    for (let row = 0; row < size; row += resolution) {
      for (let column = 0; column < resolution; column++) {
        const source = from + row + (mirror ? resolution - 1 - column : column);
        batch[at * size + row + column] = pixels[source]! / 127.5 - 1;
      }
    }
  }
  return batch;
}

export interface SamplerState {
  /** State of the generator before the present epoch was shuffled. */
  readonly epoch: RandomState;
  /** How many indices of the epoch have been given out. */
  readonly position: number;
}

/**
 * Gives out the indices 0 … count − 1 in shuffled order, epoch after epoch. With weights an index comes in each epoch as
 * often as its weight says; what is left of a weight beyond its whole part is the chance of once more.
 */
export class EpochSampler {
  readonly #count: number;
  readonly #weights: Float32Array | undefined;
  readonly #random: Random;
  #epoch: RandomState;
  #order: Uint32Array;
  #position: number;

  constructor(count: number, state: SamplerState, weights?: Float32Array) {
    this.#count = count;
    this.#weights = weights;
    this.#random = restoreRandom(state.epoch);
    this.#epoch = state.epoch;
    this.#order = this.#shuffled();
    this.#position = Math.min(state.position, this.#order.length);
  }

  /** The next `count` indices, across the end of an epoch if need be. */
  next(count: number): Uint32Array {
    return Uint32Array.from({ length: count }, () => {
      if (this.#position === this.#order.length) {
        this.#epoch = this.#random.state();
        this.#order = this.#shuffled();
        this.#position = 0;
      }
      return this.#order[this.#position++]!;
    });
  }

  state(): SamplerState {
    return { epoch: this.#epoch, position: this.#position };
  }

  #shuffled(): Uint32Array {
    const weights = this.#weights;
    if (weights === undefined) return permutation(this.#random, this.#count);
    const indices: number[] = [];
    for (let index = 0; index < this.#count; index++) {
      const weight = weights[index]!;
      const times = Math.floor(weight) + Number(this.#random.uniform() < weight % 1);
      for (let time = 0; time < times; time++) indices.push(index);
    }
    return permutation(this.#random, indices.length).map(at => indices[at]!);
  }
}
