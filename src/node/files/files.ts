// Reads and writes the files of runs: whole ones so that nobody meets a half-written file, long arrays piece by piece.

import { constants } from 'node:buffer';
import { createHash } from 'node:crypto';
import { createReadStream, openSync, readSync } from 'node:fs';
import { type FileHandle, mkdir, open, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UserError } from '../../core/errors.ts';
import type { DType, NdArray, TypedArray } from '../../core/formats/nd-array.ts';
import { bytesOf, dtypeOf, elementCount, elementType } from '../../core/formats/nd-array.ts';
import { decodeNpy, decodeNpyHeader, encodeNpyHeader } from '../../core/formats/npy.ts';
import { decodeText } from '../../core/formats/text.ts';
import { errorCode, explained, explainingDiskErrors } from './disk-errors.ts';
import { renamePatiently, syncHandle } from './durable.ts';
import { linkTarget, temporaryName } from './places.ts';

/**
 * Writes a file under a temporary name, forces it to the disk and renames it: readers see all of it or nothing. The
 * temporary name is always the same, so that what a killed process leaves behind goes with the next write. A file that
 * cannot be renamed to, because it is a mount point, is overwritten as it stands.
 * @param folders `made` where they are missing; `there`: they must be, since who made them may have taken them away.
 */
export async function writeWhole(path: string, bytes: Uint8Array | string, folders: Folders = 'made'): Promise<void> {
  await explainingDiskErrors('write', path, async () => {
    const target = await linkTarget(path);
    const temporary = temporaryName(target);
    try {
      await writeOnto(temporary, bytes, folders);
      await renamePatiently(temporary, target);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {}); // what failed first is told
      if (!['EBUSY', 'EXDEV'].includes(errorCode(error) ?? '') || !(await stat(target)).isFile()) throw error;
      await writeOnto(target, bytes, folders);
    }
  });
}

type Folders = 'made' | 'there';

async function writeOnto(path: string, bytes: Uint8Array | string, folders: Folders): Promise<void> {
  const handle = await (folders === 'made' ? openNew(path) : open(path, 'w'));
  try {
    await handle.writeFile(bytes);
    await syncHandle(handle);
  } finally {
    await handle.close();
  }
}

/** Opens a file to write, making the folders above it where they are missing. */
async function openNew(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'w');
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    await mkdir(dirname(path), { recursive: true });
    return open(path, 'w');
  }
}

