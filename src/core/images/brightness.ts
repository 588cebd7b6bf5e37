// How bright a face is: light goes along with age and gender, and none of the 40 attributes names it.
import { luma } from './colour.ts';

/** The name of the direction, beyond the 40, that is fitted to brightness. */
export const brightnessName = 'Brightness';

/** Share of the side that is left out all round: the middle of an aligned picture is face, hardly hair or background. */
const margin = 1 / 4;

/** @param images [n, 3, R, R] in [-1, 1]. @returns [n], the mean luma of the middle of each, in [-1, 1]. */
export function faceBrightness(images: Float32Array, resolution: number): Float32Array {
  const area = resolution * resolution;
  const from = Math.floor(resolution * margin);
  const to = resolution - from;
  return Float32Array.from({ length: images.length / (3 * area) }, (_, n) => {
    let sum = 0;
    for (const [channel, weight] of luma.entries()) {
      const start = (3 * n + channel) * area;
      for (let y = from; y < to; y++) {
        for (let x = from; x < to; x++) sum += weight * images[start + y * resolution + x]!;
      }
    }
    return sum / (to - from) ** 2;
  });
}
