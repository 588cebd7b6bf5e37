// Reads rows that each begin with a picture's name, and blames those that are wrong on their picture.
import { excerpt } from '../../../core/errors.ts';
import { splitNames } from '../../artefacts/dataset.ts';
import { readTextTable, type TextRow } from '../../files/text-table.ts';
import type { BadFile } from './bad-files.ts';

/** Something wrong with a row, in a few words. */
export interface Problem {
  readonly problem: string;
}

export interface PictureRows<Value> {
  /** By the picture's name, in the table's order. */
  readonly rows: Map<string, Value>;
  readonly bad: BadFile[];
  /** All rows, the bad ones too. */
  readonly count: number;
}

/** @param parse reads the cells after the name. */
export function pictureRows<Value extends NonNullable<unknown>>(
  table: Iterable<TextRow>,
  parse: (cells: readonly string[]) => Value | Problem,
): PictureRows<Value> {
  const rows = new Map<string, Value>();
  const reasons = new Map<string, string>(); // the first thing wrong with each picture
  let count = 0;
  for (const { line, cells } of table) {
    count++;
    const [name = '', ...fields] = cells;
    const value = name === '' ? { problem: 'its row names no picture' } : parse(fields);
    const picture = name === '' ? `line ${line}` : name;
    const problem = isProblem(value) ? value.problem : rows.has(name) ? 'it is listed twice' : undefined;
    if (problem === undefined) rows.set(name, value as Value);
    else if (!reasons.has(picture)) reasons.set(picture, problem);
  }
  for (const picture of reasons.keys()) rows.delete(picture);
  return { rows, bad: [...reasons].map(([file, reason]) => ({ file, reason })), count };
}

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'problem' in value;
}

/** Words for the splits, beside their numbers. */
const splitWords: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    splitNames.flatMap((name, number) => [[name, number] as const, [`${number}`, number] as const]),
  ),
  ...{ val: 1, valid: 1, dev: 1, eval: 1, '0.0': 0, '1.0': 1, '2.0': 2 },
};

/** Reads a table of partitions, with or without a heading. */
export function readPartition(path: string): Promise<PictureRows<number>> {
  return readColumn(path, parseSplit);
}

export function parseSplit(cell: string): number | Problem {
  const word = cell.toLowerCase();
  if (Object.hasOwn(splitWords, word)) return splitWords[word]!;
  return { problem: `its partition must be train, validation or test, or 0, 1 or 2; got ${shownCell(cell)}` };
}

/** Reads a table of people, with or without a heading. */
export function readIdentities(path: string): Promise<PictureRows<number>> {
  return readColumn(path, cell =>
    /^\d{1,9}$/.test(cell) ? Number(cell) : { problem: `its identity must be a whole number; got ${shownCell(cell)}` },
  );
}

/** Reads CelebA-HQ's table of where its pictures come from. @returns its names by those in CelebA. */
export async function readMapping(path: string): Promise<ReadonlyMap<string, string>> {
  const rows = await readTextTable(path);
  const names = new Map<string, string>();
  for (const { cells } of rows) {
    const [index = '', , original = ''] = cells;
    if (/^\d+$/.test(index)) names.set(original, `${index}.jpg`);
  }
  return names;
}

/** @param mapping new names by the old ones; rows without one are left out. Left out: nothing is renamed. */
export function renamed<Value>(
  table: PictureRows<Value>,
  mapping: ReadonlyMap<string, string> | undefined,
): PictureRows<Value> {
  if (mapping === undefined) return table;
  const rows = [...table.rows].flatMap(([name, value]) => {
    const other = mapping.get(name);
    return other === undefined ? [] : [[other, value] as const];
  });
  return { rows: new Map(rows), bad: [], count: rows.length };
}

/** Reads a table of two columns, whose first row may be a heading. */
async function readColumn(path: string, parse: (cell: string) => number | Problem): Promise<PictureRows<number>> {
  const rows = await readTextTable(path);
  const isHeading = ({ cells }: TextRow) =>
    /^(image|file|name|picture)/i.test(cells[0]!) && isProblem(parse(cells[1] ?? ''));
  return pictureRows(dropFirst(rows, isHeading), cells =>
    cells.length === 1 ? parse(cells[0]!) : parse(cells.join(' ')),
  );
}

/** Leaves the first row out where it is as described. */
function* dropFirst(rows: Iterable<TextRow>, isLeftOut: (row: TextRow) => boolean): Generator<TextRow> {
  let first = true;
  for (const row of rows) {
    if (!first || !isLeftOut(row)) yield row;
    first = false;
  }
}

/** A cell of a foreign file, for a message: short and without control characters. */
export function shownCell(cell: string): string {
  return excerpt(cell, 20) || 'nothing';
}
