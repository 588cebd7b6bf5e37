// Compares what a run was made of with what it would be made of now: contents and options, not how paths are spelt.
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { UserError } from '../../core/errors.ts';
import { explainingDiskErrors } from '../files/disk-errors.ts';
import { hashFile } from '../files/files.ts';
import type { JsonObject } from '../files/json-lines.ts';
import { exists } from '../files/places.ts';
import { type Manifest, plainJson, readManifest, runFiles } from './manifest.ts';

/** All that a run depends on: the same stage with the same options and inputs makes the same artefacts. */
export interface Origin {
  readonly stage: string;
  readonly config: JsonObject;
  readonly inputs: Manifest['inputs'];
  /** Options on which no byte depends beyond the content of the inputs that they name. */
  readonly neutral: readonly string[];
}

/** An input of a run: a path to what is hashed, or a hash that the stage has taken, or takes when it is wanted. */
export type Input = string | { readonly path: string; readonly sha256: string | (() => Promise<string>) };

/**
 * @returns the SHA-256 of every input: of all its artefacts for a run (of its manifest where an earlier version made
 * it), of its content for a file.
 */
export async function hashInputs(inputs: Readonly<Record<string, Input>>): Promise<Manifest['inputs']> {
  const hashed: Manifest['inputs'] = {};
  for (const [name, input] of Object.entries(inputs)) {
    const { path, sha256 } = typeof input === 'string' ? { path: input, sha256: () => hashOf(name, input) } : input;
    hashed[name] = { path, sha256: typeof sha256 === 'string' ? sha256 : await sha256() };
  }
  return hashed;
}

async function hashOf(name: string, path: string): Promise<string> {
  const found = await explainingDiskErrors('read', path, () => stat(path));
  if (found.isFile()) return hashFile(path);
  if (!found.isDirectory()) {
    throw new UserError(
      `${name} must be a file, since it is read more than once; ${path} is a pipe or device. Save it first`,
    );
  }
  const manifestPath = join(path, runFiles.manifest);
  const manifest = (await exists(manifestPath)) ? await readManifest(path) : undefined;
  if (manifest === undefined || manifest.finished === null) {
    throw new UserError(`${name} must be a finished run or a file; ${path} is neither. Run its stage first`);
  }
  return manifest.content ?? hashFile(manifestPath);
}

/** Options that say where and how to begin. They change no result and are not kept, as the password of a queue may not be. */
const beginning: ReadonlySet<string> = new Set(['out', 'resume', 'force', 'queue', 'shared', 'mixed']);

/** @returns the options that a run keeps, as JSON holds them. */
export function lastingOptions(config: object): JsonObject {
  return Object.fromEntries(Object.entries(plainJson(config)).filter(([name]) => !beginning.has(name)));
}

/** @param options a stage's table. @returns those that its `meta` calls neutral: paths, numbers of threads. */
export function neutralOptions(options: z.ZodObject): string[] {
  const { properties = {} } = z.toJSONSchema(options, { io: 'input', unrepresentable: 'any' });
  const isNeutral = (schema: unknown) => (schema as { readonly neutral?: boolean }).neutral === true;
  return Object.entries(properties).flatMap(([name, schema]) => {
    const { items = {} } = schema as { readonly items?: unknown };
    return isNeutral(schema) || isNeutral(items) ? [name] : [];
  });
}

/**
 * @param resumable options that may differ, with the inputs that they name.
 * @returns a few words for each option that differs from an earlier run's, and `changes`: these and each changed input.
 */
export function differences(
  earlier: Omit<Origin, 'neutral'>,
  now: Origin,
  resumable: readonly string[] = [],
): { options: string[]; changes: string[] } {
  const options = earlier.stage === now.stage ? [] : [`its stage was "${earlier.stage}", is "${now.stage}" now`];
  for (const name of new Set([...Object.keys(earlier.config), ...Object.keys(now.config)])) {
    if (resumable.includes(name)) continue;
    const [before, after] = [earlier.config[name], now.config[name]];
    if (isDeepStrictEqual(before, after) || (now.neutral.includes(name) && isSame(name, earlier, now))) continue;
    options.push(`${name} was ${shown(before)}, is ${shown(after)} now`);
  }
  const names = new Set([...Object.keys(earlier.inputs), ...Object.keys(now.inputs)]);
  const inputs = [...names]
    .filter(name => !resumable.includes(optionOf(name)))
    .flatMap(name => {
      const [before, after] = [earlier.inputs[name], now.inputs[name]];
      if (before !== undefined && after !== undefined) {
        return before.sha256 === after.sha256 ? [] : [`the content of ${name} (${after.path}) has changed`];
      }
      if (after !== undefined && isNewlyRecorded(name, earlier, now)) return [];
      return [`${name} (${(before ?? after)!.path}) ${after === undefined ? 'is not given any more' : 'is new'}`];
    });
  return { options, changes: [...options, ...inputs] };
}

/** The option that names an input: `labels` for `labels 0`. */
function optionOf(input: string): string {
  return input.split(' ', 1)[0]!;
}

/** Whether a neutral option that is spelt differently leads to the same: one path, or equal contents. */
function isSame(name: string, earlier: Omit<Origin, 'neutral'>, now: Origin): boolean {
  if (isDeepStrictEqual(resolved(earlier.config[name]), resolved(now.config[name]))) return true;
  return isDeepStrictEqual(contentsOf(name, earlier), contentsOf(name, now));
}

/** @returns the path, or each of a list, from the root on. */
function resolved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(resolved);
  return typeof value === 'string' ? resolve(value) : value;
}

/** The hashes of the inputs that an option names; those that no option names by their own name count to each. */
function contentsOf(name: string, { config, inputs }: Omit<Origin, 'neutral'>): Record<string, string> {
  const own = Object.entries(inputs).filter(([input]) => optionOf(input) === name || !(optionOf(input) in config));
  return Object.fromEntries(own.map(([input, { sha256 }]) => [input, sha256]));
}

/** Whether the earlier run had an input too, but was made by a version that did not record it. */
function isNewlyRecorded(input: string, earlier: Omit<Origin, 'neutral'>, now: Origin): boolean {
  const option = optionOf(input);
  if (!(option in now.config) || Object.keys(earlier.inputs).some(each => optionOf(each) === option)) return false;
  return isDeepStrictEqual(resolved(earlier.config[option]), resolved(now.config[option]));
}

function shown(value: unknown): string {
  return value === undefined ? 'not set' : JSON.stringify(value);
}
