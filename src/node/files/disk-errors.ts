// Explains failed disk operations that a user can mend (no space, no permission, no such file) in one line.
import { UserError } from '../../core/errors.ts';

const otherDisk = 'the disk does not offer what this needs; choose a path on another disk';
const noPermission = 'no permission for it or for a folder above it; change the permissions or choose another path';
const brokenDisk = 'the disk failed to read or write; check the disk and its cable or network, and run again';
const lostDisk = 'the disk is gone or does not answer; mount it again and run again';

/** The reason behind a failed disk operation and what to do about it, for the codes that a user can mend. */
const diskReasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder; check the path',
  ENOTDIR: 'a part of the path is a file, not a folder; check the path',
  EEXIST: 'a file of that name is in the way; choose another path',
  EISDIR: 'it is a folder, not a file; check the path',
  ENOTEMPTY: 'the folder is not empty; choose another path',
  ENAMETOOLONG: 'the name is too long for the disk; choose a shorter one',
  ELOOP: 'its symbolic links lead in a circle; mend them or choose another path',
  EINVAL: 'the disk does not take this name or request; choose another path',
  ERR_INVALID_ARG_VALUE: 'no disk takes this name; choose another path',
  EACCES: noPermission,
  EPERM: noPermission,
  EROFS: 'the file system is read-only; choose another path',
  EBUSY: 'another program holds it, or it is a mount point; close that program or choose another path',
  ETXTBSY: 'a program is running from it; stop that program or choose another path',
  EXDEV: 'it lies on two disks; choose a path on one disk',
  ENOSPC: 'the disk is full; free some space and run again',
  EDQUOT: 'the disk quota is used up; free some space and run again',
  EFBIG: 'the file is too large for the disk; choose a path on another disk',
  EMLINK: 'the folder has too many entries for the disk; choose another path',
  EMFILE: 'too many files are open; raise the limit (ulimit -n)',
  ENFILE: 'too many files are open on this machine; close some programs and run again',
  ENOTSUP: otherDisk,
  EOPNOTSUPP: otherDisk,
  ENOSYS: otherDisk,
  EIO: brokenDisk,
  ENXIO: brokenDisk,
  ENODEV: lostDisk,
  ESTALE: lostDisk,
  ENOTCONN: lostDisk,
  ETIMEDOUT: lostDisk,
  EHOSTDOWN: lostDisk,
};

/** Verbs for what a system call was meant to do, for errors that no caller has explained. */
const verbs: Readonly<Record<string, string>> = {
  open: 'open',
  read: 'read',
  write: 'write',
  fsync: 'write',
  fdatasync: 'write',
  ftruncate: 'write',
  mkdir: 'create',
  mkdtemp: 'create',
  rename: 'rename',
  copyfile: 'copy',
  unlink: 'delete',
  rmdir: 'delete',
  rm: 'delete',
  scandir: 'list',
  opendir: 'list',
  stat: 'look up',
  lstat: 'look up',
  fstat: 'look up',
  access: 'look up',
  realpath: 'look up',
  readlink: 'look up',
  utime: 'write',
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

/** `explained` for an error that comes from anywhere: path and verb are its own. */
export function explainedByItself(error: unknown): unknown {
  if (!(error instanceof Error && 'syscall' in error)) return error;
  const verb = verbs[String(error.syscall)];
  if (verb === undefined) return error;
  const path = 'path' in error && typeof error.path === 'string' ? error.path : 'a file';
  return explained(verb, path, error);
}

/** The system's code of a failed disk operation (`ENOENT`, `ENOSPC`, …), or undefined for any other error. */
export function errorCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
