// Reads labels that somebody gave generated faces by hand: a CSV of seeds or latents with 0 and 1.
import { UserError } from '../../core/errors.ts';
import { createRandom } from '../../core/math/random.ts';
import { normaliseLatents, sampleLatents } from '../../core/models/latents.ts';
import { readWhole } from '../io/files.ts';
import type { Faces } from './fit-faces.ts';

export interface OwnLabels {
  /** [n, size] at length √size. */
  readonly latents: Float32Array;
  /** [n], 1 for yes and 0 for no. */
  readonly labels: Uint8Array;
}

const heading = /^\s*"?(seed|index)"?\s*[,;]/i;

/**
 * A heading, `seed,label` or `index,label`, and a line a face: the seed that `edit` and the studio draw it by, or its
 * row in `z.npy` from 0; then 1 or 0. Further columns are left alone.
 * @throws UserError naming the line that is no label, or labels a face once more.
 */
export async function readOwnLabels(path: string, { latents, count, size }: Faces): Promise<OwnLabels> {
  const lines = new TextDecoder().decode(await readWhole(path)).split(/\r?\n/);
  const by = heading.exec(lines[0] ?? '')?.[1]?.toLowerCase();
  if (by === undefined) {
    throw new UserError(`${path} must begin with the line "seed,label" or "index,label"; got "${lines[0]}"`);
  }
  const faces = new Map<number, number>();
  for (const [i, line] of lines.entries()) {
    if (i === 0 || line.trim() === '') continue;
    const [face, label] = line.split(/[,;]/).map(cell => cell.trim().replace(/^"(.*)"$/, '$1'));
    const at = `${path}, line ${i + 1}`;
    if (!/^\d+$/.test(face!) || (label !== '0' && label !== '1')) {
      throw new UserError(`${at} must be a whole ${by} and 0 or 1, as in "7,1"; got "${line}"`);
    }
    const number = Number(face);
    if (by === 'index' && number >= count) {
      throw new UserError(`${at}: an index must be below ${count}, the number of faces; got ${number}`);
    }
    if (faces.has(number)) throw new UserError(`${at} labels ${by} ${number} a second time; keep one of the lines`);
    faces.set(number, Number(label));
  }
  const rows = new Float32Array(faces.size * size);
  for (const [i, face] of [...faces.keys()].entries()) {
    const latent =
      by === 'index'
        ? latents.subarray(face * size, (face + 1) * size)
        : normaliseLatents(sampleLatents(createRandom(face), 1, size), size);
    rows.set(latent, i * size);
  }
  return { latents: rows, labels: Uint8Array.from(faces.values()) };
}
