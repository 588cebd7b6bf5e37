// Writes boundaries and labelled faces as InterFaceGAN's edit.py and train_boundary.py read them.
import { dirname, join } from 'node:path';
import type { Direction } from '../../../core/directions/direction.ts';
import { UserError } from '../../../core/errors.ts';
import { toFloat64 } from '../../../core/formats/nd-array.ts';
import { encodeNpy } from '../../../core/formats/npy.ts';
import { boundaryFiles, readBoundaryDetails } from '../../artefacts/boundaries.ts';
import { latentFiles } from '../../artefacts/synthesis.ts';
import { readNpy, writeWhole } from '../../files/files.ts';
import { checkCanBeMade, exists, realPlace } from '../../files/places.ts';
import { boundaryPaths, writeBoundaryFiles } from '../../interop/interfacegan.ts';
import { runFiles } from '../../runs/manifest.ts';
import type { Faces } from './faces.ts';

/**
 * @param inputs files and folders that are read. @param names of the directions, as far as they are known.
 * @throws UserError where an export would replace one of the inputs or mix with the files of a run, and as
 *   `boundaryPaths`, before any work.
 */
export async function checkExport(
  folder: string,
  out: string,
  inputs: readonly string[],
  names: readonly string[],
): Promise<void> {
  const place = await realPlace(folder);
  const refused = (reason: string) =>
    new UserError(`--export must be a folder of its own; ${folder} ${reason}. Give another`);
  if (place === (await realPlace(out))) throw refused('is --out');
  for (const input of inputs) {
    const read = await realPlace(input);
    if ((input.endsWith('.npy') ? dirname(read) : read) !== place) continue;
    throw refused(`is where ${input} is read from, whose files might be replaced`);
  }
  if (await exists(join(folder, runFiles.manifest))) throw refused('is a run, whose files might be replaced');
  boundaryPaths(folder, names);
  await checkCanBeMade(join(folder, 'file'), folder);
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
