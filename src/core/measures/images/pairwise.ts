// Squared distances between all rows of two tables, block by block: the table of distances itself is never held.
import * as ops from '../../graph/ops.ts';
import type { Device } from '../../runtime/device.ts';
import { Program } from '../../runtime/program.ts';
import type { Tick } from '../tick.ts';

/** Rows that are made where they are wanted. */
export interface RowTable {
  readonly count: number;
  /** Numbers in a row. */
  readonly size: number;
  /** @param into [n, size], to be filled with the n rows from `first` on. */
  read(first: number, into: Float32Array): void;
}

/** Rows that are multiplied at once. */
const leftBlock = 256;
const rightBlock = 1024;

/** @param values [n, size], row-major. */
export function rowTable(values: Float32Array, size: number): RowTable {
  return {
    count: values.length / size,
    size,
    read: (first, into) => into.set(values.subarray(first * size, first * size + into.length)),
  };
}

/**
 * Visits every pair of a row of one of the `lefts` and a row of `right`. Rounding can make a square of 0 negative.
 * @param visit called with the index of the left row, that of the right row, and their squared distance.
 * @param tick called after each block of `right`.
 */
export async function forEachPair(
  device: Device,
  lefts: readonly RowTable[],
  right: RowTable,
  visit: (i: number, j: number, square: number) => void,
  tick: Tick = () => {},
): Promise<void> {
  const { size } = right;
  const product = ops.matmul(ops.input('a', [leftBlock, size]), ops.input('b', [rightBlock, size]), false, true);
  const program = await Program.compile(device, { outputs: { product } });
  const total = Math.ceil(right.count / rightBlock);
  try {
    for (let block = 0; block < total; block++) {
      const b = rowsOf(right, block * rightBlock, rightBlock);
      for (const left of lefts) {
        for (let first = 0; first < left.count; first += leftBlock) {
          const a = rowsOf(left, first, leftBlock);
          const { product: dots } = await program.run({ a: a.values, b: b.values });
          for (let i = 0; i < a.squares.length; i++) {
            for (let j = 0; j < b.squares.length; j++) {
              const square = a.squares[i]! + b.squares[j]! - 2 * dots![i * rightBlock + j]!;
              visit(first + i, block * rightBlock + j, square);
            }
          }
        }
      }
      await tick(block + 1, total);
    }
  } finally {
    await program.release();
  }
}

interface Rows {
  /** [block, size]; zeros after the last row. */
  readonly values: Float32Array;
  /** Sum of squares of each row that there is. */
  readonly squares: Float64Array;
}

function rowsOf(table: RowTable, first: number, block: number): Rows {
  const { size } = table;
  const taken = Math.min(block, table.count - first);
  const values = new Float32Array(block * size);
  table.read(first, values.subarray(0, taken * size));
  const squares = new Float64Array(taken);
  for (let row = 0; row < taken; row++) {
    let sum = 0;
    for (let at = row * size; at < (row + 1) * size; at++) sum += values[at]! * values[at]!;
    squares[row] = sum;
  }
  return { values, squares };
}
