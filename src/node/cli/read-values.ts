// Reads the values of options as people type them: lists, ranges of seeds, paths with commas, other minus signs.
import { existsSync } from 'node:fs';
import { minusSigns } from '../../core/editing/moves.ts';
import { UserError } from '../../core/errors.ts';
import { flagOf, type OptionSchema, pathValues, type ValueSchema } from '../stages/framework/option-schema.ts';

/** Most numbers that a range such as 0-63 may stand for. */
const longestRange = 1_000_000;

/**
 * @param text one word of the command line, or a text of the configuration file.
 * @returns what zod then checks: a number where the option takes one, a list where it takes several.
 * @throws UserError for text in a list of whole numbers that is none.
 */
export function readValue(text: string, schema: OptionSchema): unknown {
  if (schema.type !== 'array') return readSingle(text, schema);
  const { items = {} } = schema;
  if (items.type === 'integer') return splitList(text, /[,;\s]+/).flatMap(piece => readRange(piece, schema.key));
  if (items.values === pathValues) return readPaths(text);
  // A move's comma may stand before decimals, as in Young=-0,5: only one before the next move parts two.
  if (schema.list === 'moves') return splitList(text, /,(?=[^,=]*=)/);
  return splitList(text, /,/).map(piece => readSingle(piece, items));
}

/** @returns the pieces; empty ones, as after a comma at the end, are left out unless there is nothing else. */
function splitList(text: string, separator: RegExp): string[] {
  const pieces = text.split(separator).map(piece => piece.trim());
  const full = pieces.filter(piece => piece !== '');
  return full.length > 0 ? full : [''];
}

/** Turns text into a number where the option takes one. Other text stays as it is, for zod to refuse. */
function readSingle(text: string, schema: ValueSchema): unknown {
  const types = [schema, ...(schema.anyOf ?? [])].map(({ type }) => type);
  const numeric = types.includes('number') || types.includes('integer');
  const plain = text.replace(minusSigns, '-');
  if (numeric && plain.trim() !== '' && !Number.isNaN(Number(plain))) return Number(plain);
  if (types.includes('null') && text === 'null') return null;
  return text;
}

/** @param piece `7`, or `0-63`, `0..63` and `0–63`, both ends included. */
function readRange(piece: string, key: string): number[] {
  const [, from, to] = /^(\d+)(?:\.\.|[-:\u2010-\u2015\u2212])(\d+)$/.exec(piece) ?? [];
  const [first, last] = [Number(from), Number(to)];
  if (from === undefined) {
    const number = Number(piece.replace(minusSigns, '-'));
    if (piece !== '' && Number.isFinite(number)) return [number];
  } else if (last >= first && last - first < longestRange) {
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  }
  if (from !== undefined && last >= first) {
    throw new UserError(
      `${flagOf(key)} must have ranges of at most ${longestRange} numbers; got "${piece}". Give a shorter one`,
    );
  }
  throw new UserError(
    `${flagOf(key)} must be whole numbers, such as 7 or 0,1,2 or 0-63 from the smaller to the larger; got "${piece}"`,
  );
}

/** A comma parts two paths, except in a path that is there with it. */
function readPaths(text: string): string[] {
  const paths: string[] = [];
  let pieces = text.split(',');
  while (pieces.length > 0) {
    const lengths = Array.from({ length: pieces.length }, (_, i) => pieces.length - i);
    const length = lengths.find(each => each > 1 && existsSync(pieces.slice(0, each).join(',').trim())) ?? 1;
    paths.push(pieces.slice(0, length).join(',').trim());
    pieces = pieces.slice(length);
  }
  const full = paths.filter(path => path !== '');
  return full.length > 0 ? full : [''];
}
