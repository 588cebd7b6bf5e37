// Keeps each stage's output in one folder that appears only when it is complete, with what is needed to repeat it.
import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { z } from 'zod';
import { UserError } from '../../core/errors.ts';
import { explainingDiskErrors } from '../files/disk-errors.ts';
import { removeTree, renamePatiently } from '../files/durable.ts';
import { writeJson } from '../files/files.ts';
import { appendJsonLine, filterJsonLines, type JsonObject } from '../files/json-lines.ts';
import { exists, isIn, realPlace } from '../files/places.ts';
import type { RunFolder } from './finished-run.ts';
import { acquireLock, type Lock } from './lock.ts';
import { type Manifest, packageVersion, plainJson, readManifest, runFiles, schemaVersion } from './manifest.ts';
import { hashInputs, type Input, lastingOptions, neutralOptions, type Origin } from './origin.ts';
import { watchMemory } from './peak-memory.ts';
import {
  checkFree,
  checkPartialFree,
  moveIntoPlace,
  placeOf,
  type RunPlace,
  restoreReplaced,
  sealFiles,
  worthKeeping,
} from './run-place.ts';
import { earlierRun, type Handling, unfinishedRun } from './run-resume.ts';

export { type FinishedRun, findInput, isInput, openRun, type RunFolder } from './finished-run.ts';

export interface RunDetails extends Handling {
  /** The stage's name: `prepare`, `train gan`. */
  readonly stage: string;
  /** All options, resolved. A `seed` among them is repeated in the manifest. */
  readonly config: object;
  /** The stage's table, whose `meta` tells which options change no byte. Left out: all may. */
  readonly options?: z.ZodObject;
  /**
   * The finished runs and files that are read, by the option that names them, where one does, and their part:
   * `dataset`, `labels 0`. Their hashes go into the manifest.
   */
  readonly inputs: Readonly<Record<string, Input>>;
  /** Keep a finished run of the same options and inputs, or continue an unfinished one, where there is one. */
  readonly resume?: boolean | undefined;
}

/** A run being written. */
export interface Run extends RunFolder {
  /** Where it is written until it is finished: `<out>.partial`. */
  readonly folder: string;
  /** Whether this continues an unfinished run, whose files are there. */
  readonly resumed: boolean;
  /** Appends one line to metrics.jsonl, which a run of the same seed repeats to the last bit. */
  metrics(record: object): void;
  /** Appends one line to timings.jsonl: rates, memory and all else that differs from run to run. */
  timings(record: object): void;
  /** Drops the lines of both files that `keep` refuses, such as those written after the state that is resumed. */
  rewind(keep: (record: JsonObject) => boolean): Promise<void>;
}

/** A run with its two endings, of which only `withRun` chooses. */
interface BegunRun extends Run {
  /** Completes the manifest, forces all files to the disk and gives the folder its final name. */
  finish(summary: object): Promise<void>;
  /** Ends it unfinished. The folder stays for `resume`, but can never be opened as a run. */
  abandon(): Promise<void>;
}

/** The findings of a rehearsal. */
export interface Rehearsal {
  /**
   * Whether a run that is to be kept or continued cannot be, since something that it is made from has changed; undefined
   * where nothing is.
   */
  isOutdated?: boolean;
}

/** Follows a stage through all that it calls, so that no stage can forget to hand it on, and work in a rehearsal. */
const rehearsals = new AsyncLocalStorage<Rehearsal>();

/** Ends a rehearsal where the run would begin. */
const beginning = new Error('a rehearsed run would begin');

/**
 * Lets a stage check all that it checks before its run or `beginWork`, and no more: nothing is written.
 * @returns what was found. @throws as the stage would: UserError for what it refuses.
 */
export async function rehearse(stage: () => Promise<unknown>): Promise<Rehearsal> {
  const rehearsal: Rehearsal = {};
  try {
    await rehearsals.run(rehearsal, stage);
  } catch (error) {
    if (error !== beginning) throw error;
  }
  return rehearsal;
}

/** Where a stage that writes a file rather than a run begins its work; a rehearsal ends here. */
export function beginWork(): void {
  if (rehearsals.getStore()) throw beginning;
}

