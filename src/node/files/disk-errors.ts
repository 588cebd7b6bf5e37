// Explains failed disk operations that a user can mend (no space, no permission, no such file) in one line.
import { UserError } from '../../core/errors.ts';

/** The reason behind a failed disk operation and what to do about it, for the codes that a user can mend. */
const diskReasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder; check the path',
  ENOTDIR: 'a part of the path is a file, not a folder; check the path',
  EEXIST: 'a file of that name is in the way; choose another path',
  EISDIR: 'it is a folder, not a file; check the path',
  EACCES: 'no permission; change the permissions or choose another path',
  EPERM: 'no permission; change the permissions or choose another path',
  EROFS: 'the file system is read-only; choose another path',
  ENOSPC: 'the disk is full; free some space and run again',
  EDQUOT: 'the disk quota is used up; free some space and run again',
  EMFILE: 'too many files are open; raise the limit (ulimit -n)',
};

/**
 * Runs a disk operation on `path`. Errors that the user can mend are thrown as UserError, all others as they are.
 * @param verb what is being done, for the message: `read`, `write`, `create`.
 */
export async function explainingDiskErrors<T>(verb: string, path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw explained(verb, path, error);
  }
}

/** @returns the UserError that explains a failed disk operation, or `error` itself where the user cannot mend it. */
export function explained(verb: string, path: string, error: unknown): unknown {
  const reason = diskReasons[errorCode(error) ?? ''];
  return reason === undefined ? error : new UserError(`cannot ${verb} ${path}: ${reason}`);
}

/** The system's code of a failed disk operation (`ENOENT`, `ENOSPC`, …), or undefined for any other error. */
export function errorCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
