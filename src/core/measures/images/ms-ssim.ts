// Multi-scale structural similarity (Wang et al. 2003): over pairs of generated images, how little they vary.
import { UserError } from '../../errors.ts';
import { type ImageSet, imageAt } from '../../images/image-set.ts';
import { permutation, type Random } from '../../math/random.ts';
import { mean } from '../../math/statistics.ts';
import type { Tick } from '../tick.ts';

/** Similarity of two images [3, R, R] of 0 … 255. */
export type MsSsim = (a: Uint8Array, b: Uint8Array) => number;

/** Exponent of each level, the finest first (Wang et al. 2003); their sum is 1.0002, as published. */
const levelWeights = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];
const widestWindow = 11;
const windowDeviation = 1.5;
/** (K·255)² of luminance and of contrast. */
const [c1, c2] = [(0.01 * 255) ** 2, (0.03 * 255) ** 2];
const channels = 3;
/** Smallest side of images; the fifth level of 16 is a single pixel. */
const smallestResolution = 16;

/** Pairs between two ticks. */
const pairBlock = 50;

/**
 * The mean over random pairs of different images, as Karras et al. (2018, §5) measure variation: 1 when all are alike,
 * lower the more they vary. Compare with the figure of real images at the same resolution. Pairs share no image as long
 * as there are two images for each.
 * @param pairs the paper: 5,000 from 10,000 images.
 * @param random shuffles the images, neighbours then being pairs; again when all are used up.
 * @param tick called after every 50 pairs.
 */
export async function meanMsSsim(
  images: ImageSet,
  pairs: number,
  random: Random,
  tick: Tick = () => {},
): Promise<number> {
  const { resolution, count } = images;
  if (count < 2 || pairs < 1) throw new RangeError(`${pairs} pairs of ${count} images cannot be compared`);
  const similarity = createMsSsim(resolution);
  const image = (index: number) => imageAt(images, index);
  const found: number[] = [];
  let order = new Uint32Array();
  for (let at = 0; found.length < pairs; at += 2) {
    if (at + 1 >= order.length) [order, at] = [permutation(random, count), 0];
    found.push(similarity(image(order[at]!), image(order[at + 1]!)));
    if (found.length % pairBlock === 0 || found.length === pairs) await tick(found.length, pairs);
  }
  return mean(found);
}

/**
 * MS-SSIM as in PGGAN's public code, which follows TensorFlow's: K 0.01 and 0.03, five levels, halved by averaging 2×2
 * blocks; at each a Gaussian window of min(11, side) pixels and deviation 1.5·window/11, only where it lies within the
 * image; contrast and structure of four levels and all of the last, averaged over window positions and channels, negative
 * ones counted as 0.
 *
 * Below a side of 176 the last levels are smaller than the window, which then shrinks with them: at 64 the levels are 64,
 * 32, 16, 8 and 4, and those of 8 and 4 are compared as a whole. At 16 the last is one pixel, of which only luminance is
 * left. So figures of two resolutions do not compare.
 * @returns a function with its own working memory, for images of that side.
 * @throws UserError unless `resolution` is a power of two from 16.
 */
export function createMsSsim(resolution: number): MsSsim {
  if (!(resolution >= smallestResolution && Number.isInteger(Math.log2(resolution)))) {
    throw new UserError(
      `MS-SSIM needs images whose side is a power of two from ${smallestResolution}, for its five levels; got ${resolution}`,
    );
  }
  const levels = levelWeights.map((_, level) => createLevel(resolution / 2 ** level));
  return (a, b) => {
    levels[0]!.a.set(a);
    levels[0]!.b.set(b);
    return levels.reduce((product, level, at) => {
      const { similarity, contrast } = compareLevel(level);
      const next = levels[at + 1];
      if (next !== undefined) {
        halve(level.a, level.side, next.a);
        halve(level.b, level.side, next.b);
      }
      return product * Math.max(0, next === undefined ? similarity : contrast) ** levelWeights[at]!;
    }, 1);
  };
}

/** Both images at one scale, and working memory for it. */
interface Level {
  readonly side: number;
  /** [3, side, side]. */
  readonly a: Float64Array;
  readonly b: Float64Array;
  /** The Gaussian of one dimension; its sum is 1. */
  readonly window: Float64Array;
  /** One channel's moments, filtered along rows: [side · positions, 4], of a, b, a² + b² and ab. */
  readonly rows: Float64Array;
}

function createLevel(side: number): Level {
  const length = Math.min(widestWindow, side);
  const deviation = (windowDeviation * length) / widestWindow;
  const window = Float64Array.from({ length }, (_, at) => Math.exp(-(((at - (length - 1) / 2) / deviation) ** 2) / 2));
  const sum = window.reduce((total, weight) => total + weight);
  const image = () => new Float64Array(channels * side * side);
  const rows = new Float64Array(4 * side * (side - length + 1));
  return { side, a: image(), b: image(), window: window.map(weight => weight / sum), rows };
}

/** Means over channels and window positions of SSIM, and of its factor without luminance. */
function compareLevel({ side, a, b, window, rows }: Level): { similarity: number; contrast: number } {
  const positions = side - window.length + 1;
  let [similarity, contrast] = [0, 0];
  for (let channel = 0; channel < channels; channel++) {
    filterRows(a, b, channel * side * side, side, window, rows);
    for (let row = 0; row < positions; row++) {
      for (let column = 0; column < positions; column++) {
        let [meanA, meanB, squares, products] = [0, 0, 0, 0];
        for (let tap = 0; tap < window.length; tap++) {
          const weight = window[tap]!;
          const at = 4 * ((row + tap) * positions + column);
          meanA += weight * rows[at]!;
          meanB += weight * rows[at + 1]!;
          squares += weight * rows[at + 2]!;
          products += weight * rows[at + 3]!;
        }
        const means = 2 * meanA * meanB;
        const meanSquares = meanA * meanA + meanB * meanB;
        const structure = (2 * products - means + c2) / (squares - meanSquares + c2);
        contrast += structure;
        similarity += (structure * (means + c1)) / (meanSquares + c1);
      }
    }
  }
  const count = channels * positions * positions;
  return { similarity: similarity / count, contrast: contrast / count };
}

/** Weighted sums of a, b, a² + b² and ab under the window along each row of the channel that begins at `start`. */
function filterRows(
  a: Float64Array,
  b: Float64Array,
  start: number,
  side: number,
  window: Float64Array,
  rows: Float64Array,
): void {
  const positions = side - window.length + 1;
  let to = 0;
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < positions; column++) {
      const from = start + row * side + column;
      let [sumA, sumB, squares, products] = [0, 0, 0, 0];
      for (let tap = 0; tap < window.length; tap++) {
        const [weight, valueA, valueB] = [window[tap]!, a[from + tap]!, b[from + tap]!];
        sumA += weight * valueA;
        sumB += weight * valueB;
        squares += weight * (valueA * valueA + valueB * valueB);
        products += weight * (valueA * valueB);
      }
      rows[to++] = sumA;
      rows[to++] = sumB;
      rows[to++] = squares;
      rows[to++] = products;
    }
  }
}

/** Averages 2×2 blocks of [3, side, side]. */
function halve(source: Float64Array, side: number, target: Float64Array): void {
  let to = 0;
  for (let row = 0; row < channels * side; row += 2) {
    for (let from = row * side; from < (row + 1) * side; from += 2) {
      target[to++] = (source[from]! + source[from + 1]! + source[from + side]! + source[from + side + 1]!) / 4;
    }
  }
}