/**
 * Runs `work` in a run folder: finished with the result it returns, abandoned (and left for `resume`) if it throws.
 * With `resume`, a finished run of the same options and inputs is kept and its result returned.
 * @throws UserError when `out` exists (and `force` is not given), when another process is writing it, when an input is
 * no finished run, or when the run to resume had other options.
 */
export async function withRun<Result extends object>(
  out: string,
  details: RunDetails,
  work: (run: Run) => Promise<Result>,
): Promise<Result> {
  const rehearsal = rehearsals.getStore();
  if (rehearsal) return endRehearsal(rehearsal, out, details);
  const run = await locked(out, details, async (lock, place) => {
    const there = details.resume && (await exists(join(out, runFiles.manifest)));
    if (!there) return begin(out, details, lock, place);
    const origin = await originOf(details);
    const earlier = await earlierRun(out, origin, details);
    if (earlier === 'outdated') {
      const keepsOld = !details.force && (await readManifest(out)).seconds > worthKeeping;
      return begin(out, { ...details, force: true }, lock, place, { origin, keepsOld });
    }
    await lock.release();
    return earlier;
  });
  if ('manifest' in run) return run.summary as Result; // it was made by the same stage with the same options
  try {
    const result = await work(run);
    await run.finish(result);
    return result;
  } catch (error) {
    await run.abandon();
    throw error;
  }
}

/** Checks what a run would before it begins. @throws `beginning` where it would. */
async function endRehearsal(rehearsal: Rehearsal, out: string, details: RunDetails): Promise<never> {
  const place = await checkedPlace(out, details);
  const isThere = details.resume && (await exists(join(out, runFiles.manifest)));
  if (!isThere) await checkBeginning(out, details, place);
  if (details.resume) {
    const origin = await originOf(details);
    rehearsal.isOutdated = isThere
      ? (await earlierRun(out, origin, details)) === 'outdated'
      : (await unfinishedRun(out, place.partial, origin, details)) === undefined;
  }
  throw beginning;
}

