// The distance of each image to the nearest of others: small where a generator copies its training images.
import { halved, type ImageSet, type StoredImages, stored } from '../../images/image-set.ts';
import type { Device } from '../../runtime/device.ts';
import type { Tick } from '../tick.ts';
import { forEachPair, type RowTable } from './pairwise.ts';

/** Largest side at which images are compared: a copy remains a copy when its finest grain differs. */
const largestSide = 32;

/**
 * Root of the mean squared difference of pixel values to the nearest reference, mirrored or not: training shows both.
 * @param queries, references of one side, a power of two. @param tick called after each block.
 * @returns [queries], in steps of 8-bit pixels, 0 to 255.
 */
export async function nearestDistances(
  device: Device,
  queries: ImageSet,
  references: ImageSet,
  tick: Tick = () => {},
): Promise<Float32Array<ArrayBuffer>> {
  const [a, b] = [atMost(queries), atMost(references)];
  const mirrored = { ...a, pixels: mirroredPixels(a) };
  const nearest = new Float32Array(a.count).fill(Number.POSITIVE_INFINITY);
  const keepNearest = (i: number, _: number, square: number) => {
    if (square < nearest[i]!) nearest[i] = square;
  };
  await forEachPair(device, [pixelRows(a), pixelRows(mirrored)], pixelRows(b), keepNearest, tick);
  return nearest.map(square => 127.5 * Math.sqrt(Math.max(0, square) / (3 * a.resolution ** 2)));
}

function atMost(images: ImageSet): StoredImages {
  let smaller = images;
  while (smaller.resolution > largestSide) smaller = halved(smaller);
  return stored(smaller);
}

function mirroredPixels({ pixels, resolution }: StoredImages): Uint8Array {
  const turned = new Uint8Array(pixels.length);
  for (let row = 0; row < pixels.length; row += resolution) {
    turned.set(pixels.slice(row, row + resolution).reverse(), row);
  }
  return turned;
}

/** Pixels in [-1, 1]. */
function pixelRows({ pixels, resolution, count }: StoredImages): RowTable {
  const size = 3 * resolution ** 2;
  return {
    count,
    size,
    read: (first, into) => {
      for (let at = 0; at < into.length; at++) into[at] = pixels[first * size + at]! / 127.5 - 1;
    },
  };
}
