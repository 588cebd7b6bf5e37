// The dataset as later stages see it: arrays in a finished run of `prepare`, their shapes checked before use.
import { z } from 'zod';
import { UserError } from '../../core/errors.ts';
import { attributeListSchema } from '../../core/formats/attribute-list.ts';
import { checkShape, type NdArray } from '../../core/formats/nd-array.ts';
import { type NpyRows, openNpyRows, readJson, readNpy } from '../files/files.ts';
import { exists } from '../files/places.ts';
import { type FinishedRun, isInput, openRun } from '../runs/run-folder.ts';

/** The splits in the order of CelebA's partition numbers: 0, 1, 2. */
export const splitNames = ['train', 'validation', 'test'] as const;
export type SplitName = (typeof splitNames)[number];

/** The files of a dataset run. */
export const datasetFiles = {
  /** uint8 [N, 3, R, R] */
  images: 'images.npy',
  /** The attributes that the pictures are labelled with, as a JSON array; left out: CelebA's 40. */
  attributes: 'attributes.json',
  /** uint8 [N, attributes] of 0 and 1 */
  labels: 'labels.npy',
  /** uint8 [N]: 0 train, 1 validation, 2 test */
  split: 'split.npy',
  /** int32 [N]: the person's number, -1 where unknown */
  identities: 'identities.npy',
  /** The pictures' file names, as a JSON array. */
  names: 'names.json',
  /** Counts, frequencies and bad files. */
  report: 'report.json',
} as const;

export interface Dataset {
  readonly folder: string;
  /** R, the side of the images. */
  readonly resolution: number;
  /** How its pictures were cropped, as `prepare --crop` names it. */
  readonly crop: string;
  /** Whether pictures and labels are CelebA's, beside whose published figures its own may be set. */
  readonly isCeleba: boolean;
  /** N, of all splits together. */
  readonly count: number;
  /** Attributes that the pictures are labelled with; none where they have no labels. */
  readonly attributes: readonly string[];
  /** [N, attributes] of 0 and 1. */
  readonly labels: Uint8Array;
  /** [N]: 0 train, 1 validation, 2 test. */
  readonly split: Uint8Array;
  /** [N]: the person's number, -1 where unknown. No person is in two splits of CelebA. */
  readonly identities: Int32Array;
  /** [N] file names of the pictures. */
  readonly names: readonly string[];
  /** Opens the images, [N, 3, R, R], for reading one by one. */
  openImages(): Promise<NpyRows>;
  /** @returns uint8 [count, 3, R, R], images `start` and following, read from the disk. */
  imageRows(start: number, count: number): Promise<Uint8Array>;
  /** The positions of a split's images, ascending. */
  indicesOf(split: SplitName): Uint32Array;
}

/**
 * Opens a dataset and checks its arrays.
 * @throws UserError when `folder` is no finished run of `prepare` or its files do not belong together.
 */
export async function openDataset(folder: string): Promise<Dataset> {
  const run = await openRun(folder, 'prepare');
  const header = z.object({ resolution: z.int(), crop: z.string().default('celeba') }).safeParse(run.config);
  if (!header.success) throw new UserError(`${run.file('config.json')} must give the resolution; prepare it again`);
  const { resolution, crop } = header.data;
  const names = z.array(z.string()).safeParse(await readJson(run.file(datasetFiles.names)));
  if (!names.success) throw new UserError(`${run.file(datasetFiles.names)} must be a list of names; prepare it again`);
  const count = names.data.length;
  const attributes = await readAttributes(run.file(datasetFiles.attributes));

  const read = async (file: string, shape: readonly number[], range?: { start: number; count: number }) => {
    const array = await readNpy(run.file(file), range);
    checkShape(array, shape, run.file(file));
    return array;
  };
  const split = asUint8(await read(datasetFiles.split, [count]));
  const identities = (await read(datasetFiles.identities, [count])).data;
  const image = [3, resolution, resolution] as const;
  return {
    folder,
    resolution,
    crop,
    isCeleba: 'celeba pictures' in run.manifest.inputs && run.config.labels === undefined,
    count,
    attributes,
    labels: asUint8(await read(datasetFiles.labels, [count, attributes.length])),
    split,
    identities: identities instanceof Int32Array ? identities : Int32Array.from(identities, Number),
    names: names.data,
    openImages: async () => {
      const path = run.file(datasetFiles.images);
      const rows = await openNpyRows(path);
      checkShape(rows, [count, ...image], path);
      return rows;
    },
    imageRows: async (start, rows) =>
      asUint8(await read(datasetFiles.images, [rows, ...image], { start, count: rows })),
    indicesOf: name => {
      const number = splitNames.indexOf(name);
      return Uint32Array.from([...split.keys()].filter(i => split[i] === number));
    },
  };
}

async function readAttributes(path: string): Promise<readonly string[]> {
  const list = attributeListSchema.safeParse((await exists(path)) ? await readJson(path) : undefined);
  if (list.success) return list.data;
  throw new UserError(`${path} must be a list of attributes; prepare it again`);
}

/** @throws UserError where the pictures have no labels. @param use the stage that needs them, for the message. */
export function checkLabelled({ folder, attributes }: Dataset, use: string): void {
  if (attributes.length > 0) return;
  throw new UserError(
    `${use} needs labels, and the pictures of ${folder} have none. Prepare them with --labels labels.csv, a row a picture`,
  );
}

function asUint8({ data }: NdArray): Uint8Array {
  if (data instanceof Uint8Array) return data;
  throw new UserError('the arrays of a dataset must be uint8; prepare it again');
}

/** @throws UserError for a dataset without pictures in one of these splits. */
export function checkSplits({ folder, indicesOf }: Dataset, ...needed: readonly SplitName[]): void {
  for (const split of needed) {
    if (indicesOf(split).length > 0) continue;
    const number = splitNames.indexOf(split);
    throw new UserError(
      `${folder} has no ${split} pictures; give some partition ${number} in list_eval_partition, or the split ${split} in a ` +
        'column of the labels, and prepare it again',
    );
  }
}

/** @returns whether a network was trained on other pictures than those of the dataset; false where nobody knows. */
export async function learntOthers(run: FinishedRun, folder: string): Promise<boolean> {
  return 'dataset' in run.manifest.inputs && !(await isInput(run, 'dataset', folder));
}
