// The two inner loops of the support vector machine, in WebAssembly's SIMD: it halves the time of plain JavaScript.
import {
  addF64,
  advance,
  againWhileBelow,
  f64x2,
  get,
  instantiate,
  load,
  loop,
  pageBytes,
  set,
  store,
  types,
  type WasmFunction,
} from '../../math/webassembly.ts';

/** Rows and weights in memory of its own, and what the solver does with them. */
export interface SvmKernel {
  /** Row `i` of the features times the weights. */
  dot(i: number): number;
  /** Adds `factor` times row `i` to the weights. */
  add(i: number, factor: number): void;
  /** [size], as they are now. */
  readonly weights: Float64Array;
}

/** @param features [n, size]. @param rows which of them, and in what order the kernel counts them. */
export type MakeKernel = (features: Float32Array, size: number, rows: Uint32Array) => SvmKernel;

/** Lanes in which products are summed, by the column's remainder: in one lane each sum would wait for the last. */
const lanes = 8;

/** The definition, which `wasmKernel` follows to the last bit. */
export const plainKernel: MakeKernel = (features, size, rows) => {
  const weights = new Float64Array(size);
  return {
    weights,
    dot(i) {
      const start = rows[i]! * size;
      const sums = new Float64Array(lanes);
      for (let j = 0; j < size; j++) sums[j % lanes]! += features[start + j]! * weights[j]!;
      const [a, b, c, d, e, f, g, h] = sums as unknown as [
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
      ];
      return a + c + (e + g) + (b + d + (f + h));
    },
    add(i, factor) {
      const start = rows[i]! * size;
      for (let j = 0; j < size; j++) weights[j]! += factor * features[start + j]!;
    },
  };
};

/**
 * Copies the rows into WebAssembly's memory, each padded with zeros to a multiple of eight. The next fit reuses the
 * memory, so a kernel can be used until the next one is made.
 */
export const wasmKernel: MakeKernel = (features, size, rows) => {
  const stride = Math.ceil(size / lanes) * lanes;
  const rowBytes = stride * Float32Array.BYTES_PER_ELEMENT;
  const first = stride * Float64Array.BYTES_PER_ELEMENT; // the weights come before the rows
  loaded ??= loadKernel();
  const { memory, dot, add } = loaded;
  const missing = first + rows.length * rowBytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
  const weights = new Float64Array(memory.buffer, 0, stride).fill(0);
  const copies = new Float32Array(memory.buffer, first, rows.length * stride);
  for (let i = 0; i < rows.length; i++) {
    const start = rows[i]! * size;
    copies.set(features.subarray(start, start + size), i * stride);
    copies.fill(0, i * stride + size, (i + 1) * stride);
  }
  return {
    weights: weights.subarray(0, size),
    dot: i => dot(first + i * rowBytes, first + (i + 1) * rowBytes),
    add: (i, factor) => add(first + i * rowBytes, first + (i + 1) * rowBytes, factor),
  };
};

interface Loaded {
  readonly memory: WebAssembly.Memory;
  readonly dot: (row: number, end: number) => number;
  readonly add: (row: number, end: number, factor: number) => void;
}

let loaded: Loaded | undefined;

function loadKernel(): Loaded {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { dot, add } = instantiate([dotFunction(), addFunction()], memory);
  return { memory, dot: dot as Loaded['dot'], add: add as Loaded['add'] };
}

const { i32, f64, v128 } = types;

/** Numbers of the four pairs that eight numbers make. */
const pairs = [0, 1, 2, 3];

function dotFunction(): WasmFunction {
  const [row, end, weights] = [0, 1, 2];
  const sum = (pair: number) => 3 + pair;
  return {
    name: 'dot',
    parameters: [i32, i32],
    result: f64,
    locals: [i32, v128, v128, v128, v128],
    code: [
      ...loop(
        ...pairs.map(pair => [
          ...get(sum(pair)),
          ...[...get(row), ...f64x2.loadSingles(8 * pair)],
          ...[...get(weights), ...load(16 * pair)],
          ...f64x2.multiply,
          ...f64x2.add,
          ...set(sum(pair)),
        ]),
        advance(row, 32),
        advance(weights, 64),
        againWhileBelow(row, end),
      ),
      ...[...get(sum(0)), ...get(sum(1)), ...f64x2.add],
      ...[...get(sum(2)), ...get(sum(3)), ...f64x2.add],
      ...f64x2.add,
      ...set(sum(0)),
      ...[...get(sum(0)), ...f64x2.lane(0), ...get(sum(0)), ...f64x2.lane(1), ...addF64],
    ],
  };
}

function addFunction(): WasmFunction {
  const [row, end, factor, weights, factors] = [0, 1, 2, 3, 4];
  return {
    name: 'add',
    parameters: [i32, i32, f64],
    locals: [i32, v128],
    code: [
      ...[...get(factor), ...f64x2.splat, ...set(factors)],
      ...loop(
        ...pairs.map(pair => [
          ...get(weights),
          ...[...get(weights), ...load(16 * pair)],
          ...[...get(row), ...f64x2.loadSingles(8 * pair), ...get(factors), ...f64x2.multiply],
          ...f64x2.add,
          ...store(16 * pair),
        ]),
        advance(row, 32),
        advance(weights, 64),
        againWhileBelow(row, end),
      ),
    ],
  };
}
