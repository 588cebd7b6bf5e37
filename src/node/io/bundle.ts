// Opens model bundles from folders.
import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type FaceEditor, loadBundle } from '../../core/bundle/face-editor.ts';
import { cpuDevice } from './device.ts';
import { readWhole } from './files.ts';

/** @returns SHA-256 in hexadecimal. */
export async function hashBytes(bytes: Uint8Array): Promise<string> {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * @param threads threads a computation is spread over; results are bit-equal only between runs with the same number.
 * @throws UserError naming the file that is missing, damaged or of another version.
 */
export function openBundle(folder: string, { threads = availableParallelism() } = {}): Promise<FaceEditor> {
  return loadBundle(cpuDevice(threads), name => readWhole(join(folder, name)), hashBytes, folder);
}
