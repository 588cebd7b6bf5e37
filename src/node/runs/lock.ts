// Keeps two processes from writing the same run at the same time.
import { readFileSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { UserError } from '../../core/errors.ts';
import { errorCode } from '../files/disk-errors.ts';

export interface Lock {
  /** Gives the lock back; a second call does nothing. */
  release(): Promise<void>;
}

/** The locks that this process holds: a stale lock file may name the same process id. */
const held = new Set<string>();

/**
 * Makes the lock file `path`, which names this process. A lock whose process is gone (a crash) is taken over.
 * @param what the thing that is locked, for the message.
 * @throws UserError when a living process holds it, or one of another machine, which cannot be asked.
 */
export async function acquireLock(path: string, what: string): Promise<Lock> {
  const mine = `${process.pid} ${hostname()}\n`;
  for (;;) {
    try {
      const handle = await open(path, 'wx');
      await handle.writeFile(mine).finally(() => handle.close());
      break;
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
      refuseIfAlive(path, what);
      await rm(path, { force: true });
    }
  }
  held.add(path);
  return {
    release: async () => {
      if (held.delete(path)) await rm(path, { force: true });
    },
  };
}

function refuseIfAlive(path: string, what: string): void {
  const [pid = '', host = ''] = read(path).trim().split(' ');
  if (host !== '' && host !== hostname()) {
    throw new UserError(`${what} is being written on ${host} (process ${pid}); if that has ended, delete ${path}`);
  }
  const number = Number(pid);
  const alive = number === process.pid ? held.has(path) : Number.isInteger(number) && number > 0 && isAlive(number);
  if (alive) throw new UserError(`${what} is being written by process ${pid}; wait for it or choose another folder`);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // released just now
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
