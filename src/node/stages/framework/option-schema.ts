// Reads the option table of a stage. Flags, help, commands that repeat runs and docs/options.md are made from it.
import { z } from 'zod';
import type { Stage } from './stage.ts';

/** `values` of a path, by which it is told from other texts. */
export const pathValues = 'a path';

/** The JSON Schema of one value. */
export interface ValueSchema {
  readonly type?: string | undefined;
  readonly enum?: readonly unknown[] | undefined;
  readonly const?: unknown;
  readonly anyOf?: readonly ValueSchema[] | undefined;
  readonly items?: ValueSchema | undefined;
  readonly minimum?: number | undefined;
  readonly exclusiveMinimum?: number | undefined;
  readonly maximum?: number | undefined;
  /** How the words of a list part where it is not at each comma. From the table's `meta`. */
  readonly list?: 'moves' | undefined;
  /** The values it may have, in words, where the rest does not say it. From the table's `meta`. */
  readonly values?: string | undefined;
}

/** One option of a stage. */
export interface OptionSchema extends ValueSchema {
  /** `fmapBase`. */
  readonly key: string;
  readonly required: boolean;
  /** False for options that only `--help --all` shows. */
  readonly common: boolean;
  readonly default?: unknown;
  /** The default in words, where it depends on the machine. From the table's `meta`. */
  readonly defaultInWords?: string | undefined;
  readonly description?: string | undefined;
}

/** @returns every option, in the order of the table. */
export function optionsOf({ options, common }: Pick<Stage, 'options' | 'common'>): OptionSchema[] {
  const { properties = {}, required = [] } = z.toJSONSchema(options, { io: 'input', unrepresentable: 'any' });
  return Object.entries(properties).map(([key, property]) => ({
    ...(property as ValueSchema),
    key,
    required: required.includes(key),
    common: common?.includes(key) ?? true,
  }));
}

/** `fmapBase` as a flag: `--fmap-base`. */
export function flagOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter, at) => `${at > 0 ? '-' : ''}${letter.toLowerCase()}`)}`;
}

/** `fmapBase` as the flag that switches it off: `--no-fmap-base`. */
export function offFlagOf(key: string): string {
  return `--no-${flagOf(key).slice(2)}`;
}

/** @param values of options by their flags. @returns the flags of those that were given. */
export function givenFlags(values: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(values).filter(flag => values[flag] !== undefined);
}
