// The two inner loops of the support vector machine, in WebAssembly's SIMD: it halves the time of plain JavaScript.

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
  loaded ??= load();
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
const pageBytes = 65536;

function load(): Loaded {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module()), { '': { memory } });
  return { memory, dot: exports.dot as Loaded['dot'], add: exports.add as Loaded['add'] };
}

// The rest writes the module out, instruction by instruction: for 30 of them a compiler would be longer.
// Numbers are those of https://webassembly.github.io/spec/core/binary/.

const i32 = 0x7f;
const f64 = 0x7c;
const v128 = 0x7b;
const nothing = 0x40;

const get = (local: number) => [0x20, local];
const set = (local: number) => [0x21, local];
const simd = (code: number) => [0xfd, ...unsigned(code)];
const loadPair = (offset: number) => [...simd(0x00), 3, offset]; // two float64
const storePair = (offset: number) => [...simd(0x0b), 3, offset];
const loadSingles = (offset: number) => [...simd(0x5d), 2, offset, ...simd(0x5f)]; // two float32, as float64
const splat = simd(0x14);
const lane = (index: number) => [...simd(0x21), index];
const addPairs = simd(0xf0);
const multiplyPairs = simd(0xf2);
const addF64 = 0xa0;
const advance = (local: number, bytes: number) => [...get(local), 0x41, ...signed(bytes), 0x6a, ...set(local)];
const loop = (body: readonly number[]) => [0x03, nothing, ...body, 0x0b];
/** Repeats the loop while the first local is below the second. */
const againWhileBelow = (a: number, b: number) => [...get(a), ...get(b), 0x49, 0x0d, 0];

/** Numbers of the four pairs that eight numbers make. */
const pairs = [0, 1, 2, 3];

function dotCode(): number[] {
  const [row, end, weights] = [0, 1, 2];
  const sum = (pair: number) => 3 + pair;
  return [
    ...loop([
      ...pairs.flatMap(pair => [
        ...get(sum(pair)),
        ...[...get(row), ...loadSingles(8 * pair)],
        ...[...get(weights), ...loadPair(16 * pair)],
        ...multiplyPairs,
        ...addPairs,
        ...set(sum(pair)),
      ]),
      ...advance(row, 32),
      ...advance(weights, 64),
      ...againWhileBelow(row, end),
    ]),
    ...[...get(sum(0)), ...get(sum(1)), ...addPairs],
    ...[...get(sum(2)), ...get(sum(3)), ...addPairs],
    ...addPairs,
    ...set(sum(0)),
    ...[...get(sum(0)), ...lane(0), ...get(sum(0)), ...lane(1), addF64],
  ];
}

function addCode(): number[] {
  const [row, end, factor, weights, factors] = [0, 1, 2, 3, 4];
  return [
    ...[...get(factor), ...splat, ...set(factors)],
    ...loop([
      ...pairs.flatMap(pair => [
        ...get(weights),
        ...[...get(weights), ...loadPair(16 * pair)],
        ...[...get(row), ...loadSingles(8 * pair), ...get(factors), ...multiplyPairs],
        ...addPairs,
        ...storePair(16 * pair),
      ]),
      ...advance(row, 32),
      ...advance(weights, 64),
      ...againWhileBelow(row, end),
    ]),
  ];
}

function module(): Uint8Array<ArrayBuffer> {
  const bodyOf = (locals: readonly number[][], code: readonly number[]) =>
    sized([locals.length, ...locals.flat(), ...code, 0x0b]);
  const exported = (name: string, index: number) => [name.length, ...new TextEncoder().encode(name), 0, index];
  const section = (id: number, entries: readonly number[][]) => [id, ...sized([entries.length, ...entries.flat()])];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // \0asm, version 1
    ...section(1, [
      [0x60, 2, i32, i32, 1, f64],
      [0x60, 3, i32, i32, f64, 0],
    ]),
    ...section(2, [[0, 6, ...new TextEncoder().encode('memory'), 2, 0, 1]]),
    ...section(3, [[0], [1]]),
    ...section(7, [exported('dot', 0), exported('add', 1)]),
    ...section(10, [
      bodyOf(
        [
          [1, i32],
          [4, v128],
        ],
        dotCode(),
      ),
      bodyOf(
        [
          [1, i32],
          [1, v128],
        ],
        addCode(),
      ),
    ]),
  ]);
}

function sized(bytes: readonly number[]): number[] {
  return [...unsigned(bytes.length), ...bytes];
}

/** LEB128, as WebAssembly writes whole numbers. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): number[] {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signed(value >> 7)];
}
