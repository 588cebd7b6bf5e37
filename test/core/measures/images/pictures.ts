// Makes the pictures and random choices of tools/reference/metrics.py again, in whole numbers, so that none are stored.

import type { StoredImages } from '../../../../src/core/images/image-set.ts';
import type { Random } from '../../../../src/core/math/random.ts';

/** Numerical Recipes' linear congruential generator modulo 2³²: simple enough to be written in any language. */
export function lcg(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state;
  };
  return {
    uniform: () => next() / 2 ** 32,
    integer: n => Math.floor((next() * n) / 2 ** 32),
    normal: () => {
      let sum = 0;
      for (let draw = 0; draw < 12; draw++) sum += next() / 2 ** 32;
      return sum - 6;
    },
    state: () => ({ words: [state, 0, 0, 0], spareNormal: null }),
  };
}

export interface PictureSource {
  /** Seed of the slopes, which give each picture its large shapes. */
  readonly seed: number;
  readonly noiseSeed: number;
  /** Strength of the noise, in 64ths. */
  readonly contrast: number;
}

/** A slope for each channel, and noise averaged over 3×3 pixels. */
export function pictures(
  resolution: number,
  count: number,
  { seed, noiseSeed, contrast }: PictureSource,
): StoredImages {
  const [slopes, random] = [lcg(seed), lcg(noiseSeed)];
  const padded = resolution + 2;
  const pixels = new Uint8ClampedArray(count * 3 * resolution * resolution);
  let to = 0;
  for (let plane = 0; plane < count * 3; plane++) {
    const [offset, across, down] = [slopes.integer(128), slopes.integer(33) - 16, slopes.integer(33) - 16];
    const noise = Int32Array.from({ length: padded * padded }, () => random.integer(256));
    for (let row = 0; row < resolution; row++) {
      for (let column = 0; column < resolution; column++) {
        let sum = -9 * 128;
        for (let near = 0; near < 9; near++) {
          sum += noise[(row + Math.floor(near / 3)) * padded + column + (near % 3)]!;
        }
        const slope = across * (column - resolution / 2) + down * (row - resolution / 2);
        pixels[to++] = 64 + offset + Math.floor((slope * 4) / resolution) + ((sum * contrast) >> 6);
      }
    }
  }
  return { resolution, count, pixels: new Uint8Array(pixels.buffer) };
}

/** One picture of a set: [3, R, R]. */
export function picture({ resolution, pixels }: StoredImages, index: number): Uint8Array {
  const size = 3 * resolution * resolution;
  return pixels.subarray(index * size, (index + 1) * size);
}
