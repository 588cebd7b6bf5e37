// The sets of images that measures compare: parts of the real ones, and generated ones as they would be saved.
import { type ImageSet, imageAt, type StoredImages } from '../../images/image-set.ts';
import { toUint8 } from '../../images/pixels.ts';
import type { Random } from '../../math/random.ts';
import { sampleLatents } from '../../models/latents.ts';
import type { Tick } from '../tick.ts';

/** A generator, wherever its weights are. */
export interface ImageMaker {
  /** R, the side of its images. */
  readonly resolution: number;
  /** d, the length of its latents. */
  readonly latentSize: number;
  /** Raw latents [n, d] → images [n, 3, R, R], about [-1, 1]. */
  readonly generate: (latents: Float32Array) => Promise<Float32Array>;
}

/** Latents given to `generate` at a time. */
const generationBlock = 256;

/** Copies the images of these indices, in their order. */
export function selectImages(images: ImageSet, indices: ArrayLike<number>): StoredImages {
  const { resolution } = images;
  const size = 3 * resolution * resolution;
  const selected = new Uint8Array(indices.length * size);
  for (let at = 0; at < indices.length; at++) {
    selected.set(imageAt(images, indices[at]!), at * size);
  }
  return { resolution, count: indices.length, pixels: selected };
}

/**
 * Images of random latents, clipped to [-1, 1] and rounded to 8 bits like a saved picture. The maker always gets blocks of
 * 256 latents, so its batch only has to divide 256; images beyond `count` are dropped.
 * @param tick called after each block.
 */
export async function generateImages(
  { resolution, latentSize, generate }: ImageMaker,
  count: number,
  random: Random,
  tick: Tick = () => {},
): Promise<StoredImages> {
  const size = 3 * resolution * resolution;
  const pixels = new Uint8Array(count * size);
  for (let start = 0; start < count; start += generationBlock) {
    const taken = Math.min(generationBlock, count - start);
    const images = await generate(sampleLatents(random, generationBlock, latentSize));
    pixels.set(toUint8(images.subarray(0, taken * size)), start * size);
    await tick(start + taken, count);
  }
  return { resolution, count, pixels };
}
