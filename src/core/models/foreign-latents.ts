// Notices latents that were not drawn as this project's are, such as w of a StyleGAN, before anything is made of them.
import { length } from '../math/linear-algebra.ts';

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
