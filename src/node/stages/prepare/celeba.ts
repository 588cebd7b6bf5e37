// Joins CelebA's tables (Liu et al. 2015) into one list of pictures, and trusts nothing in them.
import { attributeNames } from '../../../core/attributes.ts';
import { type BadFile, checkFewBad } from './bad-files.ts';
import { readCelebaTables, readLabelTable, type Table } from './celeba-tables.ts';

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
  /** The pictures in the order of the label file, without those that have bad rows. */
  readonly pictures: readonly CelebaPicture[];
  readonly bad: readonly BadFile[];
}

/**
 * @param folder holds CelebA in the official or in Kaggle's layout. The pictures themselves are not looked at.
 * @throws UserError when a table is missing or wrong as a whole, or more than 1 % of the rows are bad.
 */
export async function readCelebaIndex(folder: string): Promise<CelebaIndex> {
  const { imageFolder, labels, partition, identity } = await readCelebaTables(folder);
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

/** A file of labels by itself, which needs no pictures. */
export interface LabelIndex {
  /** The pictures' file names, in the file's order; those with bad rows are left out. */
  readonly files: readonly string[];
  /** [files, 40] of 0 and 1, in the order of `attributeNames`. */
  readonly labels: Uint8Array;
  readonly bad: readonly BadFile[];
}

/** @throws UserError when the file is wrong as a whole, or more than 1 % of its rows are bad. */
export async function readLabelIndex(path: string): Promise<LabelIndex> {
  const table = await readLabelTable(path);
  const reasons = new Map<string, string>();
  const rows = indexRows(table, (file, reason) => reasons.has(file) || reasons.set(file, reason), parseLabels(table));
  for (const file of reasons.keys()) rows.delete(file);
  const bad = [...reasons].map(([file, reason]) => ({ file, reason }));
  checkFewBad(bad, rows.size + bad.length, path);
  return { files: [...rows.keys()], labels: labelTable([...rows.values()]), bad };
}

/** @param rows [40] each. @returns [rows, 40]. */
export function labelTable(rows: readonly Uint8Array[]): Uint8Array {
  const labels = new Uint8Array(rows.length * attributeNames.length);
  for (const [i, row] of rows.entries()) labels.set(row, i * attributeNames.length);
  return labels;
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

/** Reads labels from columns in the file's order into the order of `attributeNames`. */
function parseLabels({ columns }: Table) {
  const targets = columns.map(name => (attributeNames as readonly string[]).indexOf(name));
  return (fields: readonly string[]): Uint8Array | { problem: string } => {
    if (fields.length !== columns.length) return { problem: `a row must have 40 labels; got ${fields.length}` };
    const labels = new Uint8Array(columns.length);
    for (const [i, field] of fields.entries()) {
      if (field !== '1' && field !== '-1') return { problem: `a label must be 1 or -1; got ${field.slice(0, 20)}` };
      labels[targets[i]!] = field === '1' ? 1 : 0;
    }
    return labels;
  };
}

function parsePartition(fields: readonly string[]): number | { problem: string } {
  const [field = ''] = fields;
  return fields.length === 1 && /^[012]$/.test(field)
    ? Number(field)
    : { problem: `its partition must be 0, 1 or 2; got ${fields.join(' ').slice(0, 20) || 'nothing'}` };
}

function parseIdentity(fields: readonly string[]): number | { problem: string } {
  const [field = ''] = fields;
  return fields.length === 1 && /^\d{1,9}$/.test(field)
    ? Number(field)
    : { problem: `its identity must be a whole number; got ${fields.join(' ').slice(0, 20) || 'nothing'}` };
}
