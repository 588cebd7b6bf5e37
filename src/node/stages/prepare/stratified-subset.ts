// Draws a subset of CelebA in which every attribute is as frequent as in the whole, and measures how nearly it is.
import { attributeNames } from '../../../core/attributes.ts';
import { UserError } from '../../../core/errors.ts';
import { createRandom } from '../../../core/math/random.ts';
import { drawStratified, labelFrequencies } from '../../../core/math/stratification.ts';
import { splitNames } from '../../artefacts/dataset.ts';

const width = attributeNames.length;

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

/**
 * @param labels [N, 40] of 0 and 1. @param split [N], the split of each picture, where their shares should stay too.
 * @returns the positions of the pictures drawn, ascending. @throws UserError when more are asked for than there are.
 */
export function drawSubset(labels: Uint8Array, split: Uint8Array | undefined, count: number, seed: number) {
  const rows = labels.length / width;
  if (count > rows) {
    throw new UserError(`a subset must have at most the ${rows} pictures that there are; got ${count}. Ask for fewer`);
  }
  const table = split === undefined ? { width, labels } : withSplits(labels, split);
  return drawStratified(table, count, createRandom(seed));
}

/** Adds a label for each split, so that splits keep their shares as attributes do. */
function withSplits(labels: Uint8Array, split: Uint8Array) {
  const wider = width + splitNames.length;
  const table = new Uint8Array(split.length * wider);
  for (const [row, number] of split.entries()) {
    table.set(labels.subarray(row * width, (row + 1) * width), row * wider);
    table[row * wider + width + number] = 1;
  }
  return { width: wider, labels: table };
}

/** @param labels [N, 40] of the whole. @param rows positions in it of the subset's pictures. */
export function compareSubset(labels: Uint8Array, rows: Uint32Array): SubsetComparison {
  const whole = labelFrequencies({ width, labels });
  const subset = labelFrequencies({ width, labels }, rows);
  const deviations = subset.map((share, a) => Math.abs(share - whole[a]!));
  const largest = deviations.indexOf(Math.max(...deviations));
  const named = (shares: Float64Array) => Object.fromEntries(attributeNames.map((name, a) => [name, shares[a]!]));
  return {
    wholeImages: labels.length / width,
    subsetImages: rows.length,
    wholeFrequencies: named(whole),
    subsetFrequencies: named(subset),
    largestDeviation: { attribute: attributeNames[largest]!, percentagePoints: 100 * deviations[largest]! },
  };
}
