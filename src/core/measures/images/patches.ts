// Cuts the small patches from images whose statistics the sliced Wasserstein distance compares.
import { type ImageSet, imageAt } from '../../images/image-set.ts';
import type { Random } from '../../math/random.ts';
import { pyramidLevel } from './laplacian-pyramid.ts';

/** The paper's figures (Karras et al. 2018, §5). */
const patchSide = 7;
export const patchesPerImage = 128;
const channels = 3;
const patchArea = patchSide * patchSide;
/** Values of a patch, in the order channel, row, column. */
export const patchSize = channels * patchArea;

/**
 * Fills `patches` with 128 random 7×7 patches of each image's pyramid level. Each channel of the whole set is brought to
 * mean 0 and deviation 1, so that brightness and contrast of a set do not count; one without variation becomes 0.
 * @param patches [count · 128, 147]. @param level side of the level.
 */
export function cutPatches(patches: Float32Array, images: ImageSet, level: number, random: Random): void {
  const { resolution, count } = images;
  const planeSize = resolution * resolution;
  const positions = level - patchSide + 1;
  const [sums, squares] = [new Float64Array(channels), new Float64Array(channels)];
  let to = 0;
  for (let image = 0; image < count; image++) {
    const pixels = imageAt(images, image);
    const planes = Array.from({ length: channels }, (_, channel) => {
      const start = channel * planeSize;
      const plane = new Float32Array(pixels.subarray(start, start + planeSize));
      return pyramidLevel(plane, resolution, level);
    });
    for (let patch = 0; patch < patchesPerImage; patch++) {
      const corner = random.integer(positions) * level + random.integer(positions);
      for (let channel = 0; channel < channels; channel++) {
        const plane = planes[channel]!;
        let [sum, squared] = [0, 0];
        for (let row = 0; row < patchSide; row++) {
          const from = corner + row * level;
          for (let column = 0; column < patchSide; column++) {
            const value = plane[from + column]!;
            patches[to++] = value;
            sum += value;
            squared += value * value;
          }
        }
        sums[channel]! += sum;
        squares[channel]! += squared;
      }
    }
  }
  standardise(patches, sums, squares);
}

function standardise(patches: Float32Array, sums: Float64Array, squares: Float64Array): void {
  const n = patches.length / channels;
  for (let channel = 0; channel < channels; channel++) {
    const average = sums[channel]! / n;
    const deviation = Math.sqrt(Math.max(0, squares[channel]! / n - average * average));
    const scale = deviation > 0 ? 1 / deviation : 0;
    for (let start = channel * patchArea; start < patches.length; start += patchSize) {
      for (let at = start; at < start + patchArea; at++) patches[at] = (patches[at]! - average) * scale;
    }
  }
}
