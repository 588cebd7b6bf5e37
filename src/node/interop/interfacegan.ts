// Reads and writes the files of InterFaceGAN (Shen et al. 2020): boundaries, scores, and its names of attributes.
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { AttributeName } from '../../core/attributes.ts';
import type { Direction } from '../../core/directions/direction.ts';
import { UserError } from '../../core/errors.ts';
import { toFloat64 } from '../../core/formats/nd-array.ts';
import { encodeNpy } from '../../core/formats/npy.ts';
import { length, scaled } from '../../core/math/linear-algebra.ts';
import { explainingDiskErrors } from '../files/disk-errors.ts';
import { readNpy, writeWhole } from '../files/files.ts';

/** Its names of CelebA's attributes, and whether its "more" is ours: its age points to the old. */
const aliases: Readonly<Record<string, { readonly attribute: AttributeName; readonly sign: 1 | -1 }>> = {
  age: { attribute: 'Young', sign: -1 },
  eyeglasses: { attribute: 'Eyeglasses', sign: 1 },
  gender: { attribute: 'Male', sign: 1 },
  smile: { attribute: 'Smiling', sign: 1 },
};

/** The beginning of published files' names: the generator and its dataset. */
const generatorPrefix = /^(?:pggan|stylegan)_(?:celebahq|ffhq)_/;

const endings = { boundary: '_boundary.npy', scores: '_scores.npy' } as const;

export interface NamedFile {
  readonly path: string;
  /** CelebA's where it is one of the 40, else as in the file: `pose`, `age_c_gender`. */
  readonly attribute: string;
  /** −1 where the file's "more" is our "less". */
  readonly sign: 1 | -1;
}

/**
 * Finds files by their ending.
 * @param paths files and folders; of a folder all files with that ending are taken.
 * @returns them sorted by attribute. @throws UserError where there is none, or two of one attribute.
 */
export async function namedFiles(paths: readonly string[], kind: keyof typeof endings): Promise<NamedFile[]> {
  const ending = endings[kind];
  const files: string[] = [];
  for (const path of paths) {
    const isFolder = await explainingDiskErrors('read', path, async () => (await stat(path)).isDirectory());
    if (!isFolder) files.push(path);
    else files.push(...(await readdir(path)).filter(name => name.endsWith(ending)).map(name => join(path, name)));
  }
  if (files.length === 0)
    throw new UserError(`${paths.join(', ')} must hold files named <attribute>${ending}; got none`);
  const named = files.map(path => {
    const name = basename(path);
    if (!name.endsWith(ending)) throw new UserError(`${path} must be named <attribute>${ending}`);
    const stem = name.slice(0, -ending.length).replace(generatorPrefix, '');
    return { path, ...(aliases[stem] ?? { attribute: stem, sign: 1 as const }) };
  });
  const byName = new Map<string, NamedFile>();
  for (const file of named) {
    const other = byName.get(file.attribute);
    if (other !== undefined)
      throw new UserError(`${other.path} and ${file.path} are both of ${file.attribute}; give one`);
    byName.set(file.attribute, file);
  }
  return named.sort((a, b) => (a.attribute < b.attribute ? -1 : 1));
}

/**
 * Reads boundaries (1, d), as InterFaceGAN publishes and trains them, with the normal toward our "more". They come
 * without an intercept, which is 0 then. Files of a run of `fit` are read alike.
 * @throws UserError unless all are directions of one latent size.
 */
export async function readBoundaryFiles(paths: readonly string[]): Promise<Direction[]> {
  const boundaries: Direction[] = [];
  for (const { path, attribute, sign } of await namedFiles(paths, 'boundary')) {
    const { shape, data } = await readNpy(path);
    if (!(shape.length === 1 || (shape.length === 2 && shape[0] === 1))) {
      throw new UserError(`${path} must have shape [1, d]; got [${shape.join(', ')}]`);
    }
    const normal = toFloat64(data);
    const size = length(normal);
    if (!(size > 0 && Number.isFinite(size)))
      throw new UserError(`${path} must hold a direction; its length is ${size}`);
    const first = boundaries[0];
    if (first !== undefined && first.normal.length !== normal.length) {
      throw new UserError(
        `boundaries must be of one latent size; ${first.attribute} has ${first.normal.length}, ${path} ${normal.length}`,
      );
    }
    // Published normals are of length 1 to about 1e-16: dividing would change their bits for nothing.
    const scale = Math.abs(size - 1) < 1e-9 ? sign : sign / size;
    boundaries.push({ attribute, normal: scaled(normal, scale), intercept: 0 });
  }
  return boundaries;
}

/**
 * Writes `<name>_boundary.npy`, (1, d) float64 of length 1, under InterFaceGAN's names and in its sense.
 * @returns the paths.
 */
export async function writeBoundaryFiles(folder: string, boundaries: readonly Direction[]): Promise<string[]> {
  const paths: string[] = [];
  for (const { attribute, normal } of boundaries) {
    const [name, { sign }] = Object.entries(aliases).find(([, alias]) => alias.attribute === attribute) ?? [
      attribute,
      { sign: 1 },
    ];
    const path = join(folder, `${name}${endings.boundary}`);
    await writeWhole(path, encodeNpy({ shape: [1, normal.length], data: scaled(normal, sign) }));
    paths.push(path);
  }
  return paths;
}
