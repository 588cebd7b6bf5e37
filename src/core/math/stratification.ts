// Draws a small set out of a large one so that each of many labels stays as frequent as it was.
import { permutation, type Random } from './random.ts';

/** Rows of 0 and 1, [rows, width] row-major. */
export interface LabelTable {
  readonly width: number;
  readonly labels: Uint8Array;
}

/** Rows outside the drawn set among which the best exchange for one inside is sought. */
const candidates = 64;
/** Swapping ends when this many rows in succession had no exchange that helps. */
const patience = 2000;

/**
 * Iterative stratification over all labels (Sechidis et al. 2011) into the rows that are drawn and those that are not,
 * then swaps between them that lower the sum of squared deviations.
 * @param count rows to draw, at most as many as there are. @returns their positions, ascending.
 */
export function drawStratified(table: LabelTable, count: number, random: Random): Uint32Array<ArrayBuffer> {
  const rows = table.labels.length / table.width;
  if (!Number.isInteger(count) || count < 0 || count > rows) {
    throw new RangeError(`a whole number of 0 to ${rows} rows can be drawn; got ${count}`);
  }
  const isDrawn = stratify(table, rows, count, random);
  const positions = Uint32Array.from({ length: rows }, (_, row) => row);
  const drawn = positions.filter(row => isDrawn[row] === 1);
  swap(
    table,
    drawn,
    positions.filter(row => isDrawn[row] === 0),
    random,
  );
  return drawn.sort();
}

/** @returns the share of these rows, all by default, that has each label; [width]. */
export function labelFrequencies({ width, labels }: LabelTable, rows?: Uint32Array): Float64Array {
  const count = rows?.length ?? labels.length / width;
  const sums = new Float64Array(width);
  for (let at = 0; at < count; at++) {
    const from = (rows === undefined ? at : rows[at]!) * width;
    for (let label = 0; label < width; label++) sums[label]! += labels[from + label]!;
  }
  return sums.map(sum => sum / count);
}

/** The algorithm of the paper for two parts. @returns 1 for each row that is drawn, `count` in all. */
function stratify({ width, labels }: LabelTable, rows: number, count: number, random: Random): Uint8Array {
  const [out, drawn, open] = [0, 1, 2] as const;
  const order = permutation(random, rows);
  const part = new Uint8Array(rows).fill(open);
  const left = labelFrequencies({ width, labels }).map(share => Math.round(share * rows)); // rows still open, by label
  const shares = [1 - count / rows, count / rows] as const;
  const room = [rows - count, count]; // rows that a part still takes
  const wanted = shares.map(share => left.map(rowsWith => rowsWith * share)); // the same of each label

  /** @param urge how much each of the two parts needs the row. */
  const assign = (row: number, urge: readonly [number, number]) => {
    const [difference, difference2] = [urge[drawn] - urge[out], room[drawn]! - room[out]!];
    const wish = difference || difference2 || random.uniform() - 0.5;
    const to = room[drawn] === 0 ? out : room[out] === 0 ? drawn : wish > 0 ? drawn : out;
    part[row] = to;
    room[to]!--;
    for (let label = 0; label < width; label++) {
      if (labels[row * width + label] === 0) continue;
      wanted[to]![label]!--;
      left[label]!--;
    }
  };
  for (;;) {
    // The rarest label goes first: later no row would be left to balance it with.
    let rarest = -1;
    for (let label = 0; label < width; label++) {
      if (left[label]! > 0 && (rarest < 0 || left[label]! < left[rarest]!)) rarest = label;
    }
    if (rarest < 0) break;
    for (const row of order) {
      if (part[row] === open && labels[row * width + rarest] === 1) {
        assign(row, [wanted[out]![rarest]!, wanted[drawn]![rarest]!]);
      }
    }
  }
  for (const row of order) if (part[row] === open) assign(row, [0, 0]); // rows without any label
  return part;
}

/** Exchanges rows of `drawn` and `rest`, in place, while that lowers the sum of squared deviations. */
function swap({ width, labels }: LabelTable, drawn: Uint32Array, rest: Uint32Array, random: Random): void {
  if (drawn.length === 0 || rest.length === 0) return;
  const inside = labelFrequencies({ width, labels }, drawn);
  const whole = labelFrequencies({ width, labels });
  const excess = inside.map((share, label) => (share - whole[label]!) * drawn.length); // in rows
  /** Change of the sum of squares if one row leaves and the other comes. */
  const change = (leaving: number, coming: number) => {
    let total = 0;
    for (let label = 0; label < width; label++) {
      const step = labels[coming * width + label]! - labels[leaving * width + label]!;
      if (step !== 0) total += 2 * step * excess[label]! + 1;
    }
    return total;
  };
  for (let vain = 0; vain < patience; vain++) {
    const at = random.integer(drawn.length);
    const leaving = drawn[at]!;
    let [best, bestChange] = [-1, -1e-9]; // a smaller gain may be rounding
    for (let tried = 0; tried < candidates; tried++) {
      const candidate = random.integer(rest.length);
      const gain = change(leaving, rest[candidate]!);
      if (gain < bestChange) [best, bestChange] = [candidate, gain];
    }
    if (best < 0) continue;
    const coming = rest[best]!;
    for (let label = 0; label < width; label++) {
      excess[label]! += labels[coming * width + label]! - labels[leaving * width + label]!;
    }
    [drawn[at], rest[best]] = [coming, leaving];
    vain = -1;
  }
}
