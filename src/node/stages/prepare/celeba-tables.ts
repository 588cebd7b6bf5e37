// Reads CelebA's tables in both layouts that people have: the official one and Kaggle's.
import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { attributeNames } from '../../../core/attributes.ts';
import { didYouMean, UserError } from '../../../core/errors.ts';
import { explainingDiskErrors } from '../../files/disk-errors.ts';
import { readWhole } from '../../files/files.ts';
import { exists } from '../../runs/manifest.ts';

/** A table: the names of its columns, where it has any, and its rows, each beginning with a file name. */
export interface Table {
  readonly path: string;
  readonly columns: readonly string[];
  /** Each row is split when it is read: the eight million cells of the whole CelebA would take half a gigabyte. */
  readonly rows: Iterable<readonly string[]>;
}

export interface CelebaTables {
  readonly imageFolder: string;
  readonly labels: Table;
  readonly partition: Table;
  /** Left out in Kaggle's layout. */
  readonly identity: Table | undefined;
}

/**
 * Reads `list_attr_celeba` and `list_eval_partition`, which end in .txt (official) or .csv (Kaggle), and, if it is
 * there, `identity_CelebA.txt`. @throws UserError when one is missing or wrong as a whole.
 */
export async function readCelebaTables(folder: string): Promise<CelebaTables> {
  const identityPath = join(folder, 'identity_CelebA.txt');
  return {
    imageFolder: await findImageFolder(join(folder, 'img_align_celeba')),
    labels: await readTable(folder, 'list_attr_celeba', readOfficialLabels, attributeNames),
    partition: await readTable(folder, 'list_eval_partition', readRows, ['partition']),
    identity: (await exists(identityPath)) ? await readRows(identityPath) : undefined,
  };
}

/** Kaggle's archive has a folder of the same name inside the folder. @throws UserError where there is no folder. */
async function findImageFolder(folder: string): Promise<string> {
  const nested = join(folder, 'img_align_celeba');
  await explainingDiskErrors('read', folder, async () => (await opendir(folder)).close());
  return (await exists(nested)) ? nested : folder;
}

/** @param path a file of labels of either layout, perhaps packed with gzip. @throws UserError when it is no such file. */
export async function readLabelTable(path: string): Promise<Table> {
  return /\.csv(\.gz)?$/i.test(path) ? readCsv(path, attributeNames) : readOfficialLabels(path);
}

async function readTable(
  folder: string,
  name: string,
  readOfficial: (path: string) => Promise<Table>,
  columns: readonly string[],
): Promise<Table> {
  const [official, kaggle] = [join(folder, `${name}.txt`), join(folder, `${name}.csv`)];
  const isKaggle = !(await exists(official)) && (await exists(kaggle));
  return isKaggle ? readCsv(kaggle, columns) : readOfficial(official);
}

/** Reads a count, a line of 40 names, then a row for each picture. */
async function readOfficialLabels(path: string): Promise<Table> {
  const [countLine = '', nameLine = '', ...lines] = await readLines(path);
  const count = Number(countLine);
  if (!/^\d+$/.test(countLine)) {
    throw new UserError(`${path}: line 1 must be the number of pictures; got "${countLine.slice(0, 40)}"`);
  }
  const columns = nameLine.split(/\s+/);
  checkColumns(columns, attributeNames, `${path}: line 2`);
  if (lines.length !== count) {
    throw new UserError(
      `${path}: line 1 says ${count} pictures, ${lines.length} rows follow; get the whole file again`,
    );
  }
  return { path, columns, rows: splitting(lines, words) };
}

/** Reads rows of a file name and a number. */
async function readRows(path: string): Promise<Table> {
  return { path, columns: [], rows: splitting(await readLines(path), words) };
}

/** Reads a line of `image_id` and the names of the columns, then rows; no cell is quoted. */
async function readCsv(path: string, names: readonly string[]): Promise<Table> {
  const [header = '', ...lines] = await readLines(path);
  const [first = '', ...columns] = cells(header);
  if (first !== 'image_id')
    throw new UserError(`${path}: line 1 must begin with image_id; got "${first.slice(0, 40)}"`);
  checkColumns(columns, names, `${path}: line 1`);
  return { path, columns, rows: splitting(lines, cells) };
}

function words(line: string): string[] {
  return line.split(/\s+/);
}

function cells(line: string): string[] {
  return line.split(',').map(cell => cell.trim());
}

function splitting(lines: readonly string[], split: (line: string) => string[]): Table['rows'] {
  return {
    *[Symbol.iterator]() {
      for (const line of lines) yield split(line);
    },
  };
}

/** Missing columns that an error names; more would fill the terminal. */
const mostNamed = 5;

function checkColumns(columns: readonly string[], names: readonly string[], where: string): void {
  for (const name of columns) {
    if (names.includes(name)) continue;
    const shown = name.slice(0, 40);
    throw new UserError(
      `${where} has the unknown ${names.length > 1 ? 'attribute' : 'column'} "${shown}".${didYouMean(shown, names)}`,
    );
  }
  const missing = names.filter(name => !columns.includes(name));
  if (columns.length === names.length && missing.length === 0) return;
  const named = missing.slice(0, mostNamed).join(', ');
  const others = missing.length > mostNamed ? ` and ${missing.length - mostNamed} others` : '';
  const lacking = missing.length > 0 ? `; ${named}${others} missing` : '';
  const each = names.length > 1 ? `each of the ${names.length} attributes` : names[0];
  throw new UserError(`${where} must name ${each} once; got ${columns.length}${lacking}`);
}

async function readLines(path: string): Promise<string[]> {
  const text = new TextDecoder().decode(unpacked(await readWhole(path), path));
  return text.split('\n').flatMap(line => line.trim() || []);
}

/** Most bytes that a table may unpack to; the labels of the whole CelebA take 24 MB. */
const mostUnpacked = 2 ** 28;

/** Unpacks gzip files, which their first bytes tell; other files stay as they are. */
function unpacked(bytes: Uint8Array, path: string): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: mostUnpacked });
  } catch (error) {
    throw new UserError(`${path} cannot be unpacked: ${(error as Error).message}; get the whole file again`);
  }
}
