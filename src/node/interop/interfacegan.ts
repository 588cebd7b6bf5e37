// Reads and writes the files of InterFaceGAN (Shen et al. 2020): boundaries, scores, and its names of attributes.
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type AttributeName, saidOf } from '../../core/attributes.ts';
import type { Direction } from '../../core/directions/direction.ts';
import { didYouMean, UserError } from '../../core/errors.ts';
import { toFloat64 } from '../../core/formats/nd-array.ts';
import { encodeNpy } from '../../core/formats/npy.ts';
import { length, scaled } from '../../core/math/linear-algebra.ts';
import { knownBeside } from '../artefacts/boundaries.ts';
import { explainingDiskErrors } from '../files/disk-errors.ts';
import { readNpy, writeWhole } from '../files/files.ts';
import { exists } from '../files/places.ts';

/** Its names of CelebA's attributes, and whether its "more" is ours: its age points to the old. */
const aliases: Readonly<Record<string, { readonly attribute: AttributeName; readonly sign: 1 | -1 }>> = {
  age: { attribute: 'Young', sign: -1 },
  eyeglasses: { attribute: 'Eyeglasses', sign: 1 },
  gender: { attribute: 'Male', sign: 1 },
  smile: { attribute: 'Smiling', sign: 1 },
};

/** @returns the attribute that InterFaceGAN's files call so, in either sense; undefined for other names. */
export function attributeCalled(name: string): AttributeName | undefined {
  return saidOf(aliases, name)?.attribute;
}

/** The beginning of published files' names: the generator and its dataset. */
const generatorPrefix = /^((?:pggan|stylegan[23]?)_(?:celebahq|celeba|ffhq|bedroom|[a-z0-9]+hq))_/;

const endings = { boundary: '_boundary.npy', scores: '_scores.npy' } as const;
type Kind = keyof typeof endings;

export interface NamedFile {
  readonly path: string;
  /** CelebA's where it is one of the 40, else as in the file: `pose`, `age_c_gender`. */
  readonly attribute: string;
  /** −1 where the file's "more" is our "less". */
  readonly sign: 1 | -1;
}

export interface NamedFiles {
  /** Sorted by attribute. */
  readonly files: readonly NamedFile[];
  /** Files of folders that are left out, a line for people; undefined where there are none. */
  readonly note: string | undefined;
}

/** How files are found. */
export interface Search {
  /** The generator whose files count, as in their names: `pggan_celebahq`. Left out: the only one. */
  readonly of?: string | undefined;
  /** Whether `of` may be meant for other files than these: they all count then, where no name tells a generator. */
  readonly isOfOthers?: boolean;
  /** Attributes that go by their own names, whatever InterFaceGAN calls so. */
  readonly attributes?: readonly string[];
}

/** A file as its name tells it. */
interface Candidate {
  readonly path: string;
  /** The name without generator and ending: `age`, `age_w`. */
  readonly stem: string;
  readonly generator: string | undefined;
  /** Whether somebody named the file itself, rather than its folder. */
  readonly isGiven: boolean;
}

/**
 * Finds files by their names: `<attribute>_boundary.npy`, also after the name of a generator; `boundary_<attribute>.npy`;
 * and `boundary.npy` in a folder of the attribute's name, as InterFaceGAN's training writes it.
 * @param paths files and folders; all such files of a folder are taken, and those in folders in it.
 * @throws UserError where there is none, where they are of several generators and nobody chose, and for two of one
 *   attribute.
 */
export async function namedFiles(
  paths: readonly string[],
  kind: Kind,
  { of, isOfOthers = false, attributes = [] }: Search = {},
): Promise<NamedFiles> {
  const found = (await Promise.all(paths.map(path => candidatesAt(path, kind)))).flat();
  if (found.length === 0) {
    throw new UserError(`${paths.join(', ')} must hold files named <attribute>${endings[kind]}; got none`);
  }
  const isNamed = found.some(({ generator }) => generator !== undefined);
  const chosen = isOfOthers && !isNamed ? found : ofOneGenerator(found, of, kind);
  const inner = chosen.filter(file => isOfInnerLatents(file, chosen));
  const refused = inner.find(file => file.isGiven);
  if (refused !== undefined) {
    throw new UserError(
      `${refused.path} must be of latents z; its name says that it is of w, StyleGAN's inner latents. Give the one without _w`,
    );
  }
  const byName = new Map<string, NamedFile>();
  for (const { path, stem } of chosen.filter(file => !inner.includes(file))) {
    const isOwn = attributes.includes(stem) || (kind === 'boundary' && (await knownBeside(path)) !== undefined);
    const alias = isOwn ? undefined : saidOf(aliases, stem);
    const file: NamedFile = { path, ...(alias ?? { attribute: stem, sign: 1 }) };
    const other = byName.get(file.attribute);
    if (other !== undefined && resolve(other.path) !== resolve(path)) {
      throw new UserError(`${other.path} and ${path} are both of ${file.attribute}; give one`);
    }
    byName.set(file.attribute, file);
  }
  const left = new Set(found.map(({ path }) => resolve(path))).size - byName.size;
  return {
    files: [...byName.values()].sort((a, b) => (a.attribute < b.attribute ? -1 : 1)),
    note:
      left > 0 ? `left out ${left} of ${left + byName.size} files: of other generators, or of latents w` : undefined,
  };
}