/** Takes the lock of `out` for the run that `action` begins; if it throws, gives the lock back. */
async function locked<T>(
  out: string,
  details: RunDetails,
  action: (lock: Lock, place: RunPlace) => Promise<T>,
): Promise<T> {
  const place = await checkedPlace(out, details);
  const lock = await explainingDiskErrors('create', out, async () => {
    await mkdir(dirname(place.lock), { recursive: true });
    return acquireLock(place.lock, out);
  });
  try {
    await explainingDiskErrors('use', out, () => restoreReplaced(place));
    return await action(lock, place);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** @throws UserError where an input would be overwritten. */
async function checkedPlace(out: string, details: RunDetails): Promise<RunPlace> {
  const place = await placeOf(out);
  const final = await realPlace(place.final);
  for (const path of inputPaths(details)) {
    if ((await realPlace(path)) === final) {
      throw new UserError(`out must not be an input of the run; got ${out} for both`);
    }
    for (const folder of [place.partial, place.earlier]) if (await isIn(path, folder)) throw liesIn(path, folder);
  }
  return place;
}

/** @throws UserError unless a run may begin that replaces what is at `out`. */
async function checkBeginning(out: string, details: RunDetails, place: RunPlace): Promise<void> {
  await checkFree(out, place, details.force ?? false);
  for (const path of inputPaths(details)) if (await isIn(path, place.final)) throw liesIn(path, place.final);
}

function inputPaths({ inputs }: RunDetails): string[] {
  return Object.values(inputs).map(input => resolve(typeof input === 'string' ? input : input.path));
}

function liesIn(path: string, folder: string): UserError {
  return new UserError(`${path} lies in ${folder}, which is made anew; copy it elsewhere, or choose another out`);
}

/** Facts about a run that takes the place of a finished one. */
interface Renewed {
  /** Its inputs have been hashed already, which may take long. */
  readonly origin: Origin;
  /** Whether the finished one is set aside, since nobody said that it may be deleted. */
  readonly keepsOld: boolean;
}

async function begin(
  out: string,
  details: RunDetails,
  lock: Lock,
  place: RunPlace,
  renewed?: Renewed,
): Promise<BegunRun> {
  const folder = place.partial;
  await checkBeginning(out, details, place);
  const origin = renewed?.origin ?? (await originOf(details));
  const unfinished = details.resume ? await unfinishedRun(out, folder, origin, details) : undefined;
  if (unfinished === undefined) await startFolder(place, origin, details);
  else await writeJson(join(folder, runFiles.config), origin.config);
  const manifest = unfinished === undefined ? newManifest(origin) : { ...unfinished, inputs: origin.inputs };
  await writeJson(join(folder, runFiles.manifest), manifest);
  const begun = performance.now();
  const memory = watchMemory();
  const file = (name: string) => join(folder, name);
  const writeManifest = async (ending: Partial<Manifest>) => {
    const seconds = manifest.seconds + (performance.now() - begun) / 1000;
    const peakMemoryMB = Math.max(manifest.peakMemoryMB, memory.stop() / 2 ** 20);
    await writeJson(file(runFiles.manifest), { ...manifest, seconds, peakMemoryMB, ...ending });
  };
  return {
    folder,
    resumed: unfinished !== undefined,
    file,
    metrics: record => appendJsonLine(file(runFiles.metrics), record),
    timings: record => appendJsonLine(file(runFiles.timings), record),
    rewind: async keep => {
      for (const name of [runFiles.metrics, runFiles.timings]) await filterJsonLines(file(name), keep);
    },
    finish: async summary => {
      const content = await sealFiles(folder);
      await writeManifest({ finished: new Date().toISOString(), summary: plainJson(summary), content });
      await moveIntoPlace(place, renewed?.keepsOld);
      if (renewed?.keepsOld) details.log?.info(`${details.stage}: the run that was there is now ${place.earlier}`);
      await lock.release();
    },
    abandon: async () => {
      // A run that has its final name already is not here any more: only the one before it could not be put away.
      // A full disk must not hide what went wrong before.
      if (await exists(folder)) await writeManifest({}).catch(() => {});
      await lock.release();
    },
  };
}

async function originOf({ stage, config, options, inputs }: RunDetails): Promise<Origin> {
  const neutral = options === undefined ? [] : neutralOptions(options);
  return { stage, config: lastingOptions(config), inputs: await hashInputs(inputs), neutral };
}

/** Makes an empty folder for a run that begins now. What another sitting has worked long on is set aside, once. */
async function startFolder(place: RunPlace, { config }: Origin, { stage, log }: RunDetails): Promise<void> {
  const { partial: folder, earlier } = place;
  await checkPartialFree(place);
  await explainingDiskErrors('create', folder, async () => {
    if (await isSetAside(place)) {
      await removeTree(earlier);
      await renamePatiently(folder, earlier);
      log?.info(
        `${stage}: the unfinished run that was there is now ${earlier}; to go on with it, name it ${folder} and give --resume`,
      );
    }
    await removeTree(folder);
    await mkdir(folder);
  });
  await writeJson(join(folder, runFiles.config), config);
}

/** @returns whether a run that begins anew sets aside what an unfinished one left, instead of deleting it. */
export async function isSetAside({ partial }: RunPlace): Promise<boolean> {
  return (await secondsOfWork(partial)) > worthKeeping;
}

/** @returns seconds between the beginning of an unfinished run and the last thing that it wrote; 0 where there is none. */
async function secondsOfWork(folder: string): Promise<number> {
  if (!(await exists(join(folder, runFiles.manifest)))) return 0;
  const started = await readManifest(folder).then(
    manifest => Date.parse(manifest.started),
    () => Number.POSITIVE_INFINITY, // of another version, and of no use
  );
  const names = await readdir(folder);
  const times = await Promise.all(names.map(async name => (await stat(join(folder, name))).mtimeMs));
  return (Math.max(...times) - started) / 1000;
}

function newManifest({ stage, config, inputs }: Origin): Manifest {
  const seed = typeof config.seed === 'number' ? config.seed : null;
  const ended = { finished: null, summary: null, seconds: 0, peakMemoryMB: 0 };
  return { schemaVersion, stage, packageVersion, seed, inputs, started: new Date().toISOString(), ...ended };
}
