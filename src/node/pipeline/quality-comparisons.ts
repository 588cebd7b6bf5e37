// Which sets of images an evaluation of a generator compares, and how the figures are told.
import { partOf } from '../../core/metrics/image-samples.ts';
import type { SlicedWasserstein } from '../../core/metrics/sliced-wasserstein.ts';
import type { ImageSet } from '../../core/training/image-source.ts';
import { type Column, csvTable, textTable } from '../report/table.ts';

export interface Comparison {
  readonly of: string;
  readonly a: ImageSet;
  readonly b: ImageSet;
}

/** SWD×10³ between two sets. */
export interface Distance extends SlicedWasserstein {
  readonly of: string;
  /** Of each of the two sets. */
  readonly images: number;
}

/** Mean MS-SSIM over pairs of one set. */
export interface Similarity {
  readonly of: string;
  readonly images: number;
  readonly pairs: number;
  readonly mean: number;
}

/** The floor between training and test images is measured on so many of each (design §4.7), if there are. */
const testCount = 2500;

/**
 * Generated against training images at their full count, and the floors, which two sets of real images reach: two halves
 * of the training images, and training against test images. As only equal counts compare, all that is possible is
 * measured at each count that one of them asks for.
 * @param generated no more than `train`. @param train, test in random order.
 */
export function comparisonsOf(generated: ImageSet, train: ImageSet, test: ImageSet): Comparison[] {
  const most = generated.count;
  const asked = [most, Math.min(most, Math.floor(train.count / 2)), Math.min(most, testCount, test.count)];
  const counts = [...new Set(asked)].filter(count => count > 0).sort((a, b) => b - a);
  return counts.flatMap(count => {
    const real = partOf(train, 0, count);
    const comparisons = [{ of: 'generated, training', a: partOf(generated, 0, count), b: real }];
    if (2 * count <= train.count) {
      comparisons.push({ of: 'training, other training', a: real, b: partOf(train, count, count) });
    }
    if (count <= test.count) comparisons.push({ of: 'training, test', a: real, b: partOf(test, 0, count) });
    return comparisons;
  });
}

/** What is said beside the figures, wherever they stand. */
export const comparabilityNote =
  'SWD ×10³ by side of the level. Only figures of equally many images compare, and MS-SSIM only at one resolution. ' +
  'What real images have among themselves is the floor of SWD, and the MS-SSIM to come near to.';

/** Two tables and the note. */
export function qualityText(distances: readonly Distance[], similarities: readonly Similarity[]): string {
  const levels = Object.keys(distances[0]?.levels ?? {}).map(Number);
  const distanceColumns: readonly Column<Distance>[] = [
    { title: 'SWD×10³ between', value: row => row.of },
    { title: 'images each', value: row => row.images },
    ...levels.toReversed().map(level => ({
      title: String(level),
      value: (row: Distance) => row.levels[level],
      decimals: 2,
    })),
    { title: 'average', value: row => row.average, decimals: 2 },
  ];
  const similarityColumns: readonly Column<Similarity>[] = [
    { title: 'MS-SSIM among', value: row => row.of },
    { title: 'images', value: row => row.images },
    { title: 'pairs', value: row => row.pairs },
    { title: 'mean', value: row => row.mean, decimals: 4 },
  ];
  return [textTable(distanceColumns, distances), textTable(similarityColumns, similarities), comparabilityNote].join(
    '\n\n',
  );
}

interface Figure {
  readonly measure: string;
  readonly of: string;
  readonly level: number | string | null;
  readonly images: number;
  readonly pairs: number | null;
  readonly value: number;
}

const figureColumns: readonly Column<Figure>[] = [
  { title: 'measure', value: row => row.measure },
  { title: 'of', value: row => row.of },
  { title: 'level', value: row => row.level },
  { title: 'images', value: row => row.images },
  { title: 'pairs', value: row => row.pairs },
  { title: 'value', value: row => row.value },
];

/** One row a figure. */
export function qualityCsv(distances: readonly Distance[], similarities: readonly Similarity[]): string {
  const figures = [
    ...distances.flatMap(({ of, images, levels, average }) =>
      [...Object.entries(levels).toReversed(), ['average', average] as const].map(
        ([level, value]): Figure => ({ measure: 'SWD×10³', of, level, images, pairs: null, value }),
      ),
    ),
    ...similarities.map(({ mean, ...row }): Figure => ({ measure: 'MS-SSIM', level: null, ...row, value: mean })),
  ];
  return csvTable(figureColumns, figures);
}
