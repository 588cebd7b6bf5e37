// The dataset as later stages see it: arrays in a finished run of `prepare`, their shapes checked before use.
import { z } from 'zod';
import { attributeNames } from '../../core/attributes.ts';
import { UserError } from '../../core/errors.ts';
import { checkShape, type NdArray } from '../../core/formats/nd-array.ts';
import { readJson, readNpy } from '../files/files.ts';
import { openRun } from '../runs/run-folder.ts';

/** The splits in the order of CelebA's partition numbers: 0, 1, 2. */
export const splitNames = ['train', 'validation', 'test'] as const;
export type SplitName = (typeof splitNames)[number];

/** The files of a dataset run. */
export const datasetFiles = {
  /** uint8 [N, 3, R, R] */
  images: 'images.npy',
  /** uint8 [N, 40] of 0 and 1 */
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
  /** N, of all splits together. */
  readonly count: number;
  /** [N, 40] of 0 and 1, in the order of `attributeNames`. */
  readonly labels: Uint8Array;
  /** [N]: 0 train, 1 validation, 2 test. */
  readonly split: Uint8Array;
  /** [N]: the person's number, -1 where unknown. No person is in two splits of CelebA. */
  readonly identities: Int32Array;
  /** [N] file names of the pictures. */
  readonly names: readonly string[];
  /** @returns uint8 [N, 3, R, R], all in memory. */
  images(): Promise<Uint8Array>;
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
  const header = z.object({ resolution: z.int() }).safeParse(run.config);
  if (!header.success) throw new UserError(`${run.file('config.json')} must give the resolution; prepare it again`);
  const { resolution } = header.data;
  const names = z.array(z.string()).safeParse(await readJson(run.file(datasetFiles.names)));
  if (!names.success) throw new UserError(`${run.file(datasetFiles.names)} must be a list of names; prepare it again`);
  const count = names.data.length;

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
    count,
    labels: asUint8(await read(datasetFiles.labels, [count, attributeNames.length])),
    split,
    identities: identities instanceof Int32Array ? identities : Int32Array.from(identities, Number),
    names: names.data,
    images: async () => asUint8(await read(datasetFiles.images, [count, ...image])),
    imageRows: async (start, rows) =>
      asUint8(await read(datasetFiles.images, [rows, ...image], { start, count: rows })),
    indicesOf: name => {
      const number = splitNames.indexOf(name);
      return Uint32Array.from([...split.keys()].filter(i => split[i] === number));
    },
  };
}

function asUint8({ data }: NdArray): Uint8Array {
  if (data instanceof Uint8Array) return data;
  throw new UserError('the arrays of a dataset must be uint8; prepare it again');
}
