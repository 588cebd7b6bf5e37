// Gives out training images in shuffled epochs that can be resumed in the middle.
import { permutation, type Random, type RandomState, restoreRandom } from '../math/random.ts';

export interface SamplerState {
  /** State of the random numbers before the present epoch was shuffled. */
  readonly epoch: RandomState;
  /** How many indices of the epoch have been given out. */
  readonly position: number;
}

/**
 * Gives out the indices 0 … count − 1 in shuffled order, epoch after epoch. With repeats an index comes as often in an
 * epoch as its number says: the whole part always, and the rest is the chance of once more.
 */
export class EpochSampler {
  readonly #count: number;
  readonly #repeats: Float32Array | undefined;
  readonly #random: Random;
  #epoch: RandomState;
  #order: Uint32Array;
  #position: number;

  constructor(count: number, state: SamplerState, repeats?: Float32Array) {
    this.#count = count;
    this.#repeats = repeats;
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
    const repeats = this.#repeats;
    if (repeats === undefined) return permutation(this.#random, this.#count);
    const indices: number[] = [];
    for (let index = 0; index < this.#count; index++) {
      const repeat = repeats[index]!;
      const times = Math.floor(repeat) + Number(this.#random.uniform() < repeat % 1);
      for (let time = 0; time < times; time++) indices.push(index);
    }
    return permutation(this.#random, indices.length).map(at => indices[at]!);
  }
}
