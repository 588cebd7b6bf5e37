// Notices latents that were not drawn as this project's are, such as w of a StyleGAN, before anything is made of them.
import { length } from '../math/linear-algebra.ts';
import { mostPsi } from './latents.ts';

/** Latents from which on their mean says something. */
const manyLatents = 100;

/**
 * Latents z ~ N(0, I), and u alike, have length √d up to a share of 1/√(2d), and their directions have mean 0.
 * @param latents raw [n, size]; rows that are not finite are passed over, as whoever uses one is told of it. @returns a few words where these are otherwise; undefined where they are not.
 */
export function strangenessOf(latents: Float32Array | Float64Array, size: number): string | undefined {
  const sum = new Float64Array(size);
  let [count, lengths] = [0, 0];
  for (let start = 0; start < latents.length; start += size) {
    const row = latents.subarray(start, start + size);
    const long = length(row);
    if (!Number.isFinite(long)) continue;
    count++;
    lengths += long;
    if (long > 0) for (let i = 0; i < size; i++) sum[i]! += row[i]! / long;
  }
  if (count === 0) return undefined;
  const wanted = Math.sqrt(size);
  const found = lengths / count;
  const centre = length(sum) / count;
  if (count >= manyLatents && centre > 0.3 + 4 / Math.sqrt(count)) {
    return `lie around a mean of ${centre.toFixed(2)} of their length, where z ~ N(0, I) lie around 0`;
  }
  const tolerance = 0.1 + 4 / Math.sqrt(2 * size * count);
  if (Math.abs(found / wanted - 1) <= tolerance) return undefined;
  return `have a mean length of ${found.toPrecision(3)}, where z ~ N(0, I) have √${size} = ${wanted.toPrecision(3)}`;
}

/**
 * Latents u have length √d at ψ 1, other lengths at other ψ, and edits move them by a few σ.
 * @param latents [n, size]; rows that are not finite are passed over.
 * @returns a few words where one lies farther out than those of the largest ψ; undefined where none does.
 */
export function remotenessOf(latents: Float32Array | Float64Array, size: number): string | undefined {
  let farthest = 0;
  for (let start = 0; start < latents.length; start += size) {
    const long = length(latents.subarray(start, start + size));
    if (Number.isFinite(long)) farthest = Math.max(farthest, long);
  }
  const most = mostPsi * Math.sqrt(size);
  if (farthest <= most * (1 + 4 / Math.sqrt(2 * size))) return undefined;
  const rule = `where those of ψ ${mostPsi}, the largest, have ${mostPsi} · √${size} = ${most.toPrecision(3)}`;
  return `reach a length of ${farthest.toPrecision(3)}, ${rule}`;
}
