// Opens the runs of earlier stages: only complete ones, of the right stage and version.
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../core/errors.ts';
import { readJson } from '../files/files.ts';
import type { JsonObject } from '../files/json-lines.ts';
import { exists } from '../files/places.ts';
import { type Manifest, readManifest, runFiles } from './manifest.ts';
import { hashInputs, lastingOptions } from './origin.ts';
import { placeOf } from './run-place.ts';

/** Where a run keeps its files, whether it is finished or being written. */
export interface RunFolder {
  /** The path of an artefact in it. */
  file(name: string): string;
}

/** A finished run, as the stages after it see it. */
export interface FinishedRun extends RunFolder {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly config: JsonObject;
  readonly summary: JsonObject;
}

/**
 * Opens a finished run.
 * @param stages the stages that may have made it.
 * @throws UserError when it is absent, unfinished, of another stage or of another schema version.
 */
export async function openRun(folder: string, ...stages: readonly string[]): Promise<FinishedRun> {
  if (!(await exists(join(folder, runFiles.manifest)))) {
    const unfinished = await exists((await placeOf(folder)).partial);
    const found = unfinished ? 'it is unfinished; run that stage again, with --resume to continue' : 'there is none';
    throw new UserError(`${folder} must be a finished run of ${quoted(stages)}; ${found}`);
  }
  const manifest = await readManifest(folder);
  if (!stages.includes(manifest.stage)) {
    throw new UserError(
      `${folder} must be a run of ${quoted(stages)}; it is one of "${manifest.stage}". Check the path`,
    );
  }
  if (manifest.finished === null) {
    throw new UserError(
      `${folder} must be a finished run of ${quoted(stages)}; it is unfinished. Run that stage again`,
    );
  }
  const config = lastingOptions((await readJson(join(folder, runFiles.config))) as object);
  return { folder, manifest, config, summary: manifest.summary ?? {}, file: name => join(folder, name) };
}

/** Whether a run was made from what lies at `path` now. @param name of the input. @throws UserError as `hashInputs`. */
export async function isInput({ manifest }: FinishedRun, name: string, path: string): Promise<boolean> {
  return (await hashInputs({ [name]: path }))[name]!.sha256 === manifest.inputs[name]?.sha256;
}

/**
 * @param name of an input of the run.
 * @returns where it lies, unchanged: beside the run, since a folder of runs may be moved and used from elsewhere, or
 * where it was; undefined where it is gone or is another by now.
 */
export async function findInput(run: FinishedRun, name: string): Promise<string | undefined> {
  const input = run.manifest.inputs[name];
  if (input === undefined) return undefined;
  for (const path of [join(dirname(run.folder), basename(input.path)), input.path]) {
    if ((await exists(path)) && (await isInput(run, name, path).catch(noInput))) return path;
  }
  return undefined;
}

/** A path where an input lay may hold something else by now, which is no input. */
function noInput(error: unknown): false {
  if (error instanceof UserError) return false;
  throw error;
}

/** @returns the paths of what `openRun` reads and of artefacts: those that another machine needs the same of. */
export function recordedFiles(folder: string, ...artefacts: readonly string[]): string[] {
  return [runFiles.manifest, runFiles.config, ...artefacts].map(name => join(folder, name));
}

/** `"fit" or "import boundaries"`. */
function quoted(stages: readonly string[]): string {
  return stages.map(stage => `"${stage}"`).join(' or ');
}
