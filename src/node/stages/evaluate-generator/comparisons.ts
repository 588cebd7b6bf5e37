// Which sets of images an evaluation of a generator compares, and how the figures are told.
import { attributeNames } from '../../../core/attributes.ts';
import { quantile } from '../../../core/math/statistics.ts';
import type { PrecisionRecall } from '../../../core/measures/images/precision-recall.ts';
import type { SlicedWasserstein } from '../../../core/measures/images/sliced-wasserstein.ts';
import { type Column, csvTable, textTable } from '../../presentation/table.ts';
import { type AttributeShares, shareColumns } from './attribute-shares.ts';

/** Under the name that tables give it. */
export interface Named<Set> {
  readonly of: string;
  readonly set: Set;
}

/** What is compared: images, or what a network sees in them. */
export interface ComparedSets<Set> {
  /** One or more, of one count, which is no more than `train` has. */
  readonly generated: readonly Named<Set>[];
  /** In random order, as is `test`. */
  readonly train: Set;
  readonly test: Set;
}

export interface Comparison<Set> {
  readonly of: string;
  readonly a: Set;
  readonly b: Set;
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

/** How near the images of one set come to the nearest training image, in steps of 8-bit pixels (RMS). */
export interface Nearness {
  readonly of: string;
  readonly images: number;
  /** Training images among which the nearest was looked for, each turned as in a mirror as well. */
  readonly among: number;
  readonly least: number;
  /** Quantiles. */
  readonly q01: number;
  readonly q10: number;
  readonly median: number;
  readonly q90: number;
}

/** Precision and recall of one set by another, in a classifier's features. */
export interface PrecisionRecallOf extends PrecisionRecall {
  readonly of: string;
  /** Of each of the two sets. */
  readonly images: number;
}

/** Between two sets, in a classifier's pooled features. */
export interface FrechetOf {
  readonly of: string;
  /** Of each of the two sets. */
  readonly images: number;
  readonly distance: number;
}

export function nearnessOf(of: string, among: number, distances: Float32Array): Nearness {
  const at = (share: number) => quantile(distances, share);
  return {
    of,
    images: distances.length,
    among,
    least: at(0),
    q01: at(0.01),
    q10: at(0.1),
    median: at(0.5),
    q90: at(0.9),
  };
}

/** The floor between training and test images is measured on so many of each (design §4.7), if there are. */
export const testCount = 2500;

/**
 * Generated against training images at their full count, and the floors, which two sets of real images reach: two
 * halves of the training images, and training against test images. As only equal counts compare, all that is possible
 * is measured at each count that one of them asks for.
 * @param part the `count` elements of a set from `start` on. At each count the training images are one and the same
 *   object, by which what is known of them is found again.
 */
export function comparisonsOf<Set extends { readonly count: number }>(
  { generated, train, test }: ComparedSets<Set>,
  part: (set: Set, start: number, count: number) => Set,
): Comparison<Set>[] {
  const most = generated[0]!.set.count;
  const asked = [most, Math.min(most, Math.floor(train.count / 2)), Math.min(most, testCount, test.count)];
  const counts = [...new Set(asked)].filter(count => count > 0).sort((a, b) => b - a);
  return counts.flatMap(count => {
    const real = part(train, 0, count);
    const comparisons = generated.map(({ of, set }) => ({ of: `${of}, training`, a: part(set, 0, count), b: real }));
    if (2 * count <= train.count) {
      comparisons.push({ of: 'training, other training', a: real, b: part(train, count, count) });
    }
    if (count <= test.count) comparisons.push({ of: 'training, test', a: real, b: part(test, 0, count) });
    return comparisons;
  });
}

/** What is said beside the figures, wherever they stand. */
export const comparabilityNote =
  'SWD ×10³ by side of the level. Only figures of equally many images compare, and MS-SSIM only at one resolution. ' +
  'What real images have among themselves is the floor of SWD, and the MS-SSIM to come near to.';

export const nearnessColumns: readonly Column<Nearness>[] = [
  { title: 'RMS to the nearest training image', value: row => row.of },
  { title: 'images', value: row => row.images },
  { title: 'nearest of all', value: row => row.least, decimals: 1 },
  { title: '1 %', value: row => row.q01, decimals: 1 },
  { title: '10 %', value: row => row.q10, decimals: 1 },
  { title: 'median', value: row => row.median, decimals: 1 },
  { title: '90 %', value: row => row.q90, decimals: 1 },
];

export function distanceColumns(distances: readonly Distance[]): readonly Column<Distance>[] {
  const levels = Object.keys(distances[0]?.levels ?? {}).map(Number);
  return [
    { title: 'SWD×10³ between', value: row => row.of },
    { title: 'images each', value: row => row.images },
    ...levels.toReversed().map(level => ({
      title: String(level),
      value: (row: Distance) => row.levels[level],
      decimals: 2,
    })),
    { title: 'average', value: row => row.average, decimals: 2 },
  ];
}

export const similarityColumns: readonly Column<Similarity>[] = [
  { title: 'MS-SSIM among', value: row => row.of },
  { title: 'images', value: row => row.images },
  { title: 'pairs', value: row => row.pairs },
  { title: 'mean', value: row => row.mean, decimals: 4 },
];

export const precisionRecallColumns: readonly Column<PrecisionRecallOf>[] = [
  { title: 'precision and recall of', value: row => row.of },
  { title: 'images each', value: row => row.images },
  { title: 'precision', value: row => row.precision, decimals: 3 },
  { title: 'recall', value: row => row.recall, decimals: 3 },
];

export const frechetColumns: readonly Column<FrechetOf>[] = [
  { title: 'Fréchet distance between', value: row => row.of },
  { title: 'images each', value: row => row.images },
  { title: 'distance', value: row => row.distance, decimals: 4 },
];

/** Of runs that were measured before it was told which network's they are. */
const unnamedFeatures = 'the classifier';

/** What is said beside precision and recall. @param features the network in whose features they were measured. */
export function precisionRecallNote(features = unnamedFeatures): string {
  return (
    `In the features of ${features}. Precision: the share of generated images that lie where real ones do; recall: ` +
    'the share of real images that lie where generated ones do (balls to the third neighbour). Broken faces lower ' +
    'precision, what is never made lowers recall. Only figures of equally many images by the same classifier ' +
    'compare; what real images reach among themselves is what to come near to.'
  );
}

/** What is said beside Fréchet distances. @param features as of `precisionRecallNote`. */
export function frechetNote(features = unnamedFeatures): string {
  return (
    `In the features of ${features}, each map averaged over its quarters: the Fréchet distance between the ` +
    'Gaussians fitted to two sets, in which broken images and missing ones count alike. Only figures of equally many ' +
    'images by the same classifier compare; what real images have among themselves is the floor.'
  );
}

/** What `evaluate generator` found out about a generator. */
export interface Quality {
  readonly swd: readonly Distance[];
  readonly msSsim: readonly Similarity[];
  readonly nearest: readonly Nearness[];
  /** The network in whose features the next two were measured, where there was one. */
  readonly features?: string;
  readonly precisionRecall?: readonly PrecisionRecallOf[];
  readonly frechet?: readonly FrechetOf[];
  /** Where a classifier was asked. */
  readonly attributes?: readonly AttributeShares[];
}

/** @param summary of a finished run of `evaluate generator`, as its manifest holds it. */
export function qualityOf(summary: Readonly<Record<string, unknown>>): Quality {
  return summary as unknown as Quality;
}

/** Three tables and the note, and more where networks were asked. */
export function qualityText({ swd, msSsim, nearest, features, precisionRecall, frechet, attributes }: Quality): string {
  return [
    textTable(distanceColumns(swd), swd),
    textTable(similarityColumns, msSsim),
    textTable(nearnessColumns, nearest),
    comparabilityNote,
    ...(precisionRecall === undefined
      ? []
      : [textTable(precisionRecallColumns, precisionRecall), precisionRecallNote(features)]),
    ...(frechet === undefined ? [] : [textTable(frechetColumns, frechet), frechetNote(features)]),
    ...(attributes === undefined
      ? []
      : [`per cent of faces with each attribute\n${textTable(shareColumns(attributes), attributeNames)}`]),
  ].join('\n\n');
}

interface Figure {
  readonly measure: string;
  readonly of: string;
  readonly level?: number | string;
  readonly images: number;
  readonly pairs?: number;
  readonly features?: string | undefined;
  readonly value: number;
}

const figureColumns: readonly Column<Figure>[] = [
  { title: 'measure', value: row => row.measure },
  { title: 'of', value: row => row.of },
  { title: 'level', value: row => row.level },
  { title: 'images', value: row => row.images },
  { title: 'pairs', value: row => row.pairs },
  { title: 'features', value: row => row.features },
  { title: 'value', value: row => row.value },
];

/** One row a figure. */
export function qualityCsv({ swd, msSsim, features, precisionRecall = [], frechet = [] }: Quality): string {
  const figures: Figure[] = [
    ...swd.flatMap(({ of, images, levels, average }) =>
      [...Object.entries(levels).toReversed(), ['average', average] as const].map(([level, value]) => ({
        measure: 'SWD×10³',
        of,
        level,
        images,
        value,
      })),
    ),
    ...msSsim.map(({ mean, ...row }) => ({ measure: 'MS-SSIM', ...row, value: mean })),
    ...precisionRecall.flatMap(({ of, images, precision, recall }) =>
      Object.entries({ precision, recall }).map(([measure, value]) => ({ measure, of, images, features, value })),
    ),
    ...frechet.map(({ of, images, distance }) => ({
      measure: 'Fréchet distance',
      of,
      images,
      features,
      value: distance,
    })),
  ];
  return csvTable(figureColumns, figures);
}
