// Decides how much of an earlier sitting is kept: only work done with the same options on the same inputs.
import { join } from 'node:path';
import { UserError } from '../../core/errors.ts';
import { readJson } from '../files/files.ts';
import { exists } from '../files/places.ts';
import { type Log, silentLog } from '../log/log.ts';
import { type FinishedRun, openRun } from './finished-run.ts';
import { type Manifest, readManifest, runFiles } from './manifest.ts';
import { differences, lastingOptions, type Origin } from './origin.ts';

/** How to deal with a run that was begun or finished before. */
export interface Handling {
  /** Replace a finished run, once the new one is complete. */
  readonly force?: boolean | undefined;
  /** Hears what is kept and what is made again. */
  readonly log?: Log | undefined;
  /** Options that may change when an unfinished run is continued, with the inputs that they name. */
  readonly resumable?: readonly string[];
  /** How a finished run is gone on with, where options differ that an unfinished one may change. */
  readonly goOn?: string;
}

/**
 * Options that say how a run is computed, whose defaults are the machine's: a finished one is as good on another
 * machine, though work that goes on would not be repeated to the last bit.
 */
const computing = ['threads', 'device'];

/**
 * @returns the finished run at `out` where nothing it was made of has changed; `outdated` where an input has, so that
 * it must be made again. @throws UserError when it was made with other options, unless `force` allows to replace it.
 */
export async function earlierRun(
  out: string,
  now: Origin,
  { force, log = silentLog, resumable = [], goOn }: Handling,
): Promise<FinishedRun | 'outdated'> {
  const run = await openRun(out, now.stage);
  const { stage, inputs } = run.manifest;
  const made = { stage, config: run.config, inputs };
  const { options, changes } = differences(made, now, computing);
  if (options.length > 0 && !force) {
    const wantsMore = differences(made, now, [...computing, ...resumable]).options.length === 0;
    const replaced = 'give --force to replace it or choose another --out';
    const remedy = wantsMore && goOn !== undefined ? `it is finished: ${goOn}, or ${replaced}` : replaced;
    throw new UserError(`${out} was made with other options: ${options.join('; ')}; ${remedy}`);
  }
  if (changes.length === 0) log.info(`${stage}: kept ${out}: it is finished, its options and inputs have not changed`);
  else log.info(`${stage}: making ${out} again: ${changes.join('; ')}`);
  return changes.length === 0 ? run : 'outdated';
}

/**
 * @returns the manifest of the unfinished run in `folder`; undefined where there is none or one of its inputs has
 * changed. @throws UserError when it was begun with other options, unless `force` allows to start again.
 */
export async function unfinishedRun(
  out: string,
  folder: string,
  now: Origin,
  { force, log = silentLog, resumable = [] }: Handling,
): Promise<Manifest | undefined> {
  if (!(await exists(join(folder, runFiles.manifest)))) return undefined;
  const manifest = await readManifest(folder);
  const config = lastingOptions((await readJson(join(folder, runFiles.config))) as object);
  const earlier = { stage: manifest.stage, config, inputs: manifest.inputs };
  const { options, changes } = differences(earlier, now, resumable);
  if (options.length > 0 && !force) {
    const remedy = 'resume with the same options, or leave out --resume to start again';
    throw new UserError(`cannot resume ${out}: ${options.join('; ')}; ${remedy}`);
  }
  if (changes.length > 0) {
    log.info(`${now.stage}: starting ${out} again: ${changes.join('; ')}`);
    return undefined;
  }
  const { options: others } = differences(earlier, now, computing);
  if (others.length > 0) log.info(`${now.stage}: going on with other options: ${others.join('; ')}`);
  return manifest;
}
