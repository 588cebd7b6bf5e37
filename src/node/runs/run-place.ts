// Gives a complete folder its final name without ever losing the run that had that name before.
import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { UserError } from '../../core/errors.ts';
import { explainingDiskErrors } from '../files/disk-errors.ts';
import { removeTree, renamePatiently, syncFile, syncFolderOf } from '../files/durable.ts';
import { hashFile } from '../files/files.ts';
import { checkCanBeMade, checkName, contentOf, exists, isFixed, linkTarget, realPlace } from '../files/places.ts';
import { checkUnlocked } from './lock.ts';
import { isRun, readManifest, runFiles } from './manifest.ts';

/** Where a run is written and where it will stand. */
export interface RunPlace {
  readonly final: string;
  /** The folder in which it is written. */
  readonly partial: string;
  readonly lock: string;
  /** The run that is replaced, while it gives way: a folder, or the manifest of one that stands where it stood. */
  readonly replaced: string;
  /** Where a run goes that is begun anew though nobody gave it up: the last of them is kept. */
  readonly earlier: string;
  /**
   * Whether the run is written inside its final folder, which keeps its place because it is a mount point, somebody
   * stands in it, or the folder above may not be written.
   */
  readonly inside: boolean;
}

/** Seconds of work from which on a run that is begun anew is set aside rather than deleted. */
export const worthKeeping = 60;

/** The longest that is added to a run's name. */
const longestAddition = '..replaced'.length;

/** @returns the place of the run at `out`; nothing is written. */
export async function placeOf(out: string): Promise<RunPlace> {
  const final = await explainingDiskErrors('use', out, () => linkTarget(resolve(out)));
  const isThere = await exists(final);
  if (isThere && (await explainingDiskErrors('use', out, () => isFixed(final)))) {
    const file = (name: string) => join(final, name);
    const [partial, lock, earlier] = ['.partial', '.lock', '.earlier'].map(file) as [string, string, string];
    return { final, partial, lock, replaced: file('.replaced.json'), earlier, inside: true };
  }
  checkName(final, longestAddition);
  const replaced = join(dirname(final), `.${basename(final)}.replaced`);
  const earlier = `${final}.earlier`;
  return { final, partial: `${final}.partial`, lock: `${final}.lock`, replaced, earlier, inside: false };
}

/** @returns what is in the final folder, beside the run that is being written there. */
export async function contentAt({ final, partial, lock, earlier }: RunPlace): Promise<string[]> {
  const own = [partial, lock, earlier].map(path => basename(path));
  return (await contentOf(final)).filter(name => !own.includes(name));
}

/** @throws UserError unless `out` can be written: absent, an empty folder, or a run that may be replaced. */
export async function checkFree(out: string, place: RunPlace, force: boolean): Promise<void> {
  if (!(await exists(place.final))) return;
  const names = await explainingDiskErrors('use', out, () => contentAt(place));
  if (names.length === 0) return;
  if (!(await isRun(place.final))) throw holdsOthers(out, names);
  if (!force) throw new UserError(`${out} is a finished run; give --force to replace it or choose another --out`);
}

/**
 * @throws UserError unless the folder in which a run is to be written is absent, empty or what a run left. A run that was
 * stopped at once has no manifest yet.
 */
export async function checkPartialFree({ partial }: RunPlace): Promise<void> {
  if (!(await exists(partial))) return;
  const names = await explainingDiskErrors('use', partial, () => contentOf(partial));
  const isOfRun = names.length === 0 || names.includes(runFiles.config) || (await isRun(partial));
  if (!isOfRun) throw holdsOthers(partial, names);
}

function holdsOthers(folder: string, names: readonly string[]): UserError {
  return new UserError(
    `out must be a new folder or an earlier run; ${folder} holds other files, such as ${names[0]}. Choose another folder`,
  );
}

/**
 * Checks, before anything is read for a run, that it can be written. @param resume a finished run may be there.
 * @throws UserError where it cannot.
 */
export async function checkRunPlace(
  out: string,
  { force, resume }: { force: boolean; resume: boolean },
): Promise<void> {
  const place = await placeOf(out);
  await checkFree(out, place, force || resume);
  await checkPartialFree(place);
  await checkCanBeMade(place.lock, out);
  await checkUnlocked(place.lock, out);
}

