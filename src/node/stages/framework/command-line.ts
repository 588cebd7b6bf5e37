// Writes the command that repeats a run, with those of its options that differ from the defaults.
import { isDeepStrictEqual } from 'node:util';
import { flagOf, offFlagOf, optionsOf } from './option-schema.ts';
import { type Stage, withPreset } from './stage.ts';

/** @param config the options, as the run folder keeps them. @returns one line for a shell. */
export function commandOf(stage: Stage, config: Readonly<Record<string, unknown>>): string {
  const preset = withPreset(stage, { preset: config.preset });
  const flags = optionsOf(stage).flatMap(({ key, default: fallback }) => {
    const value = config[key];
    const expected = key === 'preset' ? fallback : (preset[key] ?? fallback);
    if (value === undefined || isDeepStrictEqual(value, expected)) return [];
    if (typeof value === 'boolean') return [value ? flagOf(key) : offFlagOf(key)];
    return [`${flagOf(key)} ${quoted(String(value))}`]; // a list is read back from its commas
  });
  return ['face-tuning', stage.name, ...flags].join(' ');
}

/** @returns a word as a shell reads it back. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
