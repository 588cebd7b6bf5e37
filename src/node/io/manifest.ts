// A run folder's record of itself: who made it, from what, with which options; and the checks made against it.
import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { UserError } from '../../core/errors.ts';
import { errorCode, explainingDiskErrors } from './disk-errors.ts';
import { hashFile, readJson } from './files.ts';

export type JsonObject = Record<string, unknown>;

/** The version of run folders that this program writes and reads. */
export const schemaVersion = 1;

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
});

export type Manifest = z.output<typeof manifestSchema>;

/** @throws UserError when the folder's manifest is of another schema version or damaged. */
export async function readManifest(folder: string): Promise<Manifest> {
  const content = await readJson(join(folder, 'manifest.json'));
  const version = z.object({ schemaVersion: z.number() }).safeParse(content).data?.schemaVersion;
  if (version !== undefined && version !== schemaVersion) {
    const remedy = version > schemaVersion ? 'update face-tuning' : 'run its stage again';
    throw new UserError(`${folder} must have schema version ${schemaVersion}; it has ${version}: ${remedy}`);
  }
  const manifest = manifestSchema.safeParse(content);
  if (!manifest.success) throw new UserError(`${folder} is no run: its manifest.json lacks what a run's has`);
  return manifest.data;
}

/** @returns the hash of every input: of a run its manifest's, of a file its content's. */
export async function hashInputs(inputs: Readonly<Record<string, string>>): Promise<Manifest['inputs']> {
  const hashed: Manifest['inputs'] = {};
  for (const [name, path] of Object.entries(inputs)) {
    const { isFolder } = await explainingDiskErrors('read', path, async () => ({
      isFolder: (await stat(path)).isDirectory(),
    }));
    const manifestPath = join(path, 'manifest.json');
    if (isFolder && !((await exists(manifestPath)) && (await readManifest(path)).finished !== null)) {
      throw new UserError(`${name} must be a finished run or a file; ${path} is neither. Run its stage first`);
    }
    hashed[name] = { path, sha256: await hashFile(isFolder ? manifestPath : path) };
  }
  return hashed;
}

interface ResumeRequest {
  readonly stage: string;
  readonly config: JsonObject;
  readonly inputs: Manifest['inputs'];
}

/** Options that say where and how to begin, and change no result. */
const neutralOptions = ['out', 'resume', 'force'];

/** @throws UserError that names every difference when the unfinished run of `out` was not begun in the same way. */
export function checkResumable(out: string, begun: Manifest, begunConfig: unknown, now: ResumeRequest): void {
  const before = plainJson(begunConfig as object);
  const differences: string[] = [];
  if (begun.stage !== now.stage) differences.push(`its stage was "${begun.stage}", is "${now.stage}" now`);
  for (const name of new Set([...Object.keys(before), ...Object.keys(now.config)])) {
    if (neutralOptions.includes(name) || isDeepStrictEqual(before[name], now.config[name])) continue;
    differences.push(`${name} was ${shown(before[name])}, is ${shown(now.config[name])} now`);
  }
  for (const [name, { path, sha256 }] of Object.entries(now.inputs)) {
    if (begun.inputs[name]?.sha256 !== sha256) differences.push(`the content of ${name} (${path}) has changed`);
  }
  if (differences.length === 0) return;
  const remedy = 'resume with the same options and inputs, or leave out --resume to start again';
  throw new UserError(`cannot resume ${out}: ${differences.join('; ')}; ${remedy}`);
}

/** What the value is after a trip through JSON: what was written can then be compared with what would be. */
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
