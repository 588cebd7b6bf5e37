// Reads CelebA's tables in the official layout (Liu et al. 2015) and trusts nothing in them.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { attributeNames } from '../../core/attributes.ts';
import { didYouMean, UserError } from '../../core/errors.ts';
import { explainingDiskErrors } from '../io/disk-errors.ts';
import { readWhole } from '../io/files.ts';
import { exists } from '../io/manifest.ts';
import { type BadFile, checkFewBad } from './bad-files.ts';

export interface CelebaPicture {
  /** The name in the image folder: `000001.jpg`. */
  readonly file: string;
  /** [40] of 0 and 1, in the order of `attributeNames`. */
  readonly labels: Uint8Array;
  /** 0 train, 1 validation, 2 test. */
  readonly split: number;
  /** The person's number, or -1 where the folder has no identities. */
  readonly identity: number;
}

export interface CelebaIndex {
  readonly imageFolder: string;
  /** The tables that were read, by what they hold. */
  readonly tables: Readonly<Record<string, string>>;
  /** In the order of the label file; those with bad rows are left out. */
  readonly pictures: readonly CelebaPicture[];
  readonly bad: readonly BadFile[];
}

/** One table: the names of its columns, where it has them, and its rows, each beginning with a file name. */
interface Table {
  readonly path: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/**
 * @param folder holds `img_align_celeba/`, `list_attr_celeba.txt`, `list_eval_partition.txt` and, if it is to be used,
 * `identity_CelebA.txt`. The pictures themselves are not looked at.
 * @throws UserError when a table is missing or wrong as a whole, or more than 1 % of the rows are bad.
 */
export async function readCelebaIndex(folder: string): Promise<CelebaIndex> {
  const imageFolder = join(folder, 'img_align_celeba');
  const isFolder = await explainingDiskErrors('read', imageFolder, async () => (await stat(imageFolder)).isDirectory());
  if (!isFolder) throw new UserError(`${imageFolder} must be the folder of pictures; it is a file`);
  const identityPath = join(folder, 'identity_CelebA.txt');
  const labels = await readAttributeTable(join(folder, 'list_attr_celeba.txt'));
  const partition = await readPairTable(join(folder, 'list_eval_partition.txt'));
  const identity = (await exists(identityPath)) ? await readPairTable(identityPath) : undefined;

  const reasons = new Map<string, string>(); // the first thing wrong with each file
  const blame = (file: string, reason: string) => reasons.has(file) || reasons.set(file, reason);
  const labelsOf = indexRows(labels, blame, parseLabels(labels));
  const splitOf = indexRows(partition, blame, parsePartition);
  const identityOf = identity && indexRows(identity, blame, parseIdentity);
  for (const file of splitOf.keys()) if (!labelsOf.has(file)) blame(file, 'it has no row of labels');

  const pictures: CelebaPicture[] = [];
  for (const [file, ownLabels] of labelsOf) {
    const split = splitOf.get(file);
    const person = identityOf === undefined ? -1 : identityOf.get(file);
    if (split === undefined) blame(file, 'it is in no partition');
    else if (person === undefined) blame(file, 'it has no identity');
    else if (!reasons.has(file)) pictures.push({ file, labels: ownLabels, split, identity: person });
  }
  const bad = [...reasons].map(([file, reason]) => ({ file, reason }));
  checkFewBad(bad, pictures.length + bad.length, `the tables of ${folder}`);
  const tables = { labels: labels.path, partition: partition.path, ...(identity && { identity: identity.path }) };
  return { imageFolder, tables, pictures, bad };
}

/** A count, a line of 40 names, then a row for each picture. */
async function readAttributeTable(path: string): Promise<Table> {
  const [countLine = '', nameLine = '', ...lines] = await readLines(path);
  const count = Number(countLine);
  if (!/^\d+$/.test(countLine)) {
    throw new UserError(`${path}: line 1 must be the number of pictures; got "${countLine.slice(0, 40)}"`);
  }
  const columns = nameLine.split(/\s+/);
  for (const name of columns) {
    if ((attributeNames as readonly string[]).includes(name)) continue;
    throw new UserError(`${path}: line 2 has the unknown attribute "${name}".${didYouMean(name, attributeNames)}`);
  }
  const missing = attributeNames.filter(name => !columns.includes(name));
  if (columns.length !== attributeNames.length || missing.length > 0) {
    const lacking = missing.length > 0 ? `; ${missing.join(', ')} missing` : '';
    throw new UserError(`${path}: line 2 must name each of the 40 attributes once; got ${columns.length}${lacking}`);
  }
  if (lines.length !== count) {
    throw new UserError(
      `${path}: line 1 says ${count} pictures, ${lines.length} rows follow; get the whole file again`,
    );
  }
  return { path, columns, rows: lines.map(line => line.split(/\s+/)) };
}

/** Rows of a file name and a number. */
async function readPairTable(path: string): Promise<Table> {
  return { path, columns: [], rows: (await readLines(path)).map(line => line.split(/\s+/)) };
}

async function readLines(path: string): Promise<string[]> {
  const text = new TextDecoder().decode(await readWhole(path));
  return text.split('\n').flatMap(line => line.trim() || []);
}

/** @returns the parsed rows by file name; rows that are wrong are blamed on their file and left out. */
function indexRows<Value>(
  { rows }: Table,
  blame: (file: string, reason: string) => void,
  parse: (fields: readonly string[]) => Value | { problem: string },
): Map<string, Value> {
  const parsed = new Map<string, Value>();
  for (const [file = '', ...fields] of rows) {
    const value = parse(fields);
    if (/[\\/]/.test(file)) blame(file, 'its name must not contain a folder');
    else if (typeof value === 'object' && value !== null && 'problem' in value) blame(file, value.problem);
    else if (parsed.has(file)) blame(file, 'it is listed twice');
    else parsed.set(file, value);
  }
  return parsed;
}

/** Columns stand in the file's order; labels in ours. */
function parseLabels({ columns }: Table) {
  const targets = columns.map(name => (attributeNames as readonly string[]).indexOf(name));
  return (fields: readonly string[]): Uint8Array | { problem: string } => {
    if (fields.length !== columns.length) return { problem: `a row must have 40 labels; got ${fields.length}` };
    const labels = new Uint8Array(columns.length);
    for (const [i, field] of fields.entries()) {
      if (field !== '1' && field !== '-1') return { problem: `a label must be 1 or -1; got ${field}` };
      labels[targets[i]!] = field === '1' ? 1 : 0;
    }
    return labels;
  };
}

function parsePartition(fields: readonly string[]): number | { problem: string } {
  const [field = ''] = fields;
  return fields.length === 1 && /^[012]$/.test(field)
    ? Number(field)
    : { problem: `its partition must be 0, 1 or 2; got ${fields.join(' ') || 'nothing'}` };
}

function parseIdentity(fields: readonly string[]): number | { problem: string } {
  const [field = ''] = fields;
  return fields.length === 1 && /^\d{1,9}$/.test(field)
    ? Number(field)
    : { problem: `its identity must be a whole number; got ${fields.join(' ') || 'nothing'}` };
}
