// Improved precision and recall (Kynkäänniemi et al. 2019): how many generated images look like real ones, and how many
// real ones the generator could have made. A distance of distributions tells neither apart from the other.
import type { Device } from '../runtime/device.ts';
import { forEachPair, type RowTable } from './pairwise.ts';
import type { Tick } from './sliced-wasserstein.ts';

/** The paper's k: a row's ball reaches to its third nearest neighbour. */
const neighbours = 3;

/** Fewer rows of a kind have no such neighbour. */
export const leastRows = neighbours + 1;

export interface PrecisionRecall {
  /** Share of generated rows within the ball of some real row. */
  readonly precision: number;
  /** Share of real rows within the ball of some generated row. */
  readonly recall: number;
}

/**
 * Each row has a ball that reaches to its third nearest neighbour among its own kind; the balls of a kind together stand
 * for where its images lie. Only figures of equally many rows of the same features compare: the more there are, the
 * smaller the balls.
 * @param generated, real features, {@link leastRows} or more each.
 * @param tick told after each block, of three passes in all.
 */
export async function precisionRecall(
  device: Device,
  generated: RowTable,
  real: RowTable,
  tick: Tick = () => {},
): Promise<PrecisionRecall> {
  if (Math.min(generated.count, real.count) < leastRows) {
    throw new RangeError(`${generated.count} and ${real.count} rows: each kind needs ${leastRows}`);
  }
  const pass =
    (index: number): Tick =>
    (done, total) =>
      tick(index * total + done, 3 * total);
  const ofReal = await ballRadii(device, real, pass(0));
  const ofGenerated = await ballRadii(device, generated, pass(1));
  const [likeReal, covered] = [new Uint8Array(generated.count), new Uint8Array(real.count)];
  const visit = (g: number, r: number, square: number) => {
    if (square <= ofReal[r]!) likeReal[g] = 1;
    if (square <= ofGenerated[g]!) covered[r] = 1;
  };
  await forEachPair(device, [generated], real, visit, pass(2));
  return { precision: share(likeReal), recall: share(covered) };
}

/** @returns squared distance of each row to its third nearest other. */
async function ballRadii(device: Device, rows: RowTable, tick: Tick): Promise<Float64Array> {
  // Of each row, ascending.
  const nearest = new Float64Array(rows.count * neighbours).fill(Number.POSITIVE_INFINITY);
  const insert = (i: number, j: number, square: number) => {
    const start = i * neighbours;
    let at = start + neighbours - 1;
    if (i === j || square >= nearest[at]!) return;
    for (; at > start && nearest[at - 1]! > square; at--) nearest[at] = nearest[at - 1]!;
    nearest[at] = square;
  };
  await forEachPair(device, [rows], rows, insert, tick);
  return Float64Array.from({ length: rows.count }, (_, i) => nearest[i * neighbours + neighbours - 1]!);
}

function share(flags: Uint8Array): number {
  return flags.reduce((sum, flag) => sum + flag, 0) / flags.length;
}
