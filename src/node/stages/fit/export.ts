// Writes boundaries and labelled faces as InterFaceGAN's edit.py and train_boundary.py read them.
import { dirname, join, resolve } from 'node:path';
import type { Direction } from '../../../core/directions/direction.ts';
import { UserError } from '../../../core/errors.ts';
import { toFloat64 } from '../../../core/formats/nd-array.ts';
import { encodeNpy } from '../../../core/formats/npy.ts';
import { boundaryFiles, readBoundaryDetails } from '../../artefacts/boundaries.ts';
import { latentFiles } from '../../artefacts/synthesis.ts';
import { readNpy, writeWhole } from '../../files/files.ts';
import { checkFolderWritable } from '../../files/places.ts';
import { writeBoundaryFiles } from '../../interop/interfacegan.ts';
import type { Faces } from './faces.ts';

/**
 * @param inputs files and folders that are read. @throws UserError where an export would replace one of them, or mix with the
 *   run's own files, before any work.
 */
export async function checkExport(folder: string, out: string, inputs: readonly string[]): Promise<void> {
  const place = resolve(folder);
  const refused = (reason: string) =>
    new UserError(`--export must be a folder of its own; ${folder} ${reason}. Give another`);
  if (place === resolve(out)) throw refused('is --out');
  const read = inputs.find(input => (input.endsWith('.npy') ? dirname(resolve(input)) : resolve(input)) === place);
  if (read !== undefined) throw refused(`is where ${read} is read from, whose files might be replaced`);
  await checkFolderWritable(folder);
}

/**
 * Files of these names that are in the folder already are replaced.
 * @param run folder of a finished run with boundaries. @param faces left out: the boundaries alone.
 */
export async function exportTo(folder: string, run: string, faces?: Faces): Promise<void> {
  await writeBoundaryFiles(folder, await boundariesOf(run));
  if (faces === undefined) return;
  const { latents, logits, rows, count, size, geometry } = faces;
  await writeWhole(join(folder, latentFiles[geometry]), encodeNpy({ shape: [count, size], data: latents }));
  for (const [row, { attribute }] of rows.entries()) {
    const data = logits.subarray(row * count, (row + 1) * count);
    await writeWhole(join(folder, `${attribute}_scores.npy`), encodeNpy({ shape: [count, 1], data }));
  }
}

/** @returns the directions of a run that have a boundary. */
async function boundariesOf(run: string): Promise<Direction[]> {
  const file = (name: string) => join(run, name);
  const { directions } = await readBoundaryDetails({ file });
  const found: Direction[] = [];
  for (const { attribute, boundary } of directions) {
    if (boundary === null) continue;
    const { data } = await readNpy(file(boundaryFiles.single(attribute)));
    found.push({ attribute, normal: toFloat64(data), intercept: boundary.intercept });
  }
  return found;
}