/** `writeWhole` of a value as indented JSON. */
export function writeJson(path: string, value: unknown): Promise<void> {
  return writeWhole(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** @returns the parsed file. @throws UserError when it is missing or is not JSON. */
export async function readJson(path: string): Promise<unknown> {
  const text = decodeText(await readWhole(path));
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(`${path} is not valid JSON: ${(error as Error).message}`);
  }
}

/** Reads a file of any size that fits in memory (Node's own readFile ends at 2 GiB). */
export async function readWhole(path: string): Promise<Uint8Array<ArrayBuffer>> {
  return explainingDiskErrors('read', path, async () => {
    const handle = await open(path, 'r');
    try {
      const found = await handle.stat();
      if (!found.isFile() && !found.isDirectory()) return new Uint8Array(await handle.readFile()); // a pipe has no size
      const { size } = found;
      const bytes = memoryFor(size, path);
      await readInto(handle, path, bytes, 0);
      return bytes;
    } finally {
      await handle.close();
    }
  });
}

/** @throws UserError for more than the runtime or the machine can hold at once. */
function memoryFor(bytes: number, path: string): Uint8Array<ArrayBuffer> {
  const asked = `${(bytes / 1e9).toFixed(1)} GB of ${path} must be read at once`;
  if (bytes > constants.MAX_LENGTH) {
    const most = (constants.MAX_LENGTH / 1e9).toFixed(1);
    throw new UserError(`${asked}; this version of Node can take ${most} GB. Take a part of the file`);
  }
  try {
    return new Uint8Array(bytes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError(`${asked}, and there is not so much memory. Take a part of the file`);
  }
}

/** Fills `target` with the bytes from `position` on. @throws UserError when the file ends before. */
async function readInto(handle: FileHandle, path: string, target: Uint8Array, position: number): Promise<void> {
  // One system call moves less than 2 GiB.
  const longest = 2 ** 30;
  for (let filled = 0; filled < target.length; ) {
    const length = Math.min(longest, target.length - filled);
    const { bytesRead } = await handle.read(target, filled, length, position + filled);
    if (bytesRead === 0) throw cutShort(path, position + target.length, position + filled);
    filled += bytesRead;
  }
}

function cutShort(path: string, expected: number, found: number): UserError {
  return new UserError(`${path} is cut short: expected ${expected} bytes, found ${found}; make it again`);
}

function tooLong(path: string, expected: number, found: number): UserError {
  return new UserError(`${path} is no whole .npy file: expected ${expected} bytes, found ${found}; make it again`);
}

/** @returns SHA-256 of a file's content, in hexadecimal. */
export async function hashFile(path: string): Promise<string> {
  return explainingDiskErrors('read', path, async () => {
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
    return hash.digest('hex');
  });
}

export interface NpyWriter {
  /** Adds elements in C order; a piece may be part of a row or span many rows. */
  append(piece: TypedArray): Promise<void>;
  /** Forces what has been appended to the disk. */
  flush(): Promise<void>;
  /** Forces the file to the disk. @throws Error when the elements appended do not fill the shape. */
  close(): Promise<void>;
  /** Closes the file as it is, after a failure. */
  abandon(): Promise<void>;
}

/**
 * Writes a .npy file piece by piece, so that an array larger than memory can be made.
 * @param shape its first length may be null: as many rows as are appended.
 * @param keepRows continues a file of the same type and shape after its first rows, dropping what follows them.
 */
export async function createNpyWriter(
  path: string,
  dtype: DType,
  shape: readonly [number | null, ...number[]],
  keepRows = 0,
): Promise<NpyWriter> {
  const [rows, ...row] = shape;
  const rowLength = elementCount(row)!;
  const headerFor = (count: number) => encodeNpyHeader(dtype, [count, ...row]);
  const dataOffset = headerFor(rows ?? 0).length;
  const elementBytes = elementType(dtype).bytes;
  let position = dataOffset + keepRows * rowLength * elementBytes;
  const writing = <T>(operation: () => Promise<T>) => explainingDiskErrors('write', path, operation);

  const handle = await writing(() => open(path, keepRows > 0 ? 'r+' : 'w'));
  if (keepRows > 0) await writing(() => truncateTo(handle, path, position));
  return {
    append: piece =>
      writing(async () => {
        const received = dtypeOf(piece);
        if (received !== dtype) throw new Error(`${path} holds ${dtype}; got a piece of ${received}`);
        await writeAll(handle, bytesOf(piece), position);
        position += piece.byteLength;
      }),
    flush: () => writing(() => syncHandle(handle)),
    close: () =>
      writing(async () => {
        try {
          const elements = (position - dataOffset) / elementBytes;
          const count = rows ?? elements / rowLength;
          if (count * rowLength !== elements || !Number.isInteger(count)) {
            throw new Error(
              `${path} of shape [${rows ?? 'any'}, ${row.join(', ')}] was closed at ${elements} elements`,
            );
          }
          const header = headerFor(count);
          if (header.length !== dataOffset) throw new Error(`${path}: ${count} rows do not fit the header's padding`);
          await writeAll(handle, header, 0);
          await syncHandle(handle);
        } finally {
          await handle.close();
        }
      }),
    abandon: () => handle.close(),
  };
}

/**
 * Reads a .npy file, or some of its rows, straight into one array.
 * @param range the rows [start, start + count) of the first axis. Without it: all.
 * @throws UserError when the file is missing, damaged or cut short.
 */
export async function readNpy(path: string, range?: { start: number; count: number }): Promise<NdArray> {
  return explainingDiskErrors('read', path, async () => {
    const handle = await open(path, 'r');
    try {
      const { dtype, shape, fortranOrder, dataOffset, size, isWhole } = await readHeader(handle, path);
      // The decoder needs the whole file beside the array, so long files in C order are read without it.
      if (range === undefined && (fortranOrder || isWhole)) return decodeNpy(await readWhole(path), path);
      const [rows = 1, ...row] = shape;
      const { start, count } = range ?? { start: 0, count: rows };
      if (fortranOrder || start < 0 || start + count > rows) {
        throw new RangeError(`rows ${start} to ${start + count} of ${path}, which has ${rows}, cannot be read`);
      }
      const rowBytes = elementCount(row)! * elementType(dtype).bytes;
      // A damaged header may claim any size: it is checked before memory is taken for it.
      if (size < dataOffset + rows * rowBytes) throw cutShort(path, dataOffset + rows * rowBytes, size);
      if (size > dataOffset + rows * rowBytes) throw tooLong(path, dataOffset + rows * rowBytes, size);
      const bytes = memoryFor(count * rowBytes, path);
      await readInto(handle, path, bytes, dataOffset + start * rowBytes);
      return { shape: [count, ...row], data: elementType(dtype).view(bytes.buffer) };
    } finally {
      await handle.close();
    }
  });
}

async function readHeader(handle: FileHandle, path: string) {
  const { size } = await handle.stat();
  const beginning = new Uint8Array(Math.min(size, 2 ** 16 + 16)); // a version 1 header is no longer
  await readInto(handle, path, beginning, 0);
  return { ...decodeNpyHeader(beginning, path), size, isWhole: size <= beginning.length };
}

/** Reads bytes of a .npy file's rows, any number of times. */
export interface NpyRows {
  readonly shape: readonly number[];
  /** Fills `target` from a row's first byte on; at once, as trainers ask for images. @throws UserError as `readNpy`. */
  read(row: number, target: Uint8Array): void;
}

/** Opens a .npy file of uint8 for reading some of its rows; it stays open until the program ends. @throws UserError as `readNpy`. */
export async function openNpyRows(path: string): Promise<NpyRows> {
  const { dtype, shape, fortranOrder, dataOffset, size } = await explainingDiskErrors('read', path, async () => {
    const handle = await open(path, 'r');
    try {
      return await readHeader(handle, path);
    } finally {
      await handle.close();
    }
  });
  const rowBytes = elementCount(shape.slice(1))!;
  const end = dataOffset + elementCount(shape)!;
  if (dtype !== 'uint8' || fortranOrder) throw new UserError(`${path} must be uint8 in C order; make it again`);
  if (size < end) throw cutShort(path, end, size);
  const file = openSync(path, 'r');
  const read = (row: number, target: Uint8Array) => {
    for (let filled = 0; filled < target.length; ) {
      const position = dataOffset + row * rowBytes + filled;
      const count = readSync(file, target, filled, target.length - filled, position);
      if (count === 0) throw cutShort(path, position + target.length - filled, position);
      filled += count;
    }
  };
  return {
    shape,
    read: (row, target) => {
      try {
        read(row, target);
      } catch (error) {
        throw explained('read', path, error);
      }
    },
  };
}

async function truncateTo(handle: FileHandle, path: string, length: number): Promise<void> {
  const { size } = await handle.stat();
  if (size < length) {
    await handle.close();
    throw new UserError(
      `${path} is cut short: it must have ${length} bytes, has ${size}; start again without --resume`,
    );
  }
  await handle.truncate(length);
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}
