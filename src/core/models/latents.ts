// Samples latents, brings them to where the generator sees them, and truncates them toward the mean face.
import { shownArgument, UserError } from '../errors.ts';
import { length } from '../math/linear-algebra.ts';
import { normals, type Random } from '../math/random.ts';

export const geometryNames = ['sphere', 'linear'] as const;
/**
 * Where latents for editing lie. `sphere`: at length √d, where the generator puts them anyway, so that distances are
 * those of the picture. `linear`: anywhere, with unit covariance; an edit is plain addition.
 */
export type Geometry = (typeof geometryNames)[number];

/** Truncation ψ of shown faces by default: better faces for a little less variety. */
export const defaultPsi = 0.7;

/** Largest ψ; beyond it faces fall apart. */
export const mostPsi = 2;

/** Draws raw latents z ~ N(0, I). @returns float32 [count, size]. */
export function sampleLatents(random: Random, count: number, size: number): Float32Array<ArrayBuffer> {
  return normals(random, count * size);
}

/**
 * Latents as the generator sees them: each row at length √size (Karras et al. 2018, §4.2).
 * @param latents raw [n, size]. @param name what they are called in errors: their file.
 * @returns a new array [n, size]. @throws UserError for a row without direction, such as one of zeros.
 */
export function normaliseLatents(latents: Float32Array, size: number, name = 'the latents'): Float32Array<ArrayBuffer> {
  const normalised = new Float32Array(latents.length);
  for (let start = 0; start < latents.length; start += size) {
    const row = latents.subarray(start, start + size);
    const scale = Math.sqrt(size) / length(row);
    if (!Number.isFinite(scale) || scale === 0) {
      throw new UserError(
        `${name}: each latent must have a direction; row ${start / size} has the length ${length(row)}. Leave it out`,
      );
    }
    for (let i = 0; i < row.length; i++) normalised[start + i] = row[i]! * scale;
  }
  return normalised;
}

/** @param latents [n, size], one or more. @returns them as the generator sees them: on the sphere, or as they are. */
export function seenLatents(latents: Float32Array, size: number, geometry: Geometry): Float32Array {
  return geometry === 'sphere' ? normaliseLatents(latents, size) : latents;
}

/**
 * The truncation trick (Karras et al. 2019, appendix B) where the mean latent is 0: each latent moves toward it.
 * @param psi share of its distance from the mean that is left. @returns a new array.
 */
export function truncated(latents: Float32Array, psi: number): Float32Array<ArrayBuffer> {
  return Float32Array.from(latents, value => value * psi);
}

/** @param name of the model, for the error. @throws UserError for a ψ out of range, or where there is no truncation. */
export function checkPsi(psi: number, geometry: Geometry, name: string): void {
  if (typeof psi !== 'number' || !(psi >= 0 && psi <= mostPsi))
    throw new UserError(`psi must be from 0 to ${mostPsi}; got ${shownArgument(psi)}`);
  if (geometry === 'linear' || psi === 1) return;
  throw new UserError(
    `psi must be 1 for ${name}, whose latents have no mean face to go toward; got ${psi}. Leave it out`,
  );
}