/** @throws UserError for a place inside a run: what lies there goes with the run when that is made anew. */
export async function checkOutsideRuns(out: string): Promise<void> {
  for (let folder = dirname(await realPlace(out)); folder !== dirname(folder); folder = dirname(folder)) {
    if (!(await isRun(folder))) continue;
    throw new UserError(
      `--out must lie outside runs, which are replaced as a whole; ${out} lies in ${folder}. Give another`,
    );
  }
}

/**
 * Moves the old run aside, gives the new one its name, and only then deletes the old one.
 * @param keepsOld whether it goes to `earlier` instead.
 */
export async function moveIntoPlace(place: RunPlace, keepsOld = false): Promise<void> {
  const { final, partial, replaced, earlier, inside } = place;
  await explainingDiskErrors('finish', final, async () => {
    if (inside) return moveInside(place, keepsOld);
    if (await exists(final)) await renamePatiently(final, replaced);
    await renamePatiently(partial, final);
    await syncFolderOf(final);
    if (!keepsOld) return removeTree(replaced);
    await removeTree(earlier);
    await renamePatiently(replaced, earlier);
  });
}

/** The same for a folder that keeps its place: no manifest is there until all the rest is. */
async function moveInside(place: RunPlace, keepsOld: boolean): Promise<void> {
  const { final, partial, replaced, earlier } = place;
  const manifest = join(final, runFiles.manifest);
  if (await exists(manifest)) {
    if (keepsOld) {
      await removeTree(earlier);
      await mkdir(earlier); // without a manifest until the old run is whole in it
    }
    await renamePatiently(manifest, replaced);
  }
  if (await exists(replaced)) {
    const old = (await contentAt(place)).filter(name => name !== basename(replaced));
    for (const name of old) {
      if (keepsOld) await renamePatiently(join(final, name), join(earlier, name));
      else await removeTree(join(final, name));
    }
    if (keepsOld) await renamePatiently(replaced, join(earlier, runFiles.manifest));
    else await rm(replaced);
  }
  const names = (await readdir(partial)).filter(name => name !== runFiles.manifest);
  for (const name of [...names, runFiles.manifest]) await renamePatiently(join(partial, name), join(final, name));
  await syncFolderOf(manifest);
  await rmdir(partial);
}

/**
 * Repairs a crash within `moveIntoPlace`: the old run gets its name back; if the new one is there, it goes, or is set aside
 * where that was begun or it is worth keeping.
 */
export async function restoreReplaced(place: RunPlace): Promise<void> {
  const { final, partial, replaced, earlier, inside } = place;
  if (inside) {
    const isWhole = (await exists(join(partial, runFiles.manifest))) && (await readManifest(partial)).finished !== null;
    if (!isWhole) return;
    const isUntouched = await exists(join(final, runFiles.manifest));
    const isHalfMoved = (await exists(earlier)) && !(await exists(join(earlier, runFiles.manifest)));
    return moveInside(place, isUntouched || isHalfMoved);
  }
  if (!(await exists(replaced))) return;
  if (!(await exists(final))) await rename(replaced, final);
  else if ((await secondsOf(replaced)) <= worthKeeping) await removeTree(replaced);
  else {
    await removeTree(earlier);
    await rename(replaced, earlier);
  }
}

/** @returns seconds that a finished run took; 0 for what is no run of this version. */
async function secondsOf(folder: string): Promise<number> {
  return readManifest(folder).then(
    ({ seconds }) => seconds,
    () => 0,
  );
}

/** Files that differ between runs of equal results: where and when they were made. */
const circumstances: ReadonlySet<string> = new Set([runFiles.config, runFiles.manifest, runFiles.timings]);

/**
 * Forces every file to the disk, so that not even a power cut leaves a finished name on unfinished data.
 * @returns SHA-256 of the artefacts together with their names: equal for equal results.
 */
export async function sealFiles(folder: string): Promise<string> {
  const paths: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) paths.push(join(entry.parentPath, entry.name));
  }
  const all = createHash('sha256');
  for (const path of paths.sort()) {
    await syncFile(path);
    const name = relative(folder, path);
    if (!circumstances.has(name)) all.update(`${await hashFile(path)} ${name.replaceAll('\\', '/')}\n`);
  }
  return all.digest('hex');
}
