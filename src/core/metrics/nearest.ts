// How near each image comes to the nearest of others: a generator that remembers its training images comes too near.
import * as ops from '../graph/ops.ts';
import type { Device } from '../runtime/device.ts';
import { Program } from '../runtime/program.ts';
import { halved, type ImageSet } from '../training/image-source.ts';
import type { Tick } from './sliced-wasserstein.ts';

/** Images are compared at this side at most: a copy is no less a copy for a difference in its finest grain. */
const largestSide = 32;
/** Rows of one product. */
const [queryBlock, referenceBlock] = [256, 1024];

/**
 * Root of the mean squared difference of pixel values to the nearest reference, turned as in a mirror or not: training
 * shows both.
 * @param queries, references of one side, a power of two. @param tick told after each block.
 * @returns [queries], in steps of 8-bit pixels, 0 to 255.
 */
export async function nearestDistances(
  device: Device,
  queries: ImageSet,
  references: ImageSet,
  tick: Tick = () => {},
): Promise<Float32Array<ArrayBuffer>> {
  const [a, b] = [atMost(queries), atMost(references)];
  const size = 3 * a.resolution ** 2;
  const product = ops.matmul(ops.input('a', [queryBlock, size]), ops.input('b', [referenceBlock, size]), false, true);
  const program = await Program.compile(device, { outputs: { product } });
  const nearest = new Float32Array(a.count).fill(Number.POSITIVE_INFINITY);
  const mirrored = { ...a, pixels: mirroredPixels(a) };
  const total = Math.ceil(b.count / referenceBlock);
  try {
    for (let block = 0; block < total; block++) {
      const right = rows(b, block * referenceBlock, referenceBlock);
      for (const set of [a, mirrored]) {
        for (let first = 0; first < a.count; first += queryBlock) {
          const left = rows(set, first, queryBlock);
          const { product: dots } = await program.run({ a: left.values, b: right.values });
          keepNearest(nearest, first, left, right, dots!);
        }
      }
      await tick(block + 1, total);
    }
  } finally {
    await program.release();
  }
  // Rounding lets the square of nothing fall below zero.
  return nearest.map(square => 127.5 * Math.sqrt(Math.max(0, square) / size));
}

function atMost(images: ImageSet): ImageSet {
  let smaller = images;
  while (smaller.resolution > largestSide) smaller = halved(smaller);
  return smaller;
}

function mirroredPixels({ pixels, resolution }: ImageSet): Uint8Array {
  const turned = new Uint8Array(pixels.length);
  for (let row = 0; row < pixels.length; row += resolution) {
    turned.set(pixels.slice(row, row + resolution).reverse(), row);
  }
  return turned;
}

interface Rows {
  /** Pixels in [-1, 1], [block, size]; zeros after the last image. */
  readonly values: Float32Array;
  /** Sum of squares of each row that holds an image. */
  readonly squares: Float64Array;
}

function rows({ pixels, resolution, count }: ImageSet, first: number, block: number): Rows {
  const size = 3 * resolution ** 2;
  const taken = Math.min(block, count - first);
  const values = new Float32Array(block * size);
  const squares = new Float64Array(taken);
  for (let at = 0; at < taken * size; at++) {
    const value = pixels[first * size + at]! / 127.5 - 1;
    values[at] = value;
    squares[Math.floor(at / size)]! += value * value;
  }
  return { values, squares };
}

/** @param dots [queryBlock, referenceBlock]. */
function keepNearest(nearest: Float32Array, first: number, left: Rows, right: Rows, dots: Float32Array): void {
  for (let i = 0; i < left.squares.length; i++) {
    for (let j = 0; j < right.squares.length; j++) {
      const square = left.squares[i]! + right.squares[j]! - 2 * dots[i * referenceBlock + j]!;
      if (square < nearest[first + i]!) nearest[first + i] = square;
    }
  }
}
