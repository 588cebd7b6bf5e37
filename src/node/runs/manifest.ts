// Keeps a run folder's record of itself: its stage, options and inputs, against which later commands check it.
import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { UserError } from '../../core/errors.ts';
import { errorCode, explainingDiskErrors } from '../files/disk-errors.ts';
import { hashFile, readJson } from '../files/files.ts';
import type { JsonObject } from '../files/json-lines.ts';

/** The version of run folders that this program writes and reads. */
export const schemaVersion = 1;

/** The files of every run. Only the manifest and the timings depend on the clock. */
export const runFiles = {
  config: 'config.json',
  manifest: 'manifest.json',
  metrics: 'metrics.jsonl',
  timings: 'timings.jsonl',
} as const;

/** This package's version. The file lies three folders up both from src and from dist. */
export const packageVersion = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'))).version;

const inputSchema = z.object({ path: z.string(), sha256: z.string() });

const manifestSchema = z.object({
  schemaVersion: z.literal(schemaVersion),
  stage: z.string(),
  packageVersion: z.string(),
  seed: z.number().nullable(),
  inputs: z.record(z.string(), inputSchema),
  started: z.string(),
  finished: z.string().nullable(),
  summary: z.record(z.string(), z.unknown()).nullable(),
  /** Seconds of work in all sittings that were not killed, and the largest resident memory of one of them. */
  seconds: z.number().default(0),
  peakMemoryMB: z.number().default(0),
});

export type Manifest = z.output<typeof manifestSchema>;

/** @throws UserError when the folder's manifest is of another schema version or damaged. */
export async function readManifest(folder: string): Promise<Manifest> {
  const content = await readJson(join(folder, runFiles.manifest));
  const version = z.object({ schemaVersion: z.number() }).safeParse(content).data?.schemaVersion;
  if (version !== undefined && version !== schemaVersion) {
    const remedy = version > schemaVersion ? 'update face-tuning' : 'run its stage again';
    throw new UserError(`${folder} must have schema version ${schemaVersion}; it has ${version}: ${remedy}`);
  }
  const manifest = manifestSchema.safeParse(content);
  if (!manifest.success) throw new UserError(`${folder} is no run: its manifest.json is not one of a run. Check the path`);
  return { ...manifest.data, stage: currentName(manifest.data) };
}

/** Earlier versions had one stage `evaluate` for both evaluations; the inputs of its runs tell which one they are. */
function currentName({ stage, inputs }: Pick<Manifest, 'stage' | 'inputs'>): string {
  if (stage !== 'evaluate') return stage;
  return inputs.generator === undefined ? 'evaluate edits' : 'evaluate generator';
}

/** @returns the SHA-256 of every input: that of its manifest for a run, that of its content for a file. */
export async function hashInputs(inputs: Readonly<Record<string, string>>): Promise<Manifest['inputs']> {
  const hashed: Manifest['inputs'] = {};
  for (const [name, path] of Object.entries(inputs)) {
    const { isFolder } = await explainingDiskErrors('read', path, async () => ({
      isFolder: (await stat(path)).isDirectory(),
    }));
    const manifestPath = join(path, runFiles.manifest);
    if (isFolder && !((await exists(manifestPath)) && (await readManifest(path)).finished !== null)) {
      throw new UserError(`${name} must be a finished run or a file; ${path} is neither. Run its stage first`);
    }
    hashed[name] = { path, sha256: await hashFile(isFolder ? manifestPath : path) };
  }
  return hashed;
}

/** All that a run depends on: the same stage with the same options and inputs makes the same artefacts. */
export interface Origin {
  readonly stage: string;
  readonly config: JsonObject;
  readonly inputs: Manifest['inputs'];
}

/** Options that say where and how to begin. They change no result and are not kept. */
const neutralOptions = new Set(['out', 'resume', 'force']);

/** @returns the options that a result depends on, as JSON holds them. */
export function lastingOptions(config: object): JsonObject {
  return Object.fromEntries(Object.entries(plainJson(config)).filter(([name]) => !neutralOptions.has(name)));
}

/**
 * @param resumable options that may differ.
 * @returns a few words for each option that differs from an earlier run's, and `changes`: these and each changed input.
 */
export function differences(
  earlier: Origin,
  now: Origin,
  resumable: readonly string[] = [],
): { options: string[]; changes: string[] } {
  const options = earlier.stage === now.stage ? [] : [`its stage was "${earlier.stage}", is "${now.stage}" now`];
  for (const name of new Set([...Object.keys(earlier.config), ...Object.keys(now.config)])) {
    if (resumable.includes(name)) continue;
    const [before, after] = [earlier.config[name], now.config[name]];
    if (!isDeepStrictEqual(before, after)) options.push(`${name} was ${shown(before)}, is ${shown(after)} now`);
  }
  const inputs = Object.entries(now.inputs).filter(([name, { sha256 }]) => earlier.inputs[name]?.sha256 !== sha256);
  return {
    options,
    changes: [...options, ...inputs.map(([name, { path }]) => `the content of ${name} (${path}) has changed`)],
  };
}

/** @returns the value as JSON would give it back, to compare it with one that was read from a file. */
export function plainJson(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}

export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return false;
    throw error;
  }
}

function shown(value: unknown): string {
  return value === undefined ? 'not set' : JSON.stringify(value);
}
