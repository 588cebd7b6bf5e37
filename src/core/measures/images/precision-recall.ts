// Improved precision and recall (Kynkäänniemi et al. 2019): how many generated images look like real ones, and how many
// real ones the generator could have made. A distance of distributions tells neither apart from the other.
import type { Device } from '../../runtime/device.ts';
import type { Tick } from '../tick.ts';
import { forEachPair, type RowTable } from './pairwise.ts';

/** The paper's k: a row's ball reaches to its third nearest neighbour. */
const neighbours = 3;

/** Rows that each kind needs, so that every row has such a neighbour. */
export const leastRows = neighbours + 1;

export interface PrecisionRecall {
  /** Share of generated rows within the ball of some real row. */
  readonly precision: number;
  /** Share of real rows within the ball of some generated row. */
  readonly recall: number;
}

/** The region that the images of one kind fill: a ball around each. */
export interface Balls {
  readonly rows: RowTable;
  /** Squared radius of the ball around each row. */
  readonly squares: Float64Array;
}

/**
 * Each row's ball reaches to its third nearest neighbour among its own kind; together they stand for where the images of
 * that kind lie.
 * @param rows {@link leastRows} or more. @param tick called after each block.
 */
export async function ballsOf(device: Device, rows: RowTable, tick: Tick = () => {}): Promise<Balls> {
  if (rows.count < leastRows) throw new RangeError(`${rows.count} rows: each kind needs ${leastRows}`);
  // The smallest squared distances of each row, ascending: [count, neighbours].
  const nearest = new Float64Array(rows.count * neighbours).fill(Number.POSITIVE_INFINITY);
  const insert = (i: number, j: number, square: number) => {
    const start = i * neighbours;
    let at = start + neighbours - 1;
    if (i === j || square >= nearest[at]!) return;
    for (; at > start && nearest[at - 1]! > square; at--) nearest[at] = nearest[at - 1]!;
    nearest[at] = square;
  };
  await forEachPair(device, [rows], rows, insert, tick);
  return { rows, squares: nearest.filter((_, at) => at % neighbours === neighbours - 1) };
}

/**
 * Compare only figures of equally many rows of the same features: with more rows the balls are smaller.
 * @param generated, real balls around features. Those of real ones serve for any number of generated sets.
 * @param tick called after each block.
 */
export async function precisionRecall(
  device: Device,
  generated: Balls,
  real: Balls,
  tick: Tick = () => {},
): Promise<PrecisionRecall> {
  const [likeReal, covered] = [new Uint8Array(generated.rows.count), new Uint8Array(real.rows.count)];
  const visit = (g: number, r: number, square: number) => {
    if (square <= real.squares[r]!) likeReal[g] = 1;
    if (square <= generated.squares[g]!) covered[r] = 1;
  };
  await forEachPair(device, [generated.rows], real.rows, visit, tick);
  return { precision: share(likeReal), recall: share(covered) };
}

function share(flags: Uint8Array): number {
  return flags.reduce((sum, flag) => sum + flag, 0) / flags.length;
}
