// The share of a photo's own detail that an edit takes away: a new shape must not show the old one through.
import { smoothStep } from '../math/smooth-step.ts';

/** Changes of the picture's structure, on a scale of 0 to 1, from which something begins to fade and at which it is gone. */
interface Fading {
  readonly from: number;
  readonly to: number;
}

/** The photo's fine detail, so that an opened mouth does not keep the line of the closed lips. */
export const fineDetail: Fading = { from: 0.02, to: 0.1 };
/**
 * The part of the photo that the generator missed. It is larger than fine detail and less of it is wrong, so it goes later:
 * eyes that only look another way stay as sharp as they are.
 */
export const missedDetail: Fading = { from: 0.035, to: 0.12 };

/**
 * Only changes of structure cost the photo its detail: darker hair keeps its strands, since the change of colour is
 * smooth.
 * @param change [3, R, R] in [-2, 2]. @param resolution R. @param fading of `fineDetail` or `missedDetail`.
 * @returns [1, R, R], the share of the photo's detail that goes.
 */
export function fadedDetail(change: Float32Array, resolution: number, { from, to }: Fading): Float32Array {
  const area = resolution * resolution;
  const structure = new Float32Array(area);
  for (let c = 0; c < 3; c++) {
    const plane = change.subarray(c * area, (c + 1) * area);
    const smooth = blurred(plane, resolution, resolution / 16);
    for (let i = 0; i < area; i++) structure[i]! += Math.abs(plane[i]! - smooth[i]!) / 6;
  }
  return blurred(structure, resolution, resolution / 32).map(value => smoothStep((value - from) / (to - from)));
}

/** @param plane [R, R]. @param deviation of the Gaussian, in pixels. Edges repeat. */
function blurred(plane: Float32Array, resolution: number, deviation: number): Float32Array {
  const reach = Math.ceil(3 * deviation);
  const taps = Float64Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-(((i - reach) / deviation) ** 2) / 2));
  const total = taps.reduce((sum, tap) => sum + tap, 0);
  const line = new Float32Array(resolution + 2 * reach);
  // Plain loops: this runs for every picture that is drawn while a slider moves.
  const pass = (source: Float32Array, nextLine: number, nextPixel: number) => {
    const result = new Float32Array(source.length);
    for (let first = 0; first < resolution * nextLine; first += nextLine) {
      for (let at = 0; at < line.length; at++) {
        line[at] = source[first + Math.min(Math.max(at - reach, 0), resolution - 1) * nextPixel]!;
      }
      for (let at = 0; at < resolution; at++) {
        let sum = 0;
        for (let i = 0; i < taps.length; i++) sum += taps[i]! * line[at + i]!;
        result[first + at * nextPixel] = sum / total;
      }
    }
    return result;
  };
  return pass(pass(plane, resolution, 1), 1, resolution);
}
