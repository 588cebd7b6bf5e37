// Sets of images of one size in memory, and the batches of floats that networks are fed.
import { chromaticityOfBytes, type Normalisation } from './colour.ts';

/** All images at one resolution, [N, 3, R, R] uint8, row-major. */
export interface ImageSet {
  readonly resolution: number;
  readonly count: number;
  readonly pixels: Uint8Array;
}

/** The images with their colours as a network is to see them; a chromaticity of 1 is 255. */
export function withNormalisation<Images extends ImageSet>(images: Images, normalisation: Normalisation): Images {
  if (normalisation === 'range') return images;
  return { ...images, pixels: chromaticityOfBytes(images.pixels, images.resolution ** 2) };
}

/** Averages 2×2 blocks, rounded: the images at half the side. */
export function halved({ resolution, count, pixels }: ImageSet): ImageSet {
  const side = resolution / 2;
  const half = new Uint8Array(count * 3 * side * side);
  let to = 0;
  for (let row = 0; row < count * 3 * side; row++) {
    for (let column = 0; column < side; column++) {
      const from = row * 2 * resolution + column * 2;
      const block = pixels[from]! + pixels[from + 1]! + pixels[from + resolution]! + pixels[from + resolution + 1]!;
      half[to++] = (block + 2) >> 2;
    }
  }
  return { resolution: side, count, pixels: half };
}

/** Copies images as floats x / 127.5 − 1, some mirrored left to right. @returns [n, 3, R, R] in [-1, 1]. */
export function normalisedBatch(
  { resolution, pixels }: ImageSet,
  indices: ArrayLike<number>,
  mirrored: (at: number) => boolean,
): Float32Array<ArrayBuffer> {
  const size = 3 * resolution * resolution;
  const batch = new Float32Array(indices.length * size);
  for (let at = 0; at < indices.length; at++) {
    const from = indices[at]! * size;
    const mirror = mirrored(at);
    for (let row = 0; row < size; row += resolution) {
      for (let column = 0; column < resolution; column++) {
        const source = from + row + (mirror ? resolution - 1 - column : column);
        batch[at * size + row + column] = pixels[source]! / 127.5 - 1;
      }
    }
  }
  return batch;
}
