// Finds the parts of a folder of faces in every layout that people have: CelebA's own, Kaggle's, CelebA-HQ's.
import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { UserError } from '../../../core/errors.ts';
import type { CropName } from '../../../core/images/crop.ts';
import { explainingDiskErrors } from '../../files/disk-errors.ts';
import { isRun } from '../../runs/manifest.ts';

/** The parts of a dataset of the CelebA family; paths of those that are there. */
export interface FaceFolder {
  readonly pictures: string | undefined;
  readonly labels: string | undefined;
  readonly partition: string | undefined;
  readonly identity: string | undefined;
  /** Names of CelebA-HQ's pictures in CelebA, whose partition and identities are theirs. */
  readonly mapping: string | undefined;
  /** The crop that fits these pictures. */
  readonly crop: CropName;
}

const withEnding = (name: string, ...endings: readonly string[]) =>
  ['', 'anno/', 'eval/'].flatMap(folder => endings.map(ending => `${folder}${name}${ending}`));

/** Names of each part, in lower case; the first that is there counts. */
const names = {
  pictures: [
    'img_align_celeba/img_align_celeba',
    'img_align_celeba',
    'img/img_align_celeba',
    'img_align_celeba_png',
    'img/img_align_celeba_png',
  ],
  highQuality: ['celeba-hq-img', 'celeba_hq_img'],
  labels: [
    ...withEnding('list_attr_celeba', '.txt', '.csv', '.txt.gz', '.csv.gz'),
    'celebamask-hq-attribute-anno.txt',
    'celeba-hq-attribute-anno.txt',
  ],
  partition: withEnding('list_eval_partition', '.txt', '.csv', '.txt.gz', '.csv.gz'),
  identity: withEnding('identity_celeba', '.txt', '.csv', '.txt.gz', '.csv.gz'),
  mapping: ['celeba-hq-to-celeba-mapping.txt'],
} as const;

/** Folders whose content may hold parts. */
const inner = new Set(['anno', 'eval', 'img', 'img_align_celeba']);

const archive = /\.(zip|7z|7z\.\d+|tar|tgz|tar\.gz|rar)$/;

/**
 * @returns the parts that are there; undefined for a folder that has neither tables nor a folder of pictures by their
 *   names. A dataset in the folder's only subfolder is found too.
 * @throws UserError where the folder cannot be read, is a file, or what it needs is still packed.
 */
export async function findFaceFolder(folder: string): Promise<FaceFolder | undefined> {
  if (!(await explainingDiskErrors('read', folder, () => stat(folder))).isDirectory()) {
    const remedy = archive.test(folder.toLowerCase())
      ? 'unpack it and give its folder'
      : 'give the folder that holds it';
    throw new UserError(`pictures must be in a folder; ${folder} is a file: ${remedy}`);
  }
  const found = await partsIn(folder);
  if (found !== undefined) return found;
  const entries = await listed(folder);
  const folders = entries.filter(entry => entry.isFolder);
  const only = folders.length === 1 && entries.length === 1 ? folders[0] : undefined;
  return only && partsIn(join(folder, only.name));
}

async function partsIn(folder: string): Promise<FaceFolder | undefined> {
  const paths = new Map<string, string>();
  for (const { name, isFolder } of await listed(folder)) {
    paths.set(name.toLowerCase(), join(folder, name));
    if (!isFolder || !inner.has(name.toLowerCase())) continue;
    // The folder of pictures itself may hold 200,000 files, of which only a folder of its own name counts.
    const isPictures = names.pictures.includes(name.toLowerCase() as 'img_align_celeba');
    for (const child of await listed(join(folder, name))) {
      if (isPictures && !child.isFolder) continue;
      paths.set(`${name}/${child.name}`.toLowerCase(), join(folder, name, child.name));
    }
  }
  const find = (candidates: readonly string[]) => {
    const path = candidates.map(name => paths.get(name)).find(each => each !== undefined);
    const packed = candidates.flatMap(name => [`${name}.zip`, `${name}.7z`]).find(name => paths.has(name));
    if (path === undefined && packed !== undefined) throw stillPacked(paths.get(packed)!);
    return path;
  };
  const [official, highQuality] = [find(names.pictures), find(names.highQuality)];
  const tables = {
    labels: find(names.labels),
    partition: find(names.partition),
    identity: find(names.identity),
    mapping: find(names.mapping),
  };
  const pictures = highQuality ?? official;
  if (pictures === undefined && tables.labels === undefined) {
    const packed = [...paths].find(([name]) => archive.test(name))?.[1];
    if (packed !== undefined && (await holdsNoPictures(folder))) throw stillPacked(packed);
    return undefined;
  }
  if (pictures === undefined) {
    const packed = [...paths].find(([name]) => archive.test(name) && /img|image|archive|celeba/.test(name))?.[1];
    if (packed !== undefined) throw stillPacked(packed);
  }
  return { pictures, ...tables, crop: highQuality === undefined ? 'celeba' : 'square' };
}

