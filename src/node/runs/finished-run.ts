// Opens what an earlier stage made: only complete runs, of the right stage and version.
import type { JsonObject } from '../files/json-lines.ts';
import { join, resolve } from 'node:path';
import { UserError } from '../../core/errors.ts';
import { readJson } from '../files/files.ts';
import { exists, lastingOptions, type Manifest, readManifest, runFiles } from './manifest.ts';

/** A finished run, as the stages after it see it. */
export interface FinishedRun {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly config: JsonObject;
  readonly summary: JsonObject;
  /** The path of an artefact in it. */
  file(name: string): string;
}

/**
 * Opens a finished run.
 * @param stage the stage that must have made it.
 * @throws UserError when it is absent, unfinished, of another stage or of another schema version.
 */
export async function openRun(folder: string, stage: string): Promise<FinishedRun> {
  if (!(await exists(join(folder, runFiles.manifest)))) {
    const unfinished = await exists(`${resolve(folder)}.partial`);
    const found = unfinished ? 'it is unfinished; run that stage again, with --resume to continue' : 'there is none';
    throw new UserError(`${folder} must be a finished run of "${stage}"; ${found}`);
  }
  return openFinished(folder, stage);
}

/** As `openRun`, where a manifest is known to be there. */
export async function openFinished(folder: string, stage: string): Promise<FinishedRun> {
  const manifest = await readManifest(folder);
  if (manifest.stage !== stage) {
    throw new UserError(`${folder} must be a run of "${stage}"; it is one of "${manifest.stage}". Check the path`);
  }
  if (manifest.finished === null) {
    throw new UserError(`${folder} must be a finished run of "${stage}"; it is unfinished. Run that stage again`);
  }
  const config = lastingOptions((await readJson(join(folder, runFiles.config))) as object);
  return { folder, manifest, config, summary: manifest.summary ?? {}, file: name => join(folder, name) };
}