async function candidatesAt(path: string, kind: Kind): Promise<Candidate[]> {
  const isFolder = await explainingDiskErrors('read', path, async () => (await stat(path)).isDirectory());
  if (!isFolder) {
    const file = candidate(path, kind, true);
    if (file !== undefined) return [file];
    throw new UserError(`${path} must be named <attribute>${endings[kind]}, as in Smiling${endings[kind]}`);
  }
  const entries = await explainingDiskErrors('read', path, () => readdir(path, { withFileTypes: true }));
  const inside = entries.map(entry => {
    const name = entry.isDirectory() ? join(entry.name, `${kind}.npy`) : entry.name;
    return { path: join(path, name), isFolder: entry.isDirectory() };
  });
  const there: Candidate[] = [];
  for (const file of inside.sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const named = candidate(file.path, kind, false);
    if (named !== undefined && (!file.isFolder || (await exists(file.path)))) there.push(named);
  }
  return there;
}

/** @returns undefined for a file of another name. */
function candidate(path: string, kind: Kind, isGiven: boolean): Candidate | undefined {
  const name = basename(path);
  const own = name === `${kind}.npy` ? basename(dirname(resolve(path))) : undefined;
  const [, before, after] = new RegExp(`^(?:(.+)_${kind}|${kind}_(.+))\\.npy$`).exec(name) ?? [];
  const whole = own ?? before ?? after;
  if (whole === undefined) return undefined;
  const generator = generatorPrefix.exec(whole)?.[1];
  return { path, stem: generator === undefined ? whole : whole.slice(generator.length + 1), generator, isGiven };
}

/** @throws UserError where the files are of several generators and nobody chose one, or of none that was asked for. */
function ofOneGenerator(files: readonly Candidate[], of: string | undefined, kind: Kind): readonly Candidate[] {
  const generators = [...new Set(files.flatMap(({ generator }) => generator ?? []))].sort();
  if (of === undefined && generators.length < 2) return files;
  const known = generators.join(', ') || 'none by its name';
  if (of === undefined) {
    throw new UserError(
      `${kind === 'boundary' ? 'boundaries' : 'scores'} must be of one generator; these are of ${known}. Choose with --of ${generators[0]}`,
    );
  }
  const chosen = files.filter(({ generator }) => generator === of);
  if (chosen.length > 0) return chosen;
  throw new UserError(
    `--of must be a generator of these ${kind === 'boundary' ? 'boundaries' : 'scores'} (${known}); got ${of}.${didYouMean(of, generators)}`,
  );
}

/** Whether a name such as `age_w` means boundaries of StyleGAN's inner latents rather than an attribute. */
function isOfInnerLatents({ stem, generator }: Candidate, all: readonly Candidate[]): boolean {
  if (!stem.endsWith('_w')) return false;
  return generator?.startsWith('stylegan') === true || all.some(other => `${other.stem}_w` === stem);
}

/**
 * Reads boundaries (1, d), as InterFaceGAN publishes and trains them, with the normal toward our "more". The files hold
 * no intercept, which is 0 then.
 * @throws UserError unless all are directions of one latent size.
 */
export async function readBoundaryFiles(files: readonly NamedFile[]): Promise<Direction[]> {
  const boundaries: Direction[] = [];
  for (const { path, attribute, sign } of files) {
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

/** A direction's name and sense in InterFaceGAN's files. */
function aliasOf(attribute: string): { readonly name: string; readonly sign: number } {
  const [name, { sign }] = Object.entries(aliases).find(([, alias]) => alias.attribute === attribute) ?? [
    attribute,
    { sign: 1 },
  ];
  return { name, sign };
}

/** @returns the file of each direction. @throws UserError for an own attribute called as the files call another one. */
export function boundaryPaths(folder: string, attributes: readonly string[]): string[] {
  for (const name of attributes) {
    const called = attributeCalled(name);
    if (called === undefined) continue;
    throw new UserError(
      `--export writes InterFaceGAN's names, where ${name} is CelebA's ${called}; got an attribute of one's own ` +
        'called so. Leave it out: the run at --out has the boundaries under their own names',
    );
  }
  return attributes.map(attribute => join(folder, `${aliasOf(attribute).name}${endings.boundary}`));
}

/**
 * Writes `<name>_boundary.npy`, (1, d) float64 of length 1, under InterFaceGAN's names and in its sense.
 * @returns the paths.
 */
export async function writeBoundaryFiles(folder: string, boundaries: readonly Direction[]): Promise<string[]> {
  const paths = boundaryPaths(
    folder,
    boundaries.map(({ attribute }) => attribute),
  );
  for (const [at, { attribute, normal }] of boundaries.entries()) {
    const data = scaled(normal, aliasOf(attribute).sign);
    await writeWhole(paths[at]!, encodeNpy({ shape: [1, normal.length], data }));
  }
  return paths;
}
