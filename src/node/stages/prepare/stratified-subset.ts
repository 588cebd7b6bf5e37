// Draws a subset in which every attribute is as frequent as in the whole, and measures how nearly it is.
import { UserError } from '../../../core/errors.ts';
import { createRandom } from '../../../core/math/random.ts';
import { drawStratified, labelFrequencies } from '../../../core/math/stratification.ts';
import { streams } from '../../../core/math/streams.ts';
import { splitNames } from '../../artefacts/dataset.ts';

/** How the attributes of a subset compare with those of the whole that it was drawn from. */
export interface SubsetComparison {
  /** Pictures of the whole and of the subset. */
  readonly wholeImages: number;
  readonly subsetImages: number;
  /** Share of pictures that have each attribute, by its name. */
  readonly wholeFrequencies: Readonly<Record<string, number>>;
  readonly subsetFrequencies: Readonly<Record<string, number>>;
  /** The attribute whose share differs most, and by how many percentage points. */
  readonly largestDeviation: { readonly attribute: string; readonly percentagePoints: number };
}

/** Rows of labels. */
export interface LabelledRows {
  readonly attributes: readonly string[];
  /** [N, attributes] of 0 and 1. */
  readonly labels: Uint8Array;
}

/** @param rows [attributes] each. @returns [rows, attributes]. */
export function joinedLabels(rows: readonly Uint8Array[]): Uint8Array {
  const width = rows[0]?.length ?? 0;
  const labels = new Uint8Array(rows.length * width);
  for (const [i, row] of rows.entries()) labels.set(row, i * width);
  return labels;
}

/**
 * @param split [N], the split of each picture, where their shares should stay too.
 * @returns the positions of the pictures drawn, ascending. @throws UserError when more are asked for than there are.
 */
export function drawSubset(
  { attributes, labels }: LabelledRows,
  split: Uint8Array | undefined,
  count: number,
  seed: number,
) {
  const width = attributes.length;
  const rows = split?.length ?? labels.length / width;
  if (count > rows) {
    throw new UserError(`a subset must have at most the ${rows} pictures that there are; got ${count}. Ask for fewer`);
  }
  const table = split === undefined ? { width, labels } : withSplits(labels, split, width);
  return drawStratified(table, count, createRandom(seed, streams.subset.pictures));
}

/** Adds a label for each split, so that splits keep their shares as attributes do. */
function withSplits(labels: Uint8Array, split: Uint8Array, width: number) {
  const wider = width + splitNames.length;
  const table = new Uint8Array(split.length * wider);
  for (const [row, number] of split.entries()) {
    table.set(labels.subarray(row * width, (row + 1) * width), row * wider);
    table[row * wider + width + number] = 1;
  }
  return { width: wider, labels: table };
}

/** @param whole its rows, which have one attribute at least. @param rows positions in it of the subset's pictures. */
export function compareSubset({ attributes, labels }: LabelledRows, rows: Uint32Array): SubsetComparison {
  const width = attributes.length;
  const whole = labelFrequencies({ width, labels });
  const subset = labelFrequencies({ width, labels }, rows);
  const deviations = subset.map((share, a) => Math.abs(share - whole[a]!));
  const largest = deviations.indexOf(Math.max(...deviations));
  const named = (shares: Float64Array) => Object.fromEntries(attributes.map((name, a) => [name, shares[a]!]));
  return {
    wholeImages: labels.length / width,
    subsetImages: rows.length,
    wholeFrequencies: named(whole),
    subsetFrequencies: named(subset),
    largestDeviation: { attribute: attributes[largest]!, percentagePoints: 100 * deviations[largest]! },
  };
}
