// How bright a face is: light goes along with age and gender, and none of the 40 attributes names it.

/** The direction beyond the 40 that is fitted to it. */
export const brightnessName = 'Brightness';

/** Part of the side that is left out all round: what remains of an aligned picture is the face, hardly hair or background. */
const margin = 1 / 4;
/** Of ITU-R BT.601, what 8-bit luma is made with. */
const lumaWeights = [0.299, 0.587, 0.114] as const;

/** @param images [n, 3, R, R] in [-1, 1]. @returns [n], the mean luma of the middle of each, in [-1, 1]. */
export function faceBrightness(images: Float32Array, resolution: number): Float32Array {
  const area = resolution * resolution;
  const from = Math.floor(resolution * margin);
  const to = resolution - from;
  return Float32Array.from({ length: images.length / (3 * area) }, (_, n) => {
    let sum = 0;
    for (const [channel, weight] of lumaWeights.entries()) {
      const start = (3 * n + channel) * area;
      for (let y = from; y < to; y++) {
        for (let x = from; x < to; x++) sum += weight * images[start + y * resolution + x]!;
      }
    }
    return sum / (to - from) ** 2;
  });
}
