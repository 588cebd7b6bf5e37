// Keeps a run folder's record of itself: its stage, options and inputs, against which later commands check it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../core/errors.ts';
import { readJson } from '../files/files.ts';
import type { JsonObject } from '../files/json-lines.ts';
import { fromRoot } from '../files/places.ts';

/** The version of run folders that this program writes and reads. */
export const schemaVersion = 1;

/** The files of every run. Only the manifest and the timings depend on the clock. */
export const runFiles = {
  config: 'config.json',
  manifest: 'manifest.json',
  metrics: 'metrics.jsonl',
  timings: 'timings.jsonl',
} as const;

/** This package's version. */
export const packageVersion = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(fromRoot('package.json'), 'utf8'))).version;

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
  /** SHA-256 of all artefacts together, the same for equal ones whenever they were made; earlier versions had none. */
  content: z.string().optional(),
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
  if (!manifest.success)
    throw new UserError(`${folder} is no run: its manifest.json is not one of a run. Check the path`);
  return { ...manifest.data, stage: currentName(manifest.data) };
}

/** @returns whether the folder holds a run, also one of another version, which this one cannot read. */
export async function isRun(folder: string): Promise<boolean> {
  const content = await readJson(join(folder, runFiles.manifest)).catch(() => undefined);
  return z.object({ schemaVersion: z.number(), stage: z.string() }).safeParse(content).success;
}

/** Earlier versions had one stage `evaluate` for both evaluations; the inputs of its runs tell which one they are. */
function currentName({ stage, inputs }: Pick<Manifest, 'stage' | 'inputs'>): string {
  if (stage !== 'evaluate') return stage;
  return inputs.generator === undefined ? 'evaluate edits' : 'evaluate generator';
}

/** @returns the value as JSON would give it back, to compare it with one that was read from a file. */
export function plainJson(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}
