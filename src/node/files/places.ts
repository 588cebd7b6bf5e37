// Tells what kind of place a path is before anything is written there: a link, a mount point, a folder of leftovers.
import { constants } from 'node:fs';
import { access, lstat, mkdir, open, readdir, readFile, readlink, realpath, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../core/errors.ts';
import { errorCode, explained, explainingDiskErrors } from './disk-errors.ts';

/** @returns a path in the package, as it is on this machine: this file lies three folders deep in src and in dist. */
export function fromRoot(path: string): string {
  return fileURLToPath(new URL(`../../../${path}`, import.meta.url));
}

/** Whether a file or folder is there. @throws UserError where a folder above it may not be looked into. */
export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return false;
    throw explained('look up', path, error);
  }
}

/** Most bytes of a name on the disks that people have. */
const longestName = 255;

/** @param added bytes that are added to the name while it is written. @throws UserError for a name that is too long. */
export function checkName(path: string, added: number): void {
  const bytes = Buffer.byteLength(basename(path));
  if (bytes + added <= longestName) return;
  throw new UserError(
    `the name of --out must have at most ${longestName - added} bytes; got ${bytes} with ` +
      `${basename(path).slice(0, 40)}…; choose a shorter one`,
  );
}

/** Names that file managers, disks and other machines leave in folders, and that nobody means. */
const leftovers =
  /^(?:\.DS_Store|\.localized|\.directory|Thumbs\.db|desktop\.ini|lost\+found|\._.*|\.(?:fseventsd|Spotlight-V100|Trashes|Trash-\d+|TemporaryItems|nfs[0-9a-f]+))$/i;

/** @returns the names in a folder without those that file managers leave behind. */
export async function contentOf(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter(name => !leftovers.test(name));
}

/** @returns where a symbolic link leads to, also one to a file that is not there yet; other paths as they are. */
export async function linkTarget(path: string): Promise<string> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined || !found.isSymbolicLink()) return path;
  try {
    return await realpath(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    return linkTarget(resolve(dirname(path), await readlink(path)));
  }
}

/** @returns the one path of a place, however it is spelt: symbolic links are followed as far as it is there. */
export async function realPlace(path: string): Promise<string> {
  const full = await linkTarget(resolve(path));
  const above = dirname(full);
  if (above === full) return full;
  return (await exists(full)) ? realpath(full) : join(await realPlace(above), basename(full));
}

/** Whether a path leads to a file or folder or into it, whatever links it goes through. */
export async function isIn(path: string, place: string): Promise<boolean> {
  const [real, above] = [await realPlace(path), await realPlace(place)];
  return real === above || real.startsWith(above + sep);
}

/** Whether a folder that is there must keep its place, so that no other folder can be renamed to it. */
export async function isFixed(folder: string): Promise<boolean> {
  const parent = dirname(folder);
  const here = `${resolve()}${sep}`;
  if (parent === folder || here.startsWith(`${folder}${sep}`)) return true; // a shell stands in it
  if ((await stat(folder)).dev !== (await stat(parent)).dev) return true;
  if ((await mountPoints()).has(folder)) return true;
  return access(parent, constants.W_OK | constants.X_OK).then(
    () => false,
    () => true,
  );
}

/** Linux tells its mount points, which folders of the same disk can be too. */
async function mountPoints(): Promise<ReadonlySet<string>> {
  const text = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  const octal = /\\([0-7]{3})/g;
  const decoded = (word: string) => word.replace(octal, (_, digits) => String.fromCharCode(Number.parseInt(digits, 8)));
  return new Set(text.split('\n').map(line => decoded(line.split(' ')[4] ?? '')));
}

/** The name under which a file is written until it is whole. */
export function temporaryName(path: string): string {
  return `${path}.tmp`;
}

/**
 * @param shown the path as it was given, for the message.
 * @throws UserError unless the folders above a path are there or can be made; nothing is made.
 */
export async function checkCanBeMade(path: string, shown: string): Promise<void> {
  const folder = dirname(resolve(path));
  if (!(await exists(folder)) && dirname(folder) !== folder) return checkCanBeMade(folder, shown);
  await explainingDiskErrors('create', shown, async () => {
    if (!(await stat(folder)).isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' });
    await access(folder, constants.W_OK | constants.X_OK);
  });
}

/**
 * Checks, before any work, that a file can be written.
 * @param force whether a file that is there may be replaced. @throws UserError where it cannot be written.
 */
export async function checkFileFree(out: string, force: boolean): Promise<void> {
  checkName(out, temporaryName('').length);
  if (await exists(out)) {
    const found = await stat(out);
    if (found.isDirectory()) throw new UserError(`--out must be a file; ${out} is a folder. Add a name to it`);
    if (!found.isFile())
      throw new UserError(`--out must be a file; ${out} is a device or a pipe. Choose another --out`);
    if (!force) throw new UserError(`${out} exists; give --force to replace it or choose another --out`);
  }
  await checkCanBeMade(await explainingDiskErrors('write', out, () => linkTarget(out)), out);
}

/** Makes a folder of files that are replaced, and tries to write there. @throws UserError where nothing can be written there. */
export async function checkFolderWritable(folder: string): Promise<void> {
  await checkCanBeMade(join(folder, 'file'), folder); // `mkdir` takes a read-only disk for a missing folder
  await explainingDiskErrors('create', folder, () => mkdir(folder, { recursive: true }));
  await explainingDiskErrors('write', folder, async () => {
    const probe = join(folder, temporaryName('.probe'));
    await (await open(probe, 'w')).close();
    await rm(probe, { force: true });
  });
}
