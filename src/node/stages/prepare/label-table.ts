// Reads tables of labels: CelebA's official one, Kaggle's, and those of one's own with any attributes.
import { attributeNamePattern, attributeNames, mostAttributes, suggestedWord } from '../../../core/attributes.ts';
import { countOf, didYouMean, excerpt, firstFew, UserError } from '../../../core/errors.ts';
import { brightnessName } from '../../../core/images/brightness.ts';
import { splitNames } from '../../artefacts/dataset.ts';
import { checkLabelScale, labelValue, readTextTable, type TextRow } from '../../files/text-table.ts';
import { type BadFile, checkFewBad } from './bad-files.ts';
import { type Problem, parseSplit, pictureRows, shownCell } from './picture-rows.ts';

/** One row of a table of labels. */
export interface PictureLabels {
  /** [attributes] of 0 and 1. */
  readonly labels: Uint8Array;
  /** 0 train, 1 validation, 2 test; left out where the table has no such column. */
  readonly split?: number;
  /** The person, by any name; left out where the table has no such column. */
  readonly person?: string;
}

export interface LabelTable {
  readonly path: string;
  /** CelebA's 40 in their own order where the table has just these, otherwise as its columns stand. */
  readonly attributes: readonly string[];
  /** By the picture's name, in the table's order; those with bad rows are left out. */
  readonly rows: ReadonlyMap<string, PictureLabels>;
  readonly bad: readonly BadFile[];
}

/** Columns of a table of one's own that are no attributes. */
const splitColumns = ['split', 'partition'];
const personColumns = ['person', 'identity'];

/**
 * Reads a count, a line of names and rows (CelebA's official layout), or a heading and rows. The first cell of a row is
 * a picture's name; labels are 1 and −1, 1 and 0, or yes and no.
 * @param expected the attributes that must be there; left out, any, beside columns of the split and of the person.
 * @throws UserError when the table is wrong as a whole, or more than 1 % of its rows are bad.
 */
export async function readLabelTable(path: string, expected?: readonly string[]): Promise<LabelTable> {
  const { count, heading, body } = await readHeading(path);
  const place = `${path}: line ${heading.line}`;
  const names = heading.cells.map(name => name.replaceAll(/\s+/g, '_'));
  const unnamed = names.lastIndexOf(''); // never the last, as empty cells at an end are left out
  if (unnamed >= 0) {
    const next = excerpt(names[unnamed + 1]!, 40);
    throw new UserError(`${place} must name each column; the one before ${next} has no name. Name it, or take it out`);
  }
  const columnOf = (wanted: readonly string[]) =>
    expected === undefined ? names.findIndex(name => wanted.includes(name.toLowerCase())) : -1;
  const [splitColumn, personColumn] = [columnOf(splitColumns), columnOf(personColumns)];
  const own = [...names.keys()].filter(column => column !== splitColumn && column !== personColumn);
  const found = own.map(column => names[column]!);
  const attributes = expected ?? (isCeleba(found) ? attributeNames : found);
  if (expected === undefined) checkOwnNames(found, place);
  else checkNames(found, expected, place);
  const targets = own.map(column => ({ column, to: attributes.indexOf(names[column]!) }));
  const values = new Set<number>();
  /** How many cells of a column are no labels, and the first of them. */
  const refused = new Map<number, { readonly cell: string; count: number }>();

  const parse = (given: readonly string[]): PictureLabels | Problem => {
    const lacking = own.find(column => column >= given.length);
    if (given.length > names.length || lacking !== undefined) {
      const wanted = own.length < names.length ? `${names.length} cells after its name` : countOf(own.length, 'labels');
      const end = lacking === undefined ? '' : `, nothing for ${names[lacking]}`;
      return { problem: `a row must have ${wanted}; got ${given.length}${end}` };
    }
    const cells = [...given, ...Array<string>(names.length - given.length).fill('')]; // who or which split is unknown
    const labels = new Uint8Array(attributes.length);
    for (const { column, to } of targets) {
      const value = labelValue(cells[column]!);
      if (value === undefined) {
        const known = refused.get(column) ?? { cell: cells[column]!, count: 0 };
        known.count++;
        refused.set(column, known);
        const got = `${shownCell(cells[column]!)} for ${names[column]}`;
        return { problem: `a label must be 1 or -1, or 1 or 0; got ${got}` };
      }
      values.add(value);
      labels[to] = Number(value > 0);
    }
    const split = (cells[splitColumn] ?? '') === '' ? undefined : parseSplit(cells[splitColumn]!);
    if (typeof split === 'object') return split;
    return {
      labels,
      ...(split !== undefined && { split }),
      ...(personColumn >= 0 && { person: cells[personColumn]! }),
    };
  };
  const read = pictureRows(body, parse);
  if (count !== undefined && read.count !== count) {
    throw new UserError(`${path}: line 1 says ${count} pictures, ${read.count} rows follow; get the whole file again`);
  }
  if (read.count === 0) throw new UserError(`${path} must have a row for each picture; it has a heading alone`);
  for (const [column, { cell, count: wrong }] of refused) {
    if (wrong === 1 || wrong < read.count) continue; // one row tells nothing of a column
    throw new UserError(
      `${place}: column ${names[column]} holds no labels (1 and 0, 1 and -1, or yes and no) but such as ` +
        `${shownCell(cell)}. Take it out; the first column names the picture`,
    );
  }
  checkLabelScale(path, values);
  const bad = [...read.bad, ...takeUnsplit(read.rows)];
  checkFewBad(bad, read.rows.size + bad.length, path);
  checkPeopleApart(read.rows.values(), path);
  return { path, attributes, rows: read.rows, bad };
}

