// Products with matrices that stay, in float64 and WebAssembly's SIMD: a third of the time of plain JavaScript
// (docs/log.md).
import type { Matrix } from './symmetric.ts';
import {
  advance,
  advanceBy,
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
} from './webassembly.ts';

/** @returns xᵀM [columns] of each x [rows]. */
export type TimesMatrix = (vectors: readonly Float64Array[]) => Float64Array<ArrayBuffer>[];

/** Rows that are added to the sums at once, so that these are read and written a quarter as often. */
const rowsAtOnce = 4;
/** Vectors that read the matrix together. */
const together = 2;
const lanes = 2;
const bytesOf = (numbers: number) => numbers * Float64Array.BYTES_PER_ELEMENT;
const multiple = (number: number, of: number) => Math.ceil(number / of) * of;

/**
 * Copies the matrices into memory of its own.
 * @returns one a matrix. Sums are made four rows at a time, s + (((x₀m₀ + x₁m₁) + x₂m₂) + x₃m₃), with zeros after the last.
 */
export function matrixProducts(matrices: readonly Matrix[]): TimesMatrix[] {
  const padded = matrices.map(({ rows, columns }) => ({
    rows: multiple(rows, rowsAtOnce),
    columns: multiple(columns, lanes),
  }));
  const mostRows = Math.max(...padded.map(({ rows }) => rows));
  const mostColumns = Math.max(...padded.map(({ columns }) => columns));
  const sizes = padded.map(({ rows, columns }) => rows * columns);
  const total = sizes.reduce((sum, size) => sum + size, together * (mostRows + mostColumns));
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytesOf(total) / pageBytes) });
  let taken = 0;
  const place = (numbers: number) => {
    const values = new Float64Array(memory.buffer, bytesOf(taken), numbers);
    taken += numbers;
    return values;
  };
  const pairs = Array.from({ length: together }, () => ({ vector: place(mostRows), sums: place(mostColumns) }));
  const { timesOne, timesTwo } = instantiate([timesFunction('timesOne', 1), timesFunction('timesTwo', 2)], memory) as {
    timesOne: (...addresses: number[]) => void;
    timesTwo: (...addresses: number[]) => void;
  };
  return matrices.map(({ values, rows, columns }, at) => {
    const { rows: rowCount, columns: stride } = padded[at]!;
    const copy = place(sizes[at]!);
    for (let i = 0; i < rows * columns; i++) copy[Math.floor(i / columns) * stride + (i % columns)] = values[i]!;
    const [first, second] = pairs.map(({ vector, sums }) => [vector.byteOffset, sums.byteOffset]) as [
      [number, number],
      [number, number],
    ];
    const addresses = [first[0], first[0] + bytesOf(rowCount), copy.byteOffset, bytesOf(stride)];
    addresses.push(first[1], first[1] + bytesOf(stride));
    return vectors => {
      const products: Float64Array<ArrayBuffer>[] = [];
      for (let from = 0; from < vectors.length; from += together) {
        const some = vectors.slice(from, from + together);
        for (const [k, { vector, sums }] of pairs.slice(0, some.length).entries()) {
          vector.set(some[k]!);
          vector.fill(0, rows, rowCount);
          sums.fill(0, 0, stride);
        }
        if (some.length === 1) timesOne(...addresses);
        else timesTwo(...addresses, ...second);
        for (const { sums } of pairs.slice(0, some.length)) products.push(sums.slice(0, columns));
      }
      return products;
    };
  });
}

const { i32, v128 } = types;

/** One vector times a matrix, or two, each with sums of its own. */
function timesFunction(name: string, count: number): WasmFunction {
  const [x, end, matrix, stride, sums, sumsEnd, other, otherSums] = [0, 1, 2, 3, 4, 5, 6, 7];
  const vectors = [x, other].slice(0, count);
  const parameters = 6 + 2 * (count - 1);
  const rows = Array.from({ length: rowsAtOnce }, (_, row) => parameters + row);
  const entries = rows.map((_, row) => parameters + rowsAtOnce + row);
  const targets = vectors.map((_, k) => parameters + 2 * rowsAtOnce + k);
  const factor = (k: number, row: number) => parameters + 2 * rowsAtOnce + count + k * rowsAtOnce + row;
  const factors = vectors.flatMap((_, k) => rows.map((_, row) => factor(k, row)));
  const addresses = new Set([...rows, ...targets]);
  const locals = [...rows, ...entries, ...targets, ...factors].map(local => (addresses.has(local) ? i32 : v128));
  const product = (k: number, row: number) => [...get(entries[row]!), ...get(factor(k, row)), ...f64x2.multiply];
  return {
    name,
    parameters: Array<typeof i32>(parameters).fill(i32),
    locals,
    code: [
      ...loop(
        ...vectors.flatMap((vector, k) =>
          rows.map((_, row) => [...get(vector), ...f64x2.loadSplat(bytesOf(row)), ...set(factor(k, row))]),
        ),
        [...get(matrix), ...set(rows[0]!)],
        ...rows.slice(1).map((local, at) => [...get(rows[at]!), ...set(local), ...advanceBy(local, stride)]),
        ...targets.map((target, k) => [...get([sums, otherSums][k]!), ...set(target)]),
        loop(
          ...rows.map((row, at) => [...get(row), ...load(), ...set(entries[at]!)]),
          ...targets.map((target, k) => [
            ...[...get(target), ...get(target), ...load()],
            ...[...product(k, 0), ...product(k, 1), ...f64x2.add],
            ...[...product(k, 2), ...f64x2.add, ...product(k, 3), ...f64x2.add],
            ...[...f64x2.add, ...store()],
          ]),
          ...[...rows, ...targets].map(address => advance(address, bytesOf(lanes))),
          againWhileBelow(targets[0]!, sumsEnd),
        ),
        [...get(rows.at(-1)!), ...set(matrix)], // the row after the last of these
        ...vectors.map(vector => advance(vector, bytesOf(rowsAtOnce))),
        againWhileBelow(x, end),
      ),
    ],
  };
}
