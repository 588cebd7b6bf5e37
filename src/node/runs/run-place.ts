// Gives a complete folder its final name without ever losing the run that had that name before.
import { readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UserError } from '../../core/errors.ts';
import { explainingDiskErrors } from '../files/disk-errors.ts';
import { syncFile, syncFolderOf } from '../files/files.ts';
import { exists, runFiles } from './manifest.ts';

/** @throws UserError unless `out` can be written: absent, an empty folder, or a run that may be replaced. */
export async function checkFree(out: string, force: boolean): Promise<void> {
  if (!(await exists(out))) return;
  const names = await explainingDiskErrors('use', out, () => readdir(out));
  if (names.length === 0) return;
  if (!names.includes(runFiles.manifest)) {
    throw new UserError(`out must be a new folder or an earlier run; ${out} holds other files. Choose another folder`);
  }
  if (!force) throw new UserError(`${out} is a finished run; give --force to replace it or choose another --out`);
}

/** Moves the old run aside, gives the new one its name, and only then deletes the old one. */
export async function moveIntoPlace(folder: string, final: string): Promise<void> {
  await explainingDiskErrors('finish', final, async () => {
    const replaced = replacedName(final);
    if (await exists(final)) await rename(final, replaced);
    await rename(folder, final);
    await syncFolderOf(final);
    await rm(replaced, { recursive: true, force: true });
  });
}

/** Repairs a crash within `moveIntoPlace`: the old run gets its name back, or goes if the new one is there. */
export async function restoreReplaced(final: string): Promise<void> {
  const replaced = replacedName(final);
  if (!(await exists(replaced))) return;
  if (await exists(final)) await rm(replaced, { recursive: true, force: true });
  else await rename(replaced, final);
}

function replacedName(final: string): string {
  return join(final, '..', `.${basename(final)}.replaced`);
}

/** Forces every file to the disk, so that not even a power cut leaves a finished name on unfinished data. */
export async function syncFiles(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) await syncFile(join(entry.parentPath, entry.name));
  }
}
