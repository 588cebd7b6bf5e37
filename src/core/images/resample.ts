// Resizes a square of a picture with Lanczos's filter, also where its edges lie between pixels: libraries crop at whole
// pixels only, which would shift the faces of half-size pictures by half a pixel.
import type { Box } from './crop.ts';

/** The inputs that each output position is a weighted sum of: weights[i·width … ] belong to inputs first[i], first[i] + 1, … */
interface Taps {
  readonly first: Int32Array;
  readonly weights: Float32Array;
  readonly width: number;
}

/**
 * @param pixels [height, width, 3] RGB, as picture files have them.
 * @param box the square to take; pixels outside it have no influence.
 * @returns uint8 [3, resolution, resolution], planar.
 */
export function resampleBox(
  pixels: Uint8Array,
  width: number,
  height: number,
  box: Box,
  resolution: number,
): Uint8Array<ArrayBuffer> {
  const horizontal = lanczosTaps(box.left, box.side, width, resolution);
  const vertical = lanczosTaps(box.top, box.side, height, resolution);
  const top = vertical.first[0]!;
  const bottom = Math.min(height, vertical.first[resolution - 1]! + vertical.width);

  // Rows first: narrow[y - top] is row y of the picture at the new width. [bottom - top, 3, resolution]
  const narrow = new Float32Array((bottom - top) * 3 * resolution);
  for (let y = top; y < bottom; y++) {
    for (let x = 0; x < resolution; x++) {
      let [red, green, blue] = [0, 0, 0];
      let from = (y * width + horizontal.first[x]!) * 3;
      for (let t = x * horizontal.width; t < (x + 1) * horizontal.width; t++) {
        const weight = horizontal.weights[t]!;
        red += weight * pixels[from]!;
        green += weight * pixels[from + 1]!;
        blue += weight * pixels[from + 2]!;
        from += 3;
      }
      const to = (y - top) * 3 * resolution + x;
      narrow[to] = red;
      narrow[to + resolution] = green;
      narrow[to + 2 * resolution] = blue;
    }
  }

  const resized = new Uint8ClampedArray(3 * resolution * resolution); // clips and rounds on assignment
  for (let y = 0; y < resolution; y++) {
    const firstRow = vertical.first[y]! - top;
    for (let c = 0; c < 3; c++) {
      for (let x = 0; x < resolution; x++) {
        let sum = 0;
        let from = (firstRow * 3 + c) * resolution + x;
        for (let t = y * vertical.width; t < (y + 1) * vertical.width; t++) {
          sum += vertical.weights[t]! * narrow[from]!;
          from += 3 * resolution;
        }
        resized[(c * resolution + y) * resolution + x] = sum;
      }
    }
  }
  return new Uint8Array(resized.buffer);
}

const lobes = 3;

/** Lanczos's window of three lobes, widened by the reduction, over the pixels that the box touches. */
function lanczosTaps(start: number, side: number, length: number, resolution: number): Taps {
  const key = `${start} ${side} ${length} ${resolution}`;
  const known = tapsBySize.get(key);
  if (known !== undefined) return known;
  const step = side / resolution;
  const stretch = Math.max(1, step);
  const lowest = Math.max(0, Math.floor(start));
  const highest = Math.min(length, Math.ceil(start + side)); // exclusive
  const width = Math.min(highest - lowest, Math.ceil(2 * lobes * stretch) + 1);
  const first = new Int32Array(resolution);
  const weights = new Float32Array(resolution * width);
  for (let i = 0; i < resolution; i++) {
    const centre = start + (i + 0.5) * step; // pixel p covers [p, p + 1), its centre is p + 0.5
    first[i] = Math.min(Math.max(Math.round(centre - width / 2), lowest), highest - width);
    const raw = Array.from({ length: width }, (_, t) => lanczos((first[i]! + t + 0.5 - centre) / stretch));
    const sum = raw.reduce((total, weight) => total + weight, 0);
    weights.set(
      raw.map(weight => weight / sum),
      i * width,
    );
  }
  const taps = { first, weights, width };
  if (tapsBySize.size >= 64) tapsBySize.clear(); // one's own pictures may have thousands of sizes
  tapsBySize.set(key, taps);
  return taps;
}

/** A dataset's pictures have few sizes: their weights are computed once. */
const tapsBySize = new Map<string, Taps>();

function lanczos(x: number): number {
  if (x === 0) return 1;
  if (Math.abs(x) >= lobes) return 0;
  const angle = Math.PI * x;
  return (lobes * Math.sin(angle) * Math.sin(angle / lobes)) / (angle * angle);
}

/** Resizes square planes by Lanczos's filter, either way. @param planes [n, from, from]. @returns [n, to, to], unclipped. */
export function resizePlanes(planes: Float32Array, from: number, to: number): Float32Array<ArrayBuffer> {
  if (from === to) return Float32Array.from(planes);
  const { first, weights, width } = lanczosTaps(0, from, from, to);
  const count = planes.length / (from * from);
  const narrow = new Float32Array(count * from * to); // [n, from, to]
  for (let row = 0; row < count * from; row++) {
    for (let x = 0; x < to; x++) {
      let sum = 0;
      for (let t = 0; t < width; t++) sum += weights[x * width + t]! * planes[row * from + first[x]! + t]!;
      narrow[row * to + x] = sum;
    }
  }
  const resized = new Float32Array(count * to * to);
  for (let plane = 0; plane < count; plane++) {
    for (let y = 0; y < to; y++) {
      const target = resized.subarray((plane * to + y) * to, (plane * to + y + 1) * to);
      for (let t = 0; t < width; t++) {
        const weight = weights[y * width + t]!;
        const source = (plane * from + first[y]! + t) * to;
        for (let x = 0; x < to; x++) target[x]! += weight * narrow[source + x]!;
      }
    }
  }
  return resized;
}
