// Changes each training image a little every time it is shown: mirrored, shifted, lit otherwise, partly hidden.
import type { Random } from '../math/random.ts';
import { luma } from './colour.ts';
import { type ImageSet, imageAt } from './image-set.ts';

export interface Augmentation {
  /** Whether half of the images are mirrored left to right. */
  readonly mirror: boolean;
  /** Pixels by which an image moves at most, each way; its edge is repeated. */
  readonly shift: number;
  /** Largest change of brightness, contrast and saturation, as a part of each, in [0, 1). */
  readonly jitter: number;
  /** Side in pixels of a square that is hidden behind grey; 0 for none. Its middle lies anywhere in the image. */
  readonly cutout: number;
}

/** @param indices which images. @returns [n, 3, R, R], scaled by x / 127.5 − 1 and then changed; colours stay in [-1, 1]. */
export function augmentedBatch(
  images: ImageSet,
  indices: ArrayLike<number>,
  augmentation: Augmentation,
  random: Random,
): Float32Array<ArrayBuffer> {
  const size = 3 * images.resolution ** 2;
  const batch = new Float32Array(indices.length * size);
  for (let at = 0; at < indices.length; at++) {
    const image = batch.subarray(at * size, (at + 1) * size);
    move(imageAt(images, indices[at]!), images.resolution, image, augmentation, random);
    if (augmentation.jitter > 0) recolour(image, augmentation.jitter, random);
    if (augmentation.cutout > 0) hide(image, images.resolution, augmentation.cutout, random);
  }
  return batch;
}

/** Copies an image, mirrored and shifted as drawn. */
function move(
  source: Uint8Array,
  resolution: number,
  target: Float32Array,
  { mirror, shift }: Augmentation,
  random: Random,
): void {
  const mirrored = mirror && random.uniform() < 0.5;
  const [right, down] = [random.integer(2 * shift + 1) - shift, random.integer(2 * shift + 1) - shift];
  const inside = (position: number) => Math.min(Math.max(position, 0), resolution - 1);
  const columns = Int32Array.from({ length: resolution }, (_, column) => {
    const seen = inside(column + right);
    return mirrored ? resolution - 1 - seen : seen;
  });
  for (let row = 0; row < 3 * resolution; row++) {
    const plane = row - (row % resolution);
    const from = (plane + inside((row % resolution) + down)) * resolution;
    for (let column = 0; column < resolution; column++) {
      target[row * resolution + column] = source[from + columns[column]!]! / 127.5 - 1;
    }
  }
}

/** One change of light for the whole image: v → contrast · (grey + saturation · (v − grey)) + brightness. */
function recolour(image: Float32Array, jitter: number, random: Random): void {
  const drawn = () => jitter * (2 * random.uniform() - 1);
  const [brightness, contrast, saturation] = [drawn(), 1 + drawn(), 1 + drawn()];
  const area = image.length / 3;
  for (let red = 0; red < area; red++) {
    const [green, blue] = [red + area, red + 2 * area];
    const grey = luma[0] * image[red]! + luma[1] * image[green]! + luma[2] * image[blue]!;
    for (const at of [red, green, blue]) {
      const value = contrast * (grey + saturation * (image[at]! - grey)) + brightness;
      image[at] = value < -1 ? -1 : value > 1 ? 1 : value;
    }
  }
}

function hide(image: Float32Array, resolution: number, side: number, random: Random): void {
  const [top, left] = [random.integer(resolution), random.integer(resolution)].map(middle => middle - (side >> 1));
  for (let row = Math.max(0, top!); row < Math.min(resolution, top! + side); row++) {
    for (let plane = 0; plane < 3; plane++) {
      const start = (plane * resolution + row) * resolution;
      image.fill(0, start + Math.max(0, left!), start + Math.min(resolution, left! + side));
    }
  }
}
