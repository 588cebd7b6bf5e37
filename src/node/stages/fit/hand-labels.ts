// Reads labels that somebody gave generated faces by hand: a CSV of seeds or rows with 0 and 1.
import { excerpt, UserError } from '../../../core/errors.ts';
import { createRandom } from '../../../core/math/random.ts';
import { streams } from '../../../core/math/streams.ts';
import { generatorRunner } from '../../../core/models/inference.ts';
import { checkPsi, defaultPsi, sampleLatents, seenLatents, truncated } from '../../../core/models/latents.ts';
import { readGenerator } from '../../artefacts/networks.ts';
import { cpuDevice } from '../../devices/device.ts';
import { checkLabelScale, labelValue, readTextTable } from '../../files/text-table.ts';
import { findInput } from '../../runs/run-folder.ts';
import type { Faces } from './faces.ts';

export interface HandLabels {
  /** How the file names its faces. */
  readonly by: LabelledFaces['by'];
  /** [n, size], as the generator sees them. */
  readonly latents: Float32Array;
  /** [n], 1 for yes and 0 for no. */
  readonly labels: Uint8Array;
}

/**
 * Reads a heading, `seed,label` or `index,label`, and a line a face: the seed that `edit` and the studio draw it by, or
 * its row among the latents from 0; then 1 or 0. Further columns are ignored.
 * @param psi truncation of faces labelled by seed, as they were looked at; left out, the model's default, if any.
 * @throws UserError naming a line that is no label, or that labels a face again, and for seeds of faces from elsewhere.
 */
export async function readHandLabels(path: string, faces: Faces, psi?: number): Promise<HandLabels> {
  const { latents, count, size } = faces;
  const { by, given } = await readLabelledFaces(path, count);
  if (by === 'seed' && faces.run === undefined) {
    throw new UserError(
      `labels by seed are of faces that this program draws; ${path} has them beside --latents, whose faces come from ` +
        'elsewhere. Label rows of --latents, by index',
    );
  }
  const rows = new Float32Array(given.size * size);
  for (const [i, face] of [...given.keys()].entries()) {
    const latent =
      by === 'index'
        ? latents.subarray(face * size, (face + 1) * size)
        : sampleLatents(createRandom(face, streams.face.latent), 1, size);
    rows.set(latent, i * size);
  }
  const seen = by === 'index' ? rows : await seenOf(rows, faces, psi);
  return { by, latents: seen, labels: Uint8Array.from(given.values()) };
}

/** Faces by seed or by row, each with its label. */
interface LabelledFaces {
  readonly by: 'seed' | 'index';
  /** 1 or 0 by face. */
  readonly given: ReadonlyMap<number, number>;
}

/** @param count of the rows that an index may name. @throws UserError naming a line that is no label, or that labels a face again. */
export async function readLabelledFaces(path: string, count: number): Promise<LabelledFaces> {
  let by: LabelledFaces['by'] | undefined;
  const given = new Map<number, number>();
  const values = new Set<number>();
  for (const { line, cells } of await readTextTable(path)) {
    const at = `${path}, line ${line}`;
    const [face = '', label = ''] = cells;
    if (by === undefined) {
      by = (['seed', 'index'] as const).find(each => each === face.toLowerCase());
      if (by !== undefined) continue;
      const shown = excerpt(cells.join(','), 40);
      throw new UserError(`${path} must begin with the line "seed,label" or "index,label"; got "${shown}"`);
    }
    const [number, value] = [Number(face), labelValue(label)];
    if (!/^\d+(\.0*)?$/.test(face) || !Number.isSafeInteger(number) || value === undefined) {
      const shown = excerpt(`${face},${label}`, 40);
      throw new UserError(`${at} must be a whole ${by} and 0 or 1, as in "7,1"; got "${shown}"`);
    }
    if (by === 'index' && number >= count) {
      throw new UserError(`${at}: an index must be below ${count}, the number of faces; got ${number}`);
    }
    if (given.has(number)) throw new UserError(`${at} labels ${by} ${number} a second time; keep one of the lines`);
    given.set(number, Number(value > 0));
    values.add(value);
  }
  if (by === undefined)
    throw new UserError(`${path} must begin with the line "seed,label" or "index,label"; it is empty`);
  checkLabelScale(path, values);
  return { by, given };
}

/** @param drawn raw latents [n, size]. @returns them as the generator sees them, truncated. */
async function seenOf(drawn: Float32Array, { size, geometry, run }: Faces, psi?: number): Promise<Float32Array> {
  const used = run?.manifest.inputs.generator?.path;
  if (psi !== undefined) checkPsi(psi, geometry, used ?? 'these faces');
  if (geometry === 'sphere') return seenLatents(drawn, size, geometry);
  const generator = run && (await findInput(run, 'generator'));
  if (generator === undefined) {
    throw new UserError(
      `labels by seed need the generator that draws the faces; ${used ?? 'it'} is gone or was made anew since. ` +
        'Synthesize again, or label them by index',
    );
  }
  const { details, tensors } = await readGenerator(generator);
  const runner = await generatorRunner(cpuDevice(1), details, tensors, 16);
  try {
    return truncated(await runner.map(drawn), psi ?? defaultPsi);
  } finally {
    await runner.release();
  }
}