async function holdsNoPictures(folder: string): Promise<boolean> {
  return !(await listed(folder)).some(({ name, isFolder }) => isFolder || isPicture(name));
}

function stillPacked(path: string): UserError {
  return new UserError(`${path} is still packed; unpack it beside itself and run again`);
}

interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
}

/** @returns what a folder holds, in the order of names, without hidden files; links count as what they lead to. */
async function listed(folder: string): Promise<Entry[]> {
  const entries = await explainingDiskErrors('read', folder, () => readdir(folder, { withFileTypes: true }));
  const seen = entries.filter(({ name }) => !name.startsWith('.') && name !== '__MACOSX');
  const kinds = seen.map(async (entry): Promise<Entry> => {
    const target = entry.isSymbolicLink() ? await stat(join(folder, entry.name)).catch(() => undefined) : entry;
    return { name: entry.name, isFolder: target?.isDirectory() ?? false };
  });
  return (await Promise.all(kinds)).sort((a, b) => (a.name < b.name ? -1 : 1));
}

const pictureEndings = new Set(['.jpg', '.jpeg', '.jpe', '.jfif', '.png', '.webp', '.gif', '.tif', '.tiff', '.avif']);
/** Pictures by their endings that cannot be decoded here. */
const otherPictures = new Set([
  '.heic',
  '.heif',
  '.bmp',
  '.raw',
  '.cr2',
  '.cr3',
  '.nef',
  '.arw',
  '.dng',
  '.psd',
  '.svg',
]);

function isPicture(name: string): boolean {
  return pictureEndings.has(extname(name).toLowerCase());
}

/** Whether a file is a picture by its ending, of a format that is read here or of another. */
export function isAnyPicture(name: string): boolean {
  return isPicture(name) || otherPictures.has(extname(name).toLowerCase());
}

/** For messages. */
export const pictureFormats = 'JPEG, PNG, WebP, GIF, TIFF or AVIF';

export interface FoundPictures {
  /** Paths within the folder, with `/`, in the order of their names. */
  readonly files: readonly string[];
  /** Folders of runs within it, whose pictures are not people's but this program's: they are passed over. */
  readonly runs: readonly string[];
  /** Files that were passed over, counted by their ending. */
  readonly others: readonly {
    readonly ending: string;
    readonly count: number;
    /** Whether they are pictures, of a format that is not read here. */
    readonly isPicture: boolean;
  }[];
}

/** Lists the pictures of a folder and of the folders in it. @throws UserError for a folder that cannot be read. */
export async function findPictures(folder: string): Promise<FoundPictures> {
  const files: string[] = [];
  const runs: string[] = [];
  const others = new Map<string, number>();
  const visit = async (inside: string, depth: number) => {
    if (depth > deepest) {
      throw new UserError(`${folder} has folders in folders more than ${deepest} deep; a link may lead back to itself`);
    }
    for (const { name, isFolder } of await listed(join(folder, inside))) {
      const path = inside === '' ? name : `${inside}/${name}`;
      const ending = extname(name).toLowerCase();
      if (isFolder && (await isOfRun(join(folder, path)))) runs.push(path);
      else if (isFolder) await visit(path, depth + 1);
      else if (isPicture(name)) files.push(path);
      else others.set(ending, (others.get(ending) ?? 0) + 1);
    }
  };
  await visit('', 0);
  return {
    files,
    runs,
    others: [...others].map(([ending, count]) => ({ ending, count, isPicture: otherPictures.has(ending) })),
  };
}

const deepest = 20;

/** Whether a folder holds a run, finished or not: an unfinished one may have no manifest yet. */
async function isOfRun(folder: string): Promise<boolean> {
  return /\.(partial|earlier)$/.test(folder) || (await isRun(folder));
}
