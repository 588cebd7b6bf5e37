// Reads tables of text as people have them: with any line ends, separators, quotes and encoding, packed with gzip or not.
import { stat } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { UserError } from '../../core/errors.ts';
import { decodeText } from '../../core/formats/text.ts';
import { errorCode, explainingDiskErrors } from './disk-errors.ts';
import { readWhole } from './files.ts';

/** A row that is not blank. */
export interface TextRow {
  /** The line in the file, from 1. */
  readonly line: number;
  /** Without spaces around them; those that are empty and stand last are left out. */
  readonly cells: readonly string[];
}

/** Most bytes of a table, unpacked; the labels of the whole CelebA take 24 MB. */
const mostBytes = 2 ** 28;
/** Most characters of a line: a thousand attributes take a few thousand. */
const longestLine = 2 ** 20;

/**
 * Reads a table whose cells are separated by commas, semicolons, tabs or, where a line has none of these, by spaces.
 * @returns its rows, each split when it is read: the eight million cells of the whole CelebA would take half a
 *   gigabyte.
 * @throws UserError when the file cannot be read, is no text, or is larger than 256 MB.
 */
export async function readTextTable(path: string): Promise<Iterable<TextRow>> {
  const { size } = await explainingDiskErrors('read', path, () => stat(path));
  if (size > mostBytes) throw tooLarge(path);
  const lines = decoded(unpacked(await readWhole(path), path), path).split(/\r\n|\n|\r/);
  const long = lines.findIndex(line => line.length > longestLine);
  if (long >= 0) {
    throw new UserError(
      `${path}, line ${long + 1} has ${lines[long]!.length} characters; a table's may have ${longestLine} at most. Check the file`,
    );
  }
  const separator = separatorOf(lines);
  return {
    *[Symbol.iterator]() {
      for (const [i, line] of lines.entries()) {
        const cells = cellsOf(line, separator);
        if (cells.length > 0) yield { line: i + 1, cells };
      }
    },
  };
}

function tooLarge(path: string): UserError {
  return new UserError(`${path} is larger than a table may be, ${mostBytes / 2 ** 20} MB; check the path`);
}

/** Unpacks gzip files, which their first bytes tell; other files stay as they are. */
function unpacked(bytes: Uint8Array, path: string): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: mostBytes });
  } catch (error) {
    if (errorCode(error) === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(path);
    throw new UserError(`${path} cannot be unpacked: ${(error as Error).message}; get the whole file again`);
  }
}

function decoded(bytes: Uint8Array, path: string): string {
  const [first, second, third] = bytes;
  if (first === 0x50 && second === 0x4b && third === 3) {
    throw new UserError(`${path} is packed (ZIP) or a spreadsheet; unpack it, or save it as CSV`);
  }
  const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (!isUtf16 && bytes.subarray(0, 1024).includes(0)) {
    throw new UserError(`${path} must be a table of text; it holds binary data. Save it as CSV`);
  }
  return decodeText(bytes);
}

type Separator = ',' | ';' | '\t' | ' ';

/** @returns the separator that the first line with several cells has most of; lines of one number count rows. */
function separatorOf(lines: readonly string[]): Separator {
  const first = lines.find(line => line.trim() !== '' && !/^\s*\d+\s*$/.test(line)) ?? '';
  const bare = first.replaceAll(/"[^"]*"/g, '');
  const counts = ([',', ';', '\t'] as const).map(separator => ({ separator, count: bare.split(separator).length - 1 }));
  const best = counts.reduce((most, each) => (each.count > most.count ? each : most));
  return best.count > 0 ? best.separator : ' ';
}

/** One cell and its separator from the start of what is left: in quotes, or up to the separator. */
const cellPatterns: Readonly<Record<Separator, RegExp>> = {
  ',': /\s*(?:"([^"]*(?:""[^"]*)*)"\s*|([^,]*))(?:,|$)/y,
  ';': /\s*(?:"([^"]*(?:""[^"]*)*)"\s*|([^;]*))(?:;|$)/y,
  '\t': / *(?:"([^"]*(?:""[^"]*)*)" *|([^\t]*))(?:\t|$)/y,
  ' ': /\s*(?:"([^"]*(?:""[^"]*)*)"|(\S+))(?:\s+|$)/y,
};

function cellsOf(line: string, separator: Separator): string[] {
  const cells = line.includes('"') ? quotedCells(line, cellPatterns[separator]) : plainCells(line, separator);
  while (cells.at(-1) === '') cells.pop();
  return cells;
}

function plainCells(line: string, separator: Separator): string[] {
  if (separator === ' ') return line.trim().split(/\s+/);
  return line.split(separator).map(cell => cell.trim());
}

/** @param pattern sticky; where it fits nowhere, the rest of the line is one cell. */
function quotedCells(line: string, pattern: RegExp): string[] {
  const cells: string[] = [];
  for (let at = 0; at < line.length; at = pattern.lastIndex) {
    pattern.lastIndex = at;
    const found = pattern.exec(line);
    if (found === null) return [...cells, line.slice(at).trim()];
    const [, quoted, plain = ''] = found;
    cells.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"').trim());
  }
  return cells;
}

const labelValues = new Map<string, number>([
  ...['1', '+1', '1.0', 'true', 'yes', 'y'].map(text => [text, 1] as const),
  ...['0', '0.0', 'false', 'no', 'n'].map(text => [text, 0] as const),
  ...['-1', '−1', '-1.0'].map(text => [text, -1] as const),
]);

/** @returns 1, 0 or −1 for a cell that is a label in one of the usual spellings, `yes` and `1.0` among them. */
export function labelValue(cell: string): number | undefined {
  return labelValues.get(cell.toLowerCase());
}

/** @param values all labels of a table. @throws UserError where it mixes 0 and −1, one of which may mean unknown. */
export function checkLabelScale(path: string, values: ReadonlySet<number>): void {
  if (values.size <= 2) return;
  throw new UserError(
    `${path}: labels must be 1 and -1, or 1 and 0; it has all three, and 0 may mean unknown. Leave out what is unknown`,
  );
}
