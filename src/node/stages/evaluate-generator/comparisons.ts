// Chooses the sets of images that an evaluation of a generator compares, and prints what was measured.
import { quantile } from '../../../core/math/statistics.ts';
import type { PrecisionRecall } from '../../../core/measures/images/precision-recall.ts';
import type { SlicedWasserstein } from '../../../core/measures/images/sliced-wasserstein.ts';
import { type Column, csvTable, htmlTable, textTable } from '../../presentation/table.ts';
import { type AttributeShares, shareColumns, sharedAttributes } from './attribute-shares.ts';

/** A set under the name that tables give it. */
export interface Named<Set> {
  readonly of: string;
  readonly set: Set;
}

/** The sets that are compared: of images, or of a network's features of them. */
export interface ComparedSets<Set> {
  /** One or more sets of one count, at most that of `train`. */
  readonly generated: readonly Named<Set>[];
  /** Training images in random order; `test` is shuffled too. */
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
  /** Images in each of the two sets. */
  readonly images: number;
}

/** Mean MS-SSIM over pairs of one set. */
export interface Similarity {
  readonly of: string;
  readonly images: number;
  readonly pairs: number;
  readonly mean: number;
}

/** Distances from the images of one set to their nearest training images, in steps of 8-bit pixels (RMS). */
export interface Nearness {
  readonly of: string;
  readonly images: number;
  /** Training images among which the nearest was looked for, each also mirrored. */
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
  /** Images in each of the two sets. */
  readonly images: number;
}

