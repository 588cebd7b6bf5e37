// Keeps each stage's output in one folder that appears only when it is complete, with what is needed to repeat it.
import { appendFileSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { UserError } from '../../core/errors.ts';
import { explained, explainingDiskErrors } from './disk-errors.ts';
import { readJson, syncFile, syncFolderOf, writeJson } from './files.ts';
import { acquireLock } from './lock.ts';
import type { JsonObject, Manifest } from './manifest.ts';
import {
  checkResumable,
  exists,
  hashInputs,
  packageVersion,
  plainJson,
  readManifest,
  schemaVersion,
} from './manifest.ts';

export interface RunDetails {
  /** The stage's name: `prepare`, `train gan`. */
  readonly stage: string;
  /** All options, resolved. A `seed` among them is repeated in the manifest. */
  readonly config: object;
  /** What is read, each a finished run's folder or a file; their hashes go into the manifest. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Continue the unfinished run of the same options, where there is one. */
  readonly resume?: boolean | undefined;
  /** Replace a finished run, once the new one is complete. */
  readonly force?: boolean | undefined;
}

/** A run being written. */
export interface Run {
  /** Where it is written until it is finished: `<out>.partial`. */
  readonly folder: string;
  /** Whether this continues an unfinished run, whose files are there. */
  readonly resumed: boolean;
  /** The path of an artefact in it. */
  file(name: string): string;
  /** Appends one line to metrics.jsonl. */
  metrics(record: object): void;
  /** Completes the manifest, forces all files to the disk and gives the folder its final name. */
  finish(summary: object): Promise<void>;
  /** Ends it unfinished. The folder stays for `resume`, but can never be opened as a run. */
  abandon(): Promise<void>;
}

/** A finished run, as the stages after it see it. */
export interface FinishedRun {
  readonly folder: string;
  readonly config: JsonObject;
  readonly summary: JsonObject;
  /** The path of an artefact in it. */
  file(name: string): string;
}

/**
 * Starts a run that will be `out`, or continues it.
 * @throws UserError when `out` exists (and `force` is not given), when another process is writing it, when an input is
 * no finished run, or when the run to resume had other options or inputs.
 */
export async function beginRun(out: string, details: RunDetails): Promise<Run> {
  const final = resolve(out);
  const folder = `${final}.partial`;
  const inputFolders = Object.values(details.inputs).map(path => resolve(path));
  if (inputFolders.includes(final)) throw new UserError(`out must not be an input of the run; got ${out} for both`);
  const lock = await explainingDiskErrors('create', folder, async () => {
    await mkdir(resolve(final, '..'), { recursive: true });
    return acquireLock(`${final}.lock`, out);
  });
  try {
    await restoreReplaced(final);
    await checkFree(out, details.force ?? false);
    const inputs = await hashInputs(details.inputs);
    const config = plainJson(details.config);
    const resumed = (details.resume ?? false) && (await exists(join(folder, 'manifest.json')));
    let manifest: Manifest;
    if (resumed) {
      manifest = await readManifest(folder);
      checkResumable(out, manifest, await readJson(join(folder, 'config.json')), {
        stage: details.stage,
        config,
        inputs,
      });
    } else {
      const seed = typeof config.seed === 'number' ? config.seed : null;
      const started = new Date().toISOString();
      const { stage } = details;
      manifest = { schemaVersion, stage, packageVersion, seed, inputs, started, finished: null, summary: null };
      await rm(folder, { recursive: true, force: true });
      await explainingDiskErrors('create', folder, () => mkdir(folder));
      await writeJson(join(folder, 'config.json'), config);
      await writeJson(join(folder, 'manifest.json'), manifest);
    }
    const file = (name: string) => join(folder, name);
    return {
      folder,
      resumed,
      file,
      metrics: record => appendLine(file('metrics.jsonl'), JSON.stringify(record)),
      finish: async summary => {
        await syncFiles(folder);
        const finished = new Date().toISOString();
        await writeJson(file('manifest.json'), { ...manifest, finished, summary: plainJson(summary) });
        await moveIntoPlace(folder, final);
        await lock.release();
      },
      abandon: () => lock.release(),
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Runs `work` in a run folder: finished with the summary it returns, abandoned (and left for `resume`) if it throws. */
export async function withRun<Summary extends object>(
  out: string,
  details: RunDetails,
  work: (run: Run) => Promise<Summary>,
): Promise<Summary> {
  const run = await beginRun(out, details);
  try {
    const summary = await work(run);
    await run.finish(summary);
    return summary;
  } catch (error) {
    await run.abandon();
    throw error;
  }
}

/**
 * Opens a finished run.
 * @param stage the stage that must have made it.
 * @throws UserError when it is absent, unfinished, of another stage or of another schema version.
 */
export async function openRun(folder: string, stage: string): Promise<FinishedRun> {
  if (!(await exists(join(folder, 'manifest.json')))) {
    const unfinished = await exists(`${resolve(folder)}.partial`);
    const found = unfinished ? 'it is unfinished; run that stage again, with --resume to continue' : 'there is none';
    throw new UserError(`${folder} must be a finished run of "${stage}"; ${found}`);
  }
  const manifest = await readManifest(folder);
  if (manifest.stage !== stage) {
    throw new UserError(`${folder} must be a run of "${stage}"; it is one of "${manifest.stage}". Check the path`);
  }
  if (manifest.finished === null) {
    throw new UserError(`${folder} must be a finished run of "${stage}"; it is unfinished. Run that stage again`);
  }
  const config = plainJson((await readJson(join(folder, 'config.json'))) as object);
  return { folder, config, summary: manifest.summary ?? {}, file: name => join(folder, name) };
}

/** @throws UserError unless `out` can be written: absent, an empty folder, or a run that may be replaced. */
async function checkFree(out: string, force: boolean): Promise<void> {
  if (!(await exists(out))) return;
  const names = await explainingDiskErrors('use', out, () => readdir(out));
  if (names.length === 0) return;
  if (!names.includes('manifest.json')) {
    throw new UserError(`out must be a new folder or an earlier run; ${out} holds other files. Choose another folder`);
  }
  if (!force) throw new UserError(`${out} is a finished run; give --force to replace it or choose another --out`);
}

/** The old run goes aside before the new one takes its name, and is deleted only then. */
async function moveIntoPlace(folder: string, final: string): Promise<void> {
  await explainingDiskErrors('finish', final, async () => {
    const replaced = replacedName(final);
    if (await exists(final)) await rename(final, replaced);
    await rename(folder, final);
    await syncFolderOf(final);
    await rm(replaced, { recursive: true, force: true });
  });
}

/** After a crash in the middle of `moveIntoPlace`: the old run gets its name back, or goes if the new one is there. */
async function restoreReplaced(final: string): Promise<void> {
  const replaced = replacedName(final);
  if (!(await exists(replaced))) return;
  if (await exists(final)) await rm(replaced, { recursive: true, force: true });
  else await rename(replaced, final);
}

function replacedName(final: string): string {
  return join(final, '..', `.${basename(final)}.replaced`);
}

function appendLine(path: string, line: string): void {
  try {
    appendFileSync(path, `${line}\n`);
  } catch (error) {
    throw explained('write', path, error);
  }
}

/** Forces every file to the disk, so that not even a power cut leaves a finished name on unfinished data. */
async function syncFiles(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) await syncFile(join(entry.parentPath, entry.name));
  }
}
