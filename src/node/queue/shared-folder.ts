// Names files so that every machine finds them: relative to a folder that all of them see, wherever each has it.
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { z } from 'zod';
import { UserError } from '../../core/errors.ts';
import { explainingDiskErrors } from '../files/disk-errors.ts';
import { renamePatiently } from '../files/durable.ts';
import { hashFile, readWhole, writeWhole } from '../files/files.ts';

/** No file that passes through the queue is larger: 1 GiB. */
const mostBytes = 2 ** 30;

/** The content of a file, as far as it can be compared. */
export const contentSchema = z.strictObject({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().min(0).max(mostBytes),
});
export type Content = z.output<typeof contentSchema>;

/** @returns the path relative to the shared folder, with slashes. @throws UserError where it lies outside. */
export function sharedPath(shared: string, path: string, what: string): string {
  const inside = relative(resolve(shared), resolve(path));
  if (leavesFolder(inside)) {
    throw new UserError(
      `${what} must lie in the folder that all machines see, ${resolve(shared)} (--shared); got ${path}`,
    );
  }
  return inside.split(sep).join('/');
}

/** @param path as another machine wrote it. @returns where it is here. @throws UserError where it leads out of the folder. */
export function pathInShared(shared: string, path: string): string {
  const here = resolve(shared, path);
  if (isAbsolute(path) || leavesFolder(relative(resolve(shared), here))) {
    throw new UserError('a path of the job leads out of the shared folder');
  }
  return here;
}

function leavesFolder(inside: string): boolean {
  return inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside);
}

export async function contentOf(path: string): Promise<Content> {
  const bytes = await sizeOf(path);
  if (bytes > mostBytes)
    throw new UserError(`${path} must have at most ${mostBytes} bytes to be shared; it has ${bytes}`);
  return { sha256: await hashFile(path), bytes };
}

/** @throws UserError where the file is another than it should be; `shown` names it. */
export async function checkContent(path: string, shown: string, { sha256, bytes }: Content): Promise<void> {
  const isSame = (await sizeOf(path)) === bytes && (await hashFile(path)) === sha256;
  if (!isSame) throw new UserError(`${shown} is not the same file on both machines. Copy it again`);
}

async function sizeOf(path: string): Promise<number> {
  return explainingDiskErrors('read', path, async () => (await stat(path)).size);
}

/**
 * Writes a value, as threads copy it, where several may write it at once: each under a name of its own, which the last one
 * takes away. A folder that is gone stays so: the run that it belonged to has ended.
 */
export async function writeValue(path: string, value: unknown, writer = 'stage'): Promise<Content> {
  const bytes = serialize(value);
  const own = `${path}.${writer}`;
  await writeWhole(own, bytes, 'there');
  await explainingDiskErrors('write', path, () => renamePatiently(own, path));
  return { sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length };
}

/** Reads what `writeValue` wrote. @param expected undefined where no content is agreed on. @throws UserError where it is another. */
export async function readValue(path: string, shown: string, expected: Content | undefined): Promise<unknown> {
  if (expected !== undefined) await checkContent(path, shown, expected);
  return deserialize(await readWhole(path));
}
