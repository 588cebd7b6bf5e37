// Keeps two processes from writing the same run at the same time.
import { readFileSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { UserError } from '../../core/errors.ts';
import { errorCode, explained } from '../files/disk-errors.ts';

export interface Lock {
  /** Gives the lock back; a second call does nothing. */
  release(): Promise<void>;
}

/** The locks that this process holds or is about to: a stale lock file may name the same process id. */
const held = new Set<string>();

/**
 * Makes the lock file `path`, which names this process. A lock whose process is gone (a crash) is taken over.
 * @param what the thing that is locked, for the message.
 * @throws UserError when a living process holds it, or one of another machine, which cannot be asked.
 */
export async function acquireLock(path: string, what: string): Promise<Lock> {
  if (held.has(path)) throw isWritten(what, process.pid);
  held.add(path);
  try {
    while (!(await makeLock(path))) {
      const there = await ownerOf(path);
      if (there === undefined) continue;
      refuseIfAlive(there, path, what);
      await takeAway(path, there);
    }
  } catch (error) {
    held.delete(path);
    throw error;
  }
  return {
    release: async () => {
      if (held.delete(path)) await rm(path, { force: true });
    },
  };
}

/** @throws UserError where `acquireLock` would; makes no lock. */
export async function checkUnlocked(path: string, what: string): Promise<void> {
  const there = await ownerOf(path);
  if (there !== undefined) refuseIfAlive(there, path, what);
}

/** @returns whether the lock is this process's now: there was none. */
async function makeLock(path: string): Promise<boolean> {
  try {
    const handle = await open(path, 'wx');
    await handle.writeFile(`${process.pid} ${hostname()}\n`).finally(() => handle.close());
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** How often and after how many milliseconds a lock is looked at again that names nobody yet: it is being made. */
const looks = { most: 20, every: 50 };

/** @returns what the lock says: nothing where it never came to name its process; undefined where it was just released. */
async function ownerOf(path: string): Promise<string | undefined> {
  for (let look = 0; look < looks.most; look++) {
    const there = read(path);
    if (there !== '') return there;
    await setTimeout(looks.every);
  }
  return '';
}

/** Removes a lock whose process is gone, unless another process has just taken it over. @param there what it said. */
async function takeAway(path: string, there: string): Promise<void> {
  const aside = `${path}.${process.pid}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  if (read(aside) === there) await rm(aside, { force: true });
  else await rename(aside, path);
}

function refuseIfAlive(there: string, path: string, what: string): void {
  const [pid = '', host = ''] = there.trim().split(' ');
  if (host !== '' && host !== hostname()) {
    throw new UserError(`${what} is being written on ${host} (process ${pid}); if that has ended, delete ${path}`);
  }
  const number = Number(pid);
  // This process holds none of this path: the lock is of an earlier one that had its number.
  if (number !== process.pid && Number.isInteger(number) && number > 0 && isAlive(number)) {
    throw isWritten(what, number);
  }
}

function isWritten(what: string, pid: number): UserError {
  return new UserError(`${what} is being written by process ${pid}; wait for it or choose another folder`);
}

/** @returns undefined where there is no lock. @throws UserError for one that cannot be read: a wait would not end. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw explained('read', path, error);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0); // signal 0 only asks
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM'; // there, but another user's
  }
}
