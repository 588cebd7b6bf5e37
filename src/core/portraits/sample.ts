// Reads a turned rectangle out of a photo of any size at any other size, each result the mean of the area it covers.
import type { Photo } from './photo.ts';
import type { Similarity } from './similarity.ts';

export interface Sampled {
  /** [3, height, width] in sRGB, on a scale of 0 to 255. */
  readonly planes: Float32Array;
  /** Share of the rectangle that lies outside the photo, where its edge is repeated. */
  readonly missing: number;
}

/** From so many pixels of the photo a result's side on, its mean is taken over whole pixels; below, between them. */
const wholePixelsFrom = 3;

/** Places along a result's side that are looked at; a coarser mean than of all pixels is enough for so small a picture. */
const mostAcross = 64;

/**
 * Photo pixels that are partly clear lie on white.
 * @param toPhoto from the result's pixels, the middle of the first being (0.5, 0.5), to the photo's.
 */
export function samplePhoto(photo: Photo, toPhoto: Similarity, width: number, height: number): Sampled {
  const { a, b, dx, dy } = toPhoto;
  const step = Math.hypot(a, b);
  const across = Math.min(mostAcross, Math.max(1, Math.ceil(step - 1e-9)));
  const read = across === 1 ? readCubic : across < wholePixelsFrom ? readLinear : readNearest;
  const planes = new Float32Array(3 * width * height);
  const colour = new Float32Array(3);
  const area = width * height;
  let outside = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      colour.fill(0);
      for (let i = 0; i < across; i++) {
        const v = row + (i + 0.5) / across;
        for (let j = 0; j < across; j++) {
          const u = column + (j + 0.5) / across;
          const x = a * u - b * v + dx;
          const y = b * u + a * v + dy;
          if (x < 0 || y < 0 || x >= photo.width || y >= photo.height) outside++;
          read(photo, x, y, colour);
        }
      }
      for (let c = 0; c < 3; c++) colour[c]! /= across * across;
      photo.colours?.toSrgb(colour);
      for (let c = 0; c < 3; c++) planes[c * area + row * width + column] = colour[c]!;
    }
  }
  return { planes, missing: outside / (area * across * across) };
}

/** Adds a photo's colour at (x, y) to `colour`. */
type Read = (photo: Photo, x: number, y: number, colour: Float32Array) => void;

const readNearest: Read = (photo, x, y, colour) => addPixel(photo, Math.floor(x), Math.floor(y), 1, colour);

const readLinear: Read = (photo, x, y, colour) => {
  const [left, top] = [Math.floor(x - 0.5), Math.floor(y - 0.5)];
  const [right, down] = [x - 0.5 - left, y - 0.5 - top];
  addPixel(photo, left, top, (1 - right) * (1 - down), colour);
  addPixel(photo, left + 1, top, right * (1 - down), colour);
  addPixel(photo, left, top + 1, (1 - right) * down, colour);
  addPixel(photo, left + 1, top + 1, right * down, colour);
};

const readCubic: Read = (photo, x, y, colour) => {
  const [left, top] = [Math.floor(x - 0.5), Math.floor(y - 0.5)];
  const [right, down] = [x - 0.5 - left, y - 0.5 - top];
  for (let row = -1; row <= 2; row++) {
    const vertical = cubic(row - down);
    for (let column = -1; column <= 2; column++) {
      addPixel(photo, left + column, top + row, vertical * cubic(column - right), colour);
    }
  }
};

/** Keys's kernel with slope −1/2 (Catmull-Rom), which passes through the pixels. */
function cubic(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

function addPixel(
  { width, height, channels, pixels }: Photo,
  x: number,
  y: number,
  weight: number,
  colour: Float32Array,
): void {
  const column = x < 0 ? 0 : x >= width ? width - 1 : x;
  const row = y < 0 ? 0 : y >= height ? height - 1 : y;
  const at = (row * width + column) * channels;
  const opacity = channels === 4 ? pixels[at + 3]! / 255 : 1;
  const white = 255 * (1 - opacity);
  colour[0]! += weight * (white + opacity * pixels[at]!);
  colour[1]! += weight * (white + opacity * pixels[at + 1]!);
  colour[2]! += weight * (white + opacity * pixels[at + 2]!);
}
