// Writes the command that repeats a run, with the options that it does not have by default.
import { isDeepStrictEqual } from 'node:util';
import { flagOf, offFlagOf, optionsOf } from './option-schema.ts';
import type { Stage } from './stage.ts';

/** @param config the options as the run folder keeps them. @returns one line for a shell. */
export function commandOf(stage: Stage, config: Readonly<Record<string, unknown>>): string {
  const flags = optionsOf(stage).flatMap(({ key, default: fallback }) => {
    const value = config[key];
    if (value === undefined || isDeepStrictEqual(value, fallback)) return [];
    if (typeof value === 'boolean') return [value ? flagOf(key) : offFlagOf(key)];
    return [`${flagOf(key)} ${quoted(String(value))}`]; // a list is read back from its commas
  });
  return ['face-tuning', stage.name, ...flags].join(' ');
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
