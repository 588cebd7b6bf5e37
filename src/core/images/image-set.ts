// Sets of images of one size, and the batches of floats that networks are fed.
import { chromaticityOfBytes, type Normalisation } from './colour.ts';

/** The bytes of images, wherever they are: a Uint8Array, or what reads them from a disk or makes them when asked. */
export interface Pixels {
  readonly length: number;
  /** @param start, end where whole images begin. @returns their bytes, which nobody may change. */
  subarray(start: number, end: number): Uint8Array;
}

/** All images at one resolution, [N, 3, R, R] uint8, row-major. */
export interface ImageSet {
  readonly resolution: number;
  readonly count: number;
  readonly pixels: Pixels;
}

/** Images in memory. */
export interface StoredImages extends ImageSet {
  readonly pixels: Uint8Array;
}

/** @returns the images with all their bytes in memory. */
export function stored({ resolution, count, pixels }: ImageSet): StoredImages {
  return { resolution, count, pixels: pixels.subarray(0, pixels.length) };
}

/** The bytes of one image. */
export function imageAt({ resolution, pixels }: ImageSet, index: number): Uint8Array {
  const size = 3 * resolution * resolution;
  return pixels.subarray(index * size, (index + 1) * size);
}

/** The images from `start` on, not copied. */
export function partOf(images: StoredImages, start: number, count: number): StoredImages;
export function partOf(images: ImageSet, start: number, count: number): ImageSet;
export function partOf({ resolution, pixels }: ImageSet, start: number, count: number): ImageSet {
  const size = 3 * resolution * resolution;
  const [from, to] = [start * size, (start + count) * size];
  if (pixels instanceof Uint8Array) return { resolution, count, pixels: pixels.subarray(from, to) };
  const part = { length: to - from, subarray: (a: number, b: number) => pixels.subarray(from + a, from + b) };
  return { resolution, count, pixels: part };
}

/** The images with their colours as a network is to see them; a chromaticity of 1 is 255. */
export function withNormalisation<Images extends ImageSet>(images: Images, normalisation: Normalisation): Images {
  if (normalisation === 'range') return images;
  const area = images.resolution ** 2;
  return { ...images, pixels: changed(images.pixels, 3 * area, 3 * area, image => chromaticityOfBytes(image, area)) };
}

/** Averages 2×2 blocks, rounded: the images at half the side. */
export function halved(images: StoredImages): StoredImages;
export function halved(images: ImageSet): ImageSet;
export function halved({ resolution, count, pixels }: ImageSet): ImageSet {
  const size = 3 * resolution * resolution;
  const half = changed(pixels, size, size / 4, image => halvedImage(image, resolution));
  return { resolution: resolution / 2, count, pixels: half };
}

function halvedImage(image: Uint8Array, resolution: number): Uint8Array {
  const side = resolution / 2;
  const half = new Uint8Array(3 * side * side);
  let to = 0;
  for (let row = 0; row < 3 * side; row++) {
    for (let column = 0; column < side; column++) {
      const from = row * 2 * resolution + column * 2;
      const block = image[from]! + image[from + 1]! + image[from + resolution]! + image[from + resolution + 1]!;
      half[to++] = (block + 2) >> 2;
    }
  }
  return half;
}

/**
 * Changes images one by one: those in memory at once, all others whenever they are asked for.
 * @param from, to bytes of an image before and after.
 */
function changed(pixels: Pixels, from: number, to: number, change: (image: Uint8Array) => Uint8Array): Pixels {
  const range = (start: number, end: number) => {
    const result = new Uint8Array(end - start);
    for (let at = 0; at < result.length; at += to) {
      const index = (start + at) / to;
      result.set(change(pixels.subarray(index * from, (index + 1) * from)), at);
    }
    return result;
  };
  const length = (pixels.length / from) * to;
  return pixels instanceof Uint8Array ? range(0, length) : { length, subarray: range };
}

/** Copies images as floats x / 127.5 − 1, some mirrored left to right. @returns [n, 3, R, R] in [-1, 1]. */
export function normalisedBatch(
  images: ImageSet,
  indices: ArrayLike<number>,
  mirrored: (at: number) => boolean,
): Float32Array<ArrayBuffer> {
  const { resolution } = images;
  const size = 3 * resolution * resolution;
  const batch = new Float32Array(indices.length * size);
  for (let at = 0; at < indices.length; at++) {
    const image = imageAt(images, indices[at]!);
    const mirror = mirrored(at);
    for (let row = 0; row < size; row += resolution) {
      for (let column = 0; column < resolution; column++) {
        const source = row + (mirror ? resolution - 1 - column : column);
        batch[at * size + row + column] = image[source]! / 127.5 - 1;
      }
    }
  }
  return batch;
}