/** Takes out the rows without a split where others have one. A column of splits that is empty throughout tells none. */
function takeUnsplit(rows: Map<string, PictureLabels>): BadFile[] {
  const open = [...rows].flatMap(([file, { split }]) => (split === undefined ? [file] : []));
  if (open.length === rows.size) return [];
  for (const file of open) rows.delete(file);
  return open.map(file => ({ file, reason: 'its split is empty, where others have one' }));
}

/** @throws UserError where somebody is in two splits: what is tested would be known from training. */
export function checkPeopleApart(
  rows: Iterable<{ readonly person?: string; readonly split?: number | undefined }>,
  path: string,
  remedy = 'Leave the column of splits out, or that of persons',
): void {
  const splitOf = new Map<string, number>();
  for (const { person = '', split } of rows) {
    if (person === '' || split === undefined) continue;
    const before = splitOf.get(person) ?? split;
    if (before !== split) {
      throw new UserError(
        `${path}: a person must be in one split; ${excerpt(person)} is in ${splitNames[before]} and ${splitNames[split]}. ${remedy}`,
      );
    }
    splitOf.set(person, split);
  }
}

interface Headed {
  /** Rows that are said to follow; undefined where nothing says it. */
  readonly count: number | undefined;
  /** The names of the columns after the picture's. */
  readonly heading: TextRow;
  readonly body: Iterable<TextRow>;
}

async function readHeading(path: string): Promise<Headed> {
  const rows = await readTextTable(path);
  const [first, second] = firstTwo(rows);
  if (first?.cells.length === 1 && /^\d{1,9}$/.test(first.cells[0]!)) {
    const heading = second ?? { line: 2, cells: [] };
    return { count: Number(first.cells[0]), heading, body: after(rows, heading.line) };
  }
  const [picture = '', ...cells] = first?.cells ?? [];
  const isRow = /\.\w{3,4}$/.test(picture) || cells.every(cell => labelValue(cell) !== undefined);
  if (cells.length === 0 || isRow) {
    const shown = excerpt(first?.cells.join(' ') ?? '', 40);
    throw new UserError(
      `${path}: line 1 must be a heading (image_id and the attributes) or the number of pictures; got "${shown}"`,
    );
  }
  return { count: undefined, heading: { line: first!.line, cells }, body: after(rows, first!.line) };
}

function firstTwo(rows: Iterable<TextRow>): (TextRow | undefined)[] {
  const found: TextRow[] = [];
  for (const row of rows) if (found.push(row) === 2) break;
  return found;
}

function* after(rows: Iterable<TextRow>, line: number): Generator<TextRow> {
  for (const row of rows) if (row.line > line) yield row;
}

function isCeleba(names: readonly string[]): boolean {
  const known = new Set(names);
  return names.length === attributeNames.length && attributeNames.every(name => known.has(name));
}

/** @throws UserError for names that cannot be attributes. */
function checkOwnNames(names: readonly string[], where: string): void {
  if (names.length === 0 || names.length > mostAttributes) {
    throw new UserError(`${where} must name 1 to ${mostAttributes} attributes; got ${names.length}`);
  }
  const wrong = names.find(name => !attributeNamePattern.test(name));
  if (wrong !== undefined) {
    throw new UserError(
      `${where}: an attribute's name must be letters without accents, digits, _ and -, at most 64; got "${excerpt(wrong)}"`,
    );
  }
  const reserved = names.find(name => name === brightnessName || name === suggestedWord);
  if (reserved !== undefined) {
    throw new UserError(`${where}: "${reserved}" has a meaning of its own in edits. Give the attribute another name`);
  }
  const lower = names.map(name => name.toLowerCase());
  const again = names.find((_, i) => lower.indexOf(lower[i]!) < i);
  if (again !== undefined) throw new UserError(`${where} must name each attribute once; got ${again} twice`);
}

/** @throws UserError unless the names are those expected, in any order. */
function checkNames(names: readonly string[], expected: readonly string[], where: string): void {
  for (const name of names) {
    if (expected.includes(name)) continue;
    const shown = excerpt(name, 40);
    throw new UserError(`${where} has the unknown attribute "${shown}".${didYouMean(shown, expected)}`);
  }
  const missing = expected.filter(name => !names.includes(name));
  if (names.length === expected.length && missing.length === 0) return;
  const lacking = missing.length > 0 ? `; ${firstFew(missing)} missing` : '';
  throw new UserError(
    `${where} must name each of the ${countOf(expected.length, 'attributes')} once; got ${names.length}${lacking}`,
  );
}
