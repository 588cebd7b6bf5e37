// Distances of latents from boundaries, and the rows of a latent that a direction acts on.
import type { Direction } from '../directions/direction.ts';
import type { LayerRange } from '../directions/layers.ts';
import { UserError } from '../errors.ts';
import { addScaled, dot, length, scaled } from '../math/linear-algebra.ts';
import type { Geometry } from '../models/latents.ts';

/**
 * The signed distance of a latent from a boundary, positive on the side of more: the mean over the rows that its
 * direction acts on. @param latent [d], or a row a layer.
 */
export function distanceTo(boundary: Direction, latent: Float32Array | Float64Array): number {
  const rows = rowsOf(boundary, latent);
  return rows.reduce((total, row) => total + dot(boundary.normal, row), 0) / rows.length + boundary.intercept;
}

/** @returns a latent as the generator sees it, in float64. */
export function seenLatent(latent: Float32Array | Float64Array, geometry: Geometry): Float64Array {
  return geometry === 'sphere' ? normalisedLatent(latent) : Float64Array.from(latent);
}

/** @returns the rows of a latent that a direction acts on, as views of it. */
export function rowsOf<Latent extends Float32Array | Float64Array>(
  { normal, layers }: Direction,
  latent: Latent,
): Latent[] {
  const size = normal.length;
  const [from, to] = rangeOf(layers, latent.length / size);
  return Array.from({ length: to - from + 1 }, (_, i) => {
    return latent.subarray((from + i) * size, (from + i + 1) * size) as Latent;
  });
}

/** The rows that a direction acts on; a latent with one row for all layers has only that. */
export function rangeOf(layers: LayerRange | undefined, rows: number): LayerRange {
  return layers === undefined || rows === 1 ? [0, rows - 1] : layers;
}

export function actsOnPart({ layers }: Direction, rows: number): boolean {
  const [from, to] = rangeOf(layers, rows);
  return from > 0 || to < rows - 1;
}

/** @returns the rows that the latent has: one, or one a layer. */
export function rowsIn({ length }: ArrayLike<number>, [first]: readonly Direction[], rows: number): number {
  return first !== undefined && length === rows * first.normal.length ? rows : 1;
}

/** @param latent [rows · size]. @returns [size]. */
export function meanRow(latent: Float32Array | Float64Array, size: number): Float64Array {
  const rows = latent.length / size;
  const sum = new Float64Array(size);
  for (let row = 0; row < rows; row++) addScaled(sum, latent.subarray(row * size, (row + 1) * size), 1);
  return scaled(sum, 1 / rows);
}

export function repeated(row: Float64Array, times: number): Float64Array {
  return Float64Array.from({ length: times * row.length }, (_, at) => row[at % row.length]!);
}

function normalisedLatent(latent: Float32Array | Float64Array): Float64Array {
  const scale = Math.sqrt(latent.length) / length(latent);
  if (!Number.isFinite(scale)) throw new UserError(`a latent must have a finite length above 0; got ${length(latent)}`);
  return scaled(latent, scale);
}
