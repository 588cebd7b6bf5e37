// Seeded random numbers: every run, split and sample can be repeated, saved and resumed bit for bit.
import { shownArgument, UserError } from '../errors.ts';

/** A generator's whole state as plain JSON data; it goes into checkpoints. */
export interface RandomState {
  /** xoshiro128**'s four words, each an integer in [0, 2³²). */
  readonly words: readonly [number, number, number, number];
  /** The second normal of the last drawn pair, still to be handed out. */
  readonly spareNormal: number | null;
}

export interface Random {
  /** Uniform in [0, 1), with 53 random bits. */
  uniform(): number;
  /** Uniform, without bias, over the integers 0 … n − 1, for n from 1 to 2³². */
  integer(n: number): number;
  /** Standard normal, N(0, 1). */
  normal(): number;
  state(): RandomState;
}

/**
 * Each pair (seed, stream) gives an independent generator. A stage gives each of its uses a stream, so that drawing
 * more numbers in one place changes none in another.
 * @param seed an integer from 0 to 2⁵³ − 1. @param stream likewise.
 * @throws UserError for any other seed or stream.
 */
export function createRandom(seed: number, stream = 0): Random {
  checkSeed('seed', seed);
  checkSeed('stream', stream);
  // The stream enters after one round of mixing, so neighbouring pairs such as (1, 2) and (2, 1) have nothing in common.
  const start = mix64(BigInt(seed) + goldenGamma) ^ BigInt(stream);
  const first = mix64(start + goldenGamma);
  const second = mix64(start + 2n * goldenGamma);
  return restoreRandom({ words: [low(first), high(first), low(second), high(second)], spareNormal: null });
}

/** The generator that goes on exactly where `state()` was taken. @throws UserError for a state no generator can have. */
export function restoreRandom(state: RandomState): Random {
  checkState(state);
  let [a, b, c, d] = state.words;
  let spare = state.spareNormal;

  /** xoshiro128** 1.1 (Blackman and Vigna 2018). @returns an integer in [0, 2³²). */
  function next(): number {
    const scrambled = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return scrambled >>> 0;
  }

  function uniform(): number {
    const upper = next() >>> 5; // 27 bits
    const lower = next() >>> 6; // 26 bits
    return (upper * 2 ** 26 + lower) / 2 ** 53;
  }

  function integer(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32)
      throw new RangeError(`integer(n) needs n from 1 to 2^32; got ${n}`);
    if (n === 1) return 0;
    // Draws as many bits as n − 1 has until they are below n: no number is favoured, and without a division this is
    // fast enough for inner loops.
    const unused = Math.clz32(n - 1);
    let draw = next() >>> unused;
    while (draw >= n) draw = next() >>> unused;
    return draw;
  }

  /** Marsaglia's polar method: no sine or cosine, whose last bits differ between JavaScript engines. */
  function normal(): number {
    if (spare !== null) {
      const kept = spare;
      spare = null;
      return kept;
    }
    for (;;) {
      const x = 2 * uniform() - 1;
      const y = 2 * uniform() - 1;
      const squared = x * x + y * y;
      if (squared === 0 || squared >= 1) continue;
      const factor = Math.sqrt((-2 * Math.log(squared)) / squared);
      spare = y * factor;
      return x * factor;
    }
  }

  return {
    uniform,
    integer,
    normal,
    state: () => ({ words: [a >>> 0, b >>> 0, c >>> 0, d >>> 0], spareNormal: spare }),
  };
}

/** @returns `count` draws of N(0, 1), rounded to float32. */
export function normals(random: Random, count: number): Float32Array<ArrayBuffer> {
  const drawn = new Float32Array(count);
  for (let i = 0; i < count; i++) drawn[i] = random.normal();
  return drawn;
}

/** @returns the numbers 0 … n − 1 in random order, every order equally likely (Fisher and Yates). */
export function permutation(random: Random, n: number): Uint32Array<ArrayBuffer> {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    const held = order[i]!;
    order[i] = order[j]!;
    order[j] = held;
  }
  return order;
}

const goldenGamma = 0x9e3779b97f4a7c15n;

/** The output function of splitmix64 (Steele, Lea and Flood 2014): each input bit reaches each output bit. */
function mix64(value: bigint): bigint {
  let z = BigInt.asUintN(64, value);
  z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
  z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
  return z ^ (z >> 31n);
}

function low(word: bigint): number {
  return Number(word & 0xffffffffn);
}

function high(word: bigint): number {
  return Number(word >> 32n);
}

function rotateLeft(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

function checkSeed(what: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new UserError(`${what} must be a whole number from 0 to 9007199254740991; got ${shownArgument(value)}`);
  }
}

function checkState(state: RandomState): void {
  const { words, spareNormal } = state;
  const fits =
    Array.isArray(words) &&
    words.length === 4 &&
    words.every(word => Number.isInteger(word) && word >= 0 && word < 2 ** 32) &&
    words.some(word => word !== 0) && // a generator of all zeros would never leave zero
    (spareNormal === null || Number.isFinite(spareNormal));
  if (!fits) {
    throw new UserError(
      `a random generator's state must be four integers below 2^32, not all zero, and a spare normal or null; ` +
        `got ${JSON.stringify(state)}. The checkpoint is damaged: take an earlier one`,
    );
  }
}
