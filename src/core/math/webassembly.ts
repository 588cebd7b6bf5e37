// WebAssembly modules of a few inner loops in SIMD, written out instruction by instruction: for some dozens of them a
// compiler would be longer. Numbers are those of https://webassembly.github.io/spec/core/binary/.

type Code = readonly number[];

/** The types of values. */
export const types = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const;
type ValueType = (typeof types)[keyof typeof types];

export interface WasmFunction {
  readonly name: string;
  /** The first locals, from 0. */
  readonly parameters: readonly ValueType[];
  /** Left out: none. */
  readonly result?: ValueType;
  /** The locals after the parameters. */
  readonly locals: readonly ValueType[];
  readonly code: Code;
}

export const pageBytes = 65536;
/** Pages that a memory may have at most: 4 GiB. */
export const mostPages = 65536;

const nothing = 0x40;
const end = 0x0b;
const addI32 = 0x6a;

export const get = (local: number): Code => [0x20, local];
export const set = (local: number): Code => [0x21, local];
/** Adds bytes to a local that is an address. */
export const advance = (local: number, bytes: number): Code => [
  ...get(local),
  ...[0x41, ...signed(bytes), addI32],
  ...set(local),
];
/** Adds a local to another that is an address. */
export const advanceBy = (local: number, bytes: number): Code => [...get(local), ...get(bytes), addI32, ...set(local)];
/** Repeats its body as often as that ends with `againWhileBelow`. */
export const loop = (...body: readonly Code[]): Code => [0x03, nothing, ...body.flat(), end];
/** Repeats the innermost loop while the first local is below the second. */
export const againWhileBelow = (a: number, b: number): Code => [...get(a), ...get(b), 0x49, 0x0d, 0];
/** Does its body where a local is not zero. */
export const unlessZero = (local: number, ...body: readonly Code[]): Code => [
  ...get(local),
  ...[0x04, nothing, ...body.flat(), end],
];

const simd = (code: number): Code => [0xfd, ...unsigned(code)];

/** Four float32, or two float64. */
export const load = (offset = 0): Code => [...simd(0x00), 3, ...unsigned(offset)];
export const store = (offset = 0): Code => [...simd(0x0b), 3, ...unsigned(offset)];
export const zeros: Code = [...simd(0x0c), ...new Array<number>(16).fill(0)];

export const f32x4 = {
  splat: simd(0x13),
  sqrt: simd(0xe3),
  add: simd(0xe4),
  subtract: simd(0xe5),
  multiply: simd(0xe6),
  divide: simd(0xe7),
} as const;

export const f64x2 = {
  /** Two float32 of memory, as float64. */
  loadSingles: (offset: number): Code => [...simd(0x5d), 2, ...unsigned(offset), ...simd(0x5f)],
  /** One float64 of memory, twice. */
  loadSplat: (offset: number): Code => [...simd(0x0a), 3, ...unsigned(offset)],
  splat: simd(0x14),
  lane: (index: number): Code => [...simd(0x21), index],
  add: simd(0xf0),
  multiply: simd(0xf2),
} as const;

export const addF64: Code = [0xa0];

/**
 * Compiles functions on a memory and binds them to it.
 * @param memory shared by threads where it was made so, with `mostPages` at most.
 */
export function instantiate(
  functions: readonly WasmFunction[],
  memory: WebAssembly.Memory,
  { shared = false }: { shared?: boolean } = {},
): Record<string, unknown> {
  const module = new WebAssembly.Module(binary(functions, shared));
  return new WebAssembly.Instance(module, { '': { memory } }).exports;
}

function binary(functions: readonly WasmFunction[], shared: boolean): Uint8Array<ArrayBuffer> {
  const limits = shared ? [3, 0, ...unsigned(mostPages)] : [0, 0];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // \0asm, version 1
    ...section(
      1,
      functions.map(({ parameters, result }) => [
        0x60,
        ...[parameters.length, ...parameters],
        ...(result === undefined ? [0] : [1, result]),
      ]),
    ),
    ...section(2, [[0, ...named('memory'), 2, ...limits]]),
    ...section(
      3,
      functions.map((_, index) => [index]),
    ),
    ...section(
      7,
      functions.map(({ name }, index) => [...named(name), 0, index]),
    ),
    ...section(
      10,
      functions.map(({ locals, code }) =>
        sized([...unsigned(locals.length), ...locals.flatMap(type => [1, type]), ...code, end]),
      ),
    ),
  ]);
}

const section = (id: number, entries: readonly Code[]): Code => [id, ...sized([entries.length, ...entries.flat()])];
const named = (name: string): Code => sized([...new TextEncoder().encode(name)]);
const sized = (bytes: Code): Code => [...unsigned(bytes.length), ...bytes];

/** LEB128, as WebAssembly writes whole numbers. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): number[] {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signed(value >> 7)];
}
