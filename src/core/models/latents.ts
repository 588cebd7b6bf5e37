// Draws latents and brings them to the one length at which the generator sees them.
import { length } from '../math/linear-algebra.ts';
import { normals, type Random } from '../math/random.ts';

/** @returns raw latents [count, size], z ~ N(0, I), float32. */
export function sampleLatents(random: Random, count: number, size: number): Float32Array<ArrayBuffer> {
  return normals(random, count * size);
}

/**
 * Latents as the generator sees them: each row at length √size (Karras et al. 2018, §4.2).
 * @param latents raw [n, size]. @returns a new array [n, size]. @throws RangeError for a row without direction.
 */
export function normaliseLatents(latents: Float32Array, size: number): Float32Array<ArrayBuffer> {
  const normalised = new Float32Array(latents.length);
  for (let start = 0; start < latents.length; start += size) {
    const row = latents.subarray(start, start + size);
    const scale = Math.sqrt(size) / length(row);
    if (!Number.isFinite(scale))
      throw new RangeError(`latent ${start / size} has no direction: its length is ${length(row)}`);
    for (let i = 0; i < row.length; i++) normalised[start + i] = row[i]! * scale;
  }
  return normalised;
}
