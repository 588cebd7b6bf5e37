// Adam and moving averages in place, in memory that threads share: one pass in WebAssembly's SIMD where the graph takes
// one for each node, in a tenth of the time of plain JavaScript (docs/log.md).
import { UserError } from '../errors.ts';
import {
  advance,
  advanceBy,
  againWhileBelow,
  f32x4,
  get,
  instantiate,
  load,
  loop,
  mostPages,
  pageBytes,
  set,
  store,
  types,
  unlessZero,
  type WasmFunction,
  zeros,
} from '../math/webassembly.ts';
import { type AdamOptions, epsilon } from './adam.ts';

/** All parameters of a training in one array [P], and in others of the same order what belongs to each of them. */
export interface FlatState {
  /** Holds all arrays; threads share it. */
  readonly memory: WebAssembly.Memory;
  readonly parameters: Float32Array;
  /** Undefined where β₁ is 0. */
  readonly mean: Float32Array | undefined;
  readonly variance: Float32Array;
  readonly averages: readonly Float32Array[];
  /** One for each share of the minibatch. */
  readonly gradients: readonly Float32Array[];
  /** The first of the parameters that moving averages follow, up to the last of all. */
  readonly averagedFrom: number;
}

export interface FlatLayout {
  /** P. */
  readonly size: number;
  readonly averagedFrom: number;
  /** Adam's β₁; where it is 0, no mean of gradients is kept. */
  readonly beta1: number;
  /** Moving averages that are kept. */
  readonly averageCount: number;
  /** Shares of each minibatch. */
  readonly shareCount: number;
}

export interface FlatUpdate extends AdamOptions {
  /** Number of this step, from 1. */
  readonly step: number;
  readonly learningRate: number;
  /** Share of each moving average that is kept. */
  readonly decays: readonly number[];
}

/** Numbers that are computed together; every array begins at a multiple of them. */
const lanes = 4;
const bytesOf = (numbers: number) => numbers * Float32Array.BYTES_PER_ELEMENT;
const wholeLanes = (numbers: number) => Math.ceil(numbers / lanes) * lanes;

/** @returns zeros. @throws UserError where they are more than a memory of WebAssembly holds, 4 GiB. */
export function flatState({ size, averagedFrom, beta1, averageCount, shareCount }: FlatLayout): FlatState {
  const stride = bytesOf(wholeLanes(size));
  const hasMean = beta1 !== 0;
  const rows = 2 + Number(hasMean) + averageCount + shareCount;
  // A row more than is stored: sums of gradients end up to a row after the last one, which must have an address too.
  const addressed = (rows + 1) * stride;
  if (addressed >= mostPages * pageBytes) {
    throw new UserError(
      `networks, their averages and a gradient a thread must take less than 4 GiB; with ${shareCount} threads they take ` +
        `${Math.ceil(addressed / 2 ** 30)}. Use fewer threads, or no --data-parallel`,
    );
  }
  const pages = Math.ceil((rows * stride) / pageBytes);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  let taken = 0;
  const row = () => new Float32Array(memory.buffer, stride * taken++, size);
  const several = (count: number) => Array.from({ length: count }, row);
  return {
    memory,
    parameters: row(),
    variance: row(),
    mean: hasMean ? row() : undefined,
    averages: several(averageCount),
    gradients: several(shareCount),
    averagedFrom,
  };
}

/** Takes a step with one of `parts` parts of the parameters; parts are as much work each. @param part from 0. */
export type UpdatePart = (update: FlatUpdate, part: number, parts: number) => void;

/**
 * The same step as `adamUpdates` and `movingAverage`, which are its oracle, along the mean of the shares' gradients, added
 * up in their order. @param state of this thread or of another one.
 */
