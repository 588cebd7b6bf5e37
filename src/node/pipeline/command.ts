// Writes the command that repeats a run, with the options that it does not have by default.
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { type Stage, withPreset } from './stage.ts';

/** `fmapBase` as a flag: `--fmap-base`. */
export function flagOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter, at) => `${at > 0 ? '-' : ''}${letter.toLowerCase()}`)}`;
}

/** @param config the options as the run folder keeps them. @returns one line for a shell. */
export function commandOf(stage: Stage, config: Readonly<Record<string, unknown>>): string {
  const { name, options } = stage;
  const preset = withPreset(stage, { preset: config.preset });
  const { properties = {} } = z.toJSONSchema(options, { io: 'input', unrepresentable: 'any' });
  const flags = Object.entries(properties).flatMap(([key, property]) => {
    const value = config[key];
    const fallback = typeof property === 'object' ? property.default : undefined;
    const expected = key === 'preset' ? fallback : (preset[key] ?? fallback);
    if (value === undefined || isDeepStrictEqual(value, expected)) return [];
    if (typeof value === 'boolean') return [value ? flagOf(key) : `--no-${flagOf(key).slice(2)}`];
    return [`${flagOf(key)} ${quoted(String(value))}`]; // a list is read back from its commas
  });
  return ['face-tuning', name, ...flags].join(' ');
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
