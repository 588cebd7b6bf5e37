// Opens model bundles from folders.
import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { attributeIndex } from '../../core/attributes.ts';
import { isScored } from '../../core/directions/scored.ts';
import { type Bundle, readBundle } from '../../core/editor/bundle.ts';
import { type FaceEditor, loadBundle } from '../../core/editor/face-editor.ts';
import { computesRight } from '../../core/editor/known-face.ts';
import type { FindFaces } from '../../core/editor/portrait-finder.ts';
import { UserError } from '../../core/errors.ts';
import { type DeviceOptions, openDevice } from '../devices/device.ts';
import { readWhole } from '../files/files.ts';

/** @returns SHA-256 in hexadecimal. */
export async function hashBytes(bytes: Uint8Array): Promise<string> {
  return createHash('sha256').update(bytes).digest('hex');
}

/** @returns a bundle whose networks are not compiled yet. @throws UserError naming the file that is missing or damaged. */
export async function readBundleFolder(folder: string): Promise<Bundle> {
  return readBundle(name => readWhole(join(folder, name)), hashBytes, folder);
}

/** @throws UserError for --attributes that the bundle does not know, or whose edits its classifier cannot see. */
export function checkSeen(attributes: readonly string[], { directions, place }: Bundle): void {
  const names = directions.map(({ attribute }) => attribute);
  const unseen = attributes.find(name => !isScored(directions[attributeIndex(name, names, '--attributes')]!));
  if (unseen === undefined) return;
  throw new UserError(
    `--attributes must be those that the classifier of ${place} answers about; got ${unseen}, which can be moved and ` +
      'not judged. Leave it out',
  );
}

/**
 * Opens a bundle for editing.
 * @param options the device (default the processor) and its threads (default as many as there are cores); results are
 * bit-equal only between runs with the same number.
 * @throws UserError naming the file that is missing, damaged or of another version, or the device that is not there.
 */
export async function openBundle(
  folder: string,
  options: Partial<DeviceOptions> & { readonly findFaces?: FindFaces } = {},
): Promise<FaceEditor> {
  const { device = 'cpu', threads = availableParallelism(), findFaces } = options;
  const opened = await openDevice({ device, threads });
  const editor = await loadBundle(opened, name => readWhole(join(folder, name)), hashBytes, folder, findFaces);
  if (opened.name === 'cpu' || (await computesRight(editor)) !== false) return editor;
  await editor.release();
  throw new UserError(
    `device ${device} must compute what the processor does; a known face of ${folder} comes out different. ` +
      'Update its driver, or take the device cpu',
  );
}