export function flatUpdate({ memory, parameters, ...state }: FlatState): UpdatePart {
  const { adam, average } = instantiate([adamFunction(), averageFunction()], memory, { shared: true }) as {
    adam: (...all: number[]) => void;
    average: (...all: number[]) => void;
  };
  const { variance, mean, averages, gradients, averagedFrom } = state;
  const size = wholeLanes(parameters.length);
  const stride = gradients.length > 1 ? gradients[1]!.byteOffset - gradients[0]!.byteOffset : bytesOf(size);
  // In whole lanes: up to three parameters before the averaged ones are averaged too, which nobody reads.
  const start = Math.floor(averagedFrom / lanes) * lanes;
  return ({ step, learningRate, beta1, beta2, decays }, part, parts) => {
    const rootCorrection2 = Math.sqrt(1 - beta2 ** step);
    const rate = (learningRate * rootCorrection2) / (1 - beta1 ** step);
    const floor = rootCorrection2 * epsilon;
    const factors = [1 / gradients.length, beta1, 1 - beta1, beta2, 1 - beta2, rate, floor];
    for (const [first, after] of [
      [0, start],
      [start, size],
    ] as const) {
      const share = wholeLanes(Math.ceil((after - first) / parts));
      const from = bytesOf(Math.min(after, first + part * share));
      const to = bytesOf(Math.min(after, first + (part + 1) * share));
      if (from === to) continue;
      const at = (row: Float32Array) => row.byteOffset + from;
      const range = [at(parameters), parameters.byteOffset + to];
      const meanAt = mean === undefined ? 0 : at(mean);
      adam(...range, at(variance), meanAt, at(gradients[0]!), stride, stride * gradients.length, ...factors);
      if (first === start) for (const [k, row] of averages.entries()) average(...range, at(row), decays[k]!);
    }
  };
}

const { i32, f32, v128 } = types;
const vectorBytes = bytesOf(lanes);

/** One step of Adam on vectors of parameters. The address of the mean is 0 where there is none: at 0 are the parameters. */
function adamFunction(): WasmFunction {
  const [parameter, end, variance, mean, gradient, stride, all] = [0, 1, 2, 3, 4, 5, 6];
  const factors = [7, 8, 9, 10, 11, 12, 13];
  const [share, beta1, gain1, beta2, gain2, rate, floor] = [14, 15, 16, 17, 18, 19, 20] as const;
  const vectors = [share, beta1, gain1, beta2, gain2, rate, floor];
  const [slope, spread, next, last] = [21, 22, 23, 24];
  return {
    name: 'adam',
    parameters: [...Array<typeof i32>(7).fill(i32), ...factors.map(() => f32)],
    locals: [...vectors.map(() => v128), v128, v128, i32, i32],
    code: [
      ...vectors.flatMap((vector, at) => [...get(factors[at]!), ...f32x4.splat, ...set(vector)]),
      ...loop(
        [...zeros, ...set(slope)],
        [...get(gradient), ...set(next)],
        [...get(gradient), ...set(last), ...advanceBy(last, all)],
        loop(
          [...get(slope), ...get(next), ...load(), ...f32x4.add, ...set(slope)],
          advanceBy(next, stride),
          againWhileBelow(next, last),
        ),
        [...get(slope), ...get(share), ...f32x4.multiply, ...set(slope)],
        [...get(variance), ...load(), ...get(beta2), ...f32x4.multiply],
        [...get(slope), ...get(slope), ...f32x4.multiply, ...get(gain2), ...f32x4.multiply],
        [...f32x4.add, ...set(spread)],
        [...get(variance), ...get(spread), ...store()],
        unlessZero(
          mean,
          [...get(mean), ...load(), ...get(beta1), ...f32x4.multiply],
          [...get(slope), ...get(gain1), ...f32x4.multiply],
          [...f32x4.add, ...set(slope)],
          [...get(mean), ...get(slope), ...store()],
          advance(mean, vectorBytes),
        ),
        [...get(parameter), ...get(parameter), ...load()],
        [...get(slope), ...get(spread), ...f32x4.sqrt, ...get(floor), ...f32x4.add, ...f32x4.divide],
        [...get(rate), ...f32x4.multiply, ...f32x4.subtract, ...store()],
        ...[parameter, variance, gradient].map(row => advance(row, vectorBytes)),
        againWhileBelow(parameter, end),
      ),
    ],
  };
}

/** One step of a moving average, on the same vectors. */
function averageFunction(): WasmFunction {
  const [parameter, end, average, decay, kept, value] = [0, 1, 2, 3, 4, 5];
  return {
    name: 'average',
    parameters: [i32, i32, i32, f32],
    locals: [v128, v128],
    code: [
      ...[...get(decay), ...f32x4.splat, ...set(kept)],
      ...loop(
        [...get(parameter), ...load(), ...set(value)],
        [...get(average), ...get(value)],
        [...get(average), ...load(), ...get(value), ...f32x4.subtract, ...get(kept), ...f32x4.multiply],
        [...f32x4.add, ...store()],
        ...[parameter, average].map(row => advance(row, vectorBytes)),
        againWhileBelow(parameter, end),
      ),
    ],
  };
}
