// Makes files last through a power cut where the disk can, and through what other programs do to them meanwhile.
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { errorCode, explainingDiskErrors } from './disk-errors.ts';

/** Codes with which network and user-space disks say that they cannot force data to the disk. */
const cannotSync: ReadonlySet<string> = new Set([
  'EINVAL',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'ENOTTY',
  'EPERM',
  'EACCES',
]);

/** Forces what was written to the disk. A disk that knows no such request (network disks) does as well as it can. */
export async function syncHandle(handle: FileHandle): Promise<void> {
  try {
    await handle.sync();
  } catch (error) {
    if (!cannotSync.has(errorCode(error) ?? '')) throw error;
  }
}

/** Forces a file's content to the disk. */
export async function syncFile(path: string): Promise<void> {
  await explainingDiskErrors('write', path, async () => {
    const handle = await open(path, 'r+');
    await syncHandle(handle).finally(() => handle.close());
  });
}

/** Forces an earlier rename in the folder of `path` to the disk, where the system can (Windows cannot). */
export async function syncFolderOf(path: string): Promise<void> {
  try {
    const handle = await open(dirname(path), 'r');
    await syncHandle(handle).finally(() => handle.close());
  } catch (error) {
    if (!['EISDIR', 'EPERM', 'EACCES'].includes(errorCode(error) ?? '')) throw error;
  }
}

/** Codes of a rename that another program (a virus scanner, an indexer, a backup) prevents for a moment. */
const passing: ReadonlySet<string> = new Set(['EBUSY', 'EPERM', 'EACCES', 'ETXTBSY']);
/** Milliseconds before each further try. */
const waits = [50, 200, 500, 1000];

/** Renames a file or folder, trying again where another program holds it for a moment. */
export async function renamePatiently(from: string, to: string): Promise<void> {
  for (const wait of [...waits, undefined]) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      if (wait === undefined || !passing.has(errorCode(error) ?? '')) throw error;
      await setTimeout(wait);
    }
  }
}

/** Deletes a file or a folder with all that is in it, if it is there, trying again as `renamePatiently` does. */
export async function removeTree(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: waits.length, retryDelay: 100 });
}