/** Between two sets, in a classifier's pooled features. */
export interface FrechetOf {
  readonly of: string;
  /** Images in each of the two sets. */
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

/** Training and test images, at most so many of each, between which the floor is measured. */
export const testCount = 2500;

/**
 * Pairs generated with training images at their full count, and real images with each other for the floors: two halves
 * of the training images, and training with test images. Only equal counts compare, so every pair that is possible is
 * measured at each of these counts.
 * @param part the `count` elements of a set from `start` on. At each count the training images are the same object,
 *   so that their statistics can be kept by it.
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

/** The note beside SWD and MS-SSIM, wherever they are shown. */
export const comparabilityNote =
  'SWD ×10³ by side of the level. Only figures of equally many images compare, and MS-SSIM only at one resolution. ' +
  'The SWD of real images among themselves is the floor; their MS-SSIM is the value to come near to.';

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

/** Stands for the network in runs of earlier versions, which did not name it. */
const unnamedFeatures = 'the classifier';

/** @returns the note beside precision and recall. @param features the network in whose features they were measured. */
export function precisionRecallNote(features = unnamedFeatures): string {
  return (
    `In the features of ${features}. Precision: the share of generated images that lie where real ones do; recall: ` +
    'the share of real images that lie where generated ones do (balls to the third neighbour). Broken faces lower ' +
    'precision; kinds of images that are never made lower recall. Only figures of equally many images by the same ' +
    'classifier compare; those of real images among themselves are the values to come near to.'
  );
}

/** @returns the note beside Fréchet distances. @param features the network in whose features they were measured. */
export function frechetNote(features = unnamedFeatures): string {
  return (
    `In the features of ${features}, each map averaged over its quarters: the Fréchet distance between the ` +
    'Gaussians fitted to two sets, in which broken images and missing ones count alike. Only figures of equally many ' +
    'images by the same classifier compare; that of real images among themselves is the floor.'
  );
}

/** The measurements of a generator. */
export interface Quality {
  readonly swd: readonly Distance[];
  readonly msSsim: readonly Similarity[];
  readonly nearest: readonly Nearness[];
  /** The network in whose features the next two were measured, where one was given. */
  readonly features?: string;
  readonly precisionRecall?: readonly PrecisionRecallOf[];
  readonly frechet?: readonly FrechetOf[];
  /** How often a classifier sees each attribute, where one was given. */
  readonly attributes?: readonly AttributeShares[];
  /** Whether the generator was trained on other pictures than those of the dataset; left out: on these, or nobody knows. */
  readonly otherPictures?: boolean;
  /** The same of the classifier that sees the attributes. */
  readonly otherLabelled?: boolean;
}

/** Said of figures of pictures that the generator did not learn from: they cannot tell everything. */
export const otherPicturesNote =
  'The generator was trained on other pictures than these: the training images here are not what it learned from, and ' +
  'it may have seen the test images, so nothing here tells whether it has learnt pictures by heart.';

/** @param summary of a finished run of `evaluate generator`, as its manifest holds it. */
export function qualityOf(summary: Readonly<Record<string, unknown>>): Quality {
  return summary as unknown as Quality;
}

/** One row of the CSV. */
interface Measurement {
  readonly measure: string;
  readonly of: string;
  readonly level?: number | string;
  readonly images: number;
  readonly pairs?: number;
  readonly features?: string | undefined;
  readonly value: number;
}

interface QualityTable<Row> {
  /** Undefined where it was not measured. */
  rows(quality: Quality): readonly Row[] | undefined;
  columns(rows: readonly Row[]): readonly Column<Row>[];
  /** The paragraph below it in the terminal, which may be about tables above it too. */
  note?(quality: Quality): string;
  /** The caption in the report. */
  caption(quality: Quality): string;
  /** The rows of the CSV that one row makes; left out, none. */
  measurements?(row: Row, quality: Quality): readonly Measurement[];
}

/** A table of any rows, as text, HTML and rows of the CSV; nothing where it was not measured. */
interface ShownTable {
  text(quality: Quality): readonly string[];
  html(quality: Quality): readonly string[];
  csv(quality: Quality): readonly Measurement[];
}

function shownTable<Row>({ rows, columns, note, caption, measurements }: QualityTable<Row>): ShownTable {
  const ifMeasured =
    <Shown>(show: (found: readonly Row[], quality: Quality) => readonly Shown[]) =>
    (quality: Quality) => {
      const found = rows(quality);
      return found === undefined ? [] : show(found, quality);
    };
  return {
    text: ifMeasured((found, quality) => [textTable(columns(found), found), ...(note ? [note(quality)] : [])]),
    html: ifMeasured((found, quality) => [htmlTable(columns(found), found, caption(quality))]),
    csv: ifMeasured((found, quality) => found.flatMap(row => measurements?.(row, quality) ?? [])),
  };
}

/** The tables of an evaluation in the order in which terminal, CSV and report show them. */
const qualityTables: readonly ShownTable[] = [
  shownTable({
    rows: ({ swd }) => swd,
    columns: distanceColumns,
    caption: () => 'Sliced Wasserstein distance ×10³ by side of the level: lower is nearer',
    measurements: ({ of, images, levels, average }) =>
      [...Object.entries(levels).toReversed(), ['average', average] as const].map(([level, value]) => ({
        measure: 'SWD×10³',
        of,
        level,
        images,
        value,
      })),
  }),
  shownTable({
    rows: ({ msSsim }) => msSsim,
    columns: () => similarityColumns,
    caption: () => 'MS-SSIM: higher than among real images means less variety',
    measurements: ({ mean, ...row }) => [{ measure: 'MS-SSIM', ...row, value: mean }],
  }),
  shownTable({
    rows: ({ nearest }) => nearest,
    columns: () => nearnessColumns,
    note: () => comparabilityNote,
    caption: ({ nearest }) =>
      `Distance to the nearest of ${nearest[0]?.among ?? 0} training images, mirrored or not, in steps of 8-bit ` +
      'pixels at 32×32 or less',
  }),
  shownTable({
    rows: ({ precisionRecall }) => precisionRecall,
    columns: () => precisionRecallColumns,
    note: ({ features }) => precisionRecallNote(features),
    caption: ({ features }) => precisionRecallNote(features),
    measurements: ({ of, images, precision, recall }, { features }) =>
      Object.entries({ precision, recall }).map(([measure, value]) => ({ measure, of, images, features, value })),
  }),
  shownTable({
    rows: ({ frechet }) => frechet,
    columns: () => frechetColumns,
    note: ({ features }) => frechetNote(features),
    caption: ({ features }) => frechetNote(features),
    measurements: ({ of, images, distance }, { features }) => [
      { measure: 'Fréchet distance', of, images, features, value: distance },
    ],
  }),
];

/** Prints the tables with their notes, and how often attributes are seen where a classifier was given. */
export function qualityText(quality: Quality): string {
  const { attributes } = quality;
  return [
    ...qualityTables.flatMap(table => table.text(quality)),
    ...(attributes === undefined
      ? []
      : [
          `per cent of faces with each attribute\n${textTable(shareColumns(attributes), sharedAttributes(attributes))}`,
        ]),
  ].join('\n\n');
}

/** @returns the tables for the report, but that of attributes. */
export function qualityHtml(quality: Quality): string[] {
  return qualityTables.flatMap(table => table.html(quality));
}

const csvColumns: readonly Column<Measurement>[] = [
  { title: 'measure', value: row => row.measure },
  { title: 'of', value: row => row.of },
  { title: 'level', value: row => row.level },
  { title: 'images', value: row => row.images },
  { title: 'pairs', value: row => row.pairs },
  { title: 'features', value: row => row.features },
  { title: 'value', value: row => row.value },
];

/** Writes one row a measurement. */
export function qualityCsv(quality: Quality): string {
  return csvTable(
    csvColumns,
    qualityTables.flatMap(table => table.csv(quality)),
  );
}
