// Reads the option table of a stage, for all that is made from it: flags, help, commands that repeat runs, docs/options.md.
import { z } from 'zod';
import type { Stage } from './stage.ts';

/** What JSON Schema says of one value. */
export interface ValueSchema {
  readonly type?: string | undefined;
  readonly enum?: readonly unknown[] | undefined;
  readonly const?: unknown;
  readonly anyOf?: readonly ValueSchema[] | undefined;
  readonly items?: ValueSchema | undefined;
  readonly minimum?: number | undefined;
  readonly exclusiveMinimum?: number | undefined;
  readonly maximum?: number | undefined;
  /** What it may be, in words, where the rest does not say it. From the table's `meta`. */
  readonly values?: string | undefined;
}

/** One option of a stage. */
export interface OptionSchema extends ValueSchema {
  /** `fmapBase`. */
  readonly key: string;
  readonly required: boolean;
  readonly default?: unknown;
  /** The default in words, where it depends on the machine. From the table's `meta`. */
  readonly defaultInWords?: string | undefined;
  readonly description?: string | undefined;
}

/** @returns every option, in the order of the table. */
export function optionsOf({ options }: Pick<Stage, 'options'>): OptionSchema[] {
  const { properties = {}, required = [] } = z.toJSONSchema(options, { io: 'input', unrepresentable: 'any' });
  return Object.entries(properties).map(([key, property]) => ({
    ...(property as ValueSchema),
    key,
    required: required.includes(key),
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
