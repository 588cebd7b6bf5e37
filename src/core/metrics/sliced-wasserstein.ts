// Sliced Wasserstein distance between two sets of images (Karras et al. 2018, §5): how alike they are, scale by scale.
import * as ops from '../graph/ops.ts';
import { normals, type Random } from '../math/random.ts';
import type { Device } from '../runtime/device.ts';
import { Program } from '../runtime/program.ts';

/** Float images, any range, [count, 3, resolution, resolution]. */
export interface FloatImages {
  readonly resolution: number;
  readonly count: number;
  readonly values: Float32Array;
}

/** The paper's figures. */
const patchSide = 7;
const patchesPerImage = 128;
const directionsPerRepeat = 128;
const repeats = 4;
const smallestLevel = 16;
const patchSize = 3 * patchSide * patchSide;
/** Rows that are projected at once. */
const projectionRows = 8192;

/**
 * @param a, b as many images each, of one resolution from 16.
 * @returns the distance ×10³ at each level of a Laplacian pyramid, by its side: the image's own, then halves down to
 *   16. Compare only figures with the same number of images.
 */
export async function slicedWasserstein(
  device: Device,
  a: FloatImages,
  b: FloatImages,
  random: Random,
): Promise<Record<number, number>> {
  const rows = ops.input('rows', [projectionRows, patchSize]);
  const directions = ops.input('directions', [patchSize, directionsPerRepeat]);
  const projection = await Program.compile(device, {
    outputs: { projected: ops.transpose(ops.matmul(rows, directions), [1, 0]) },
  });
  const distances: Record<number, number> = {};
  let [levelA, levelB] = [a, b];
  while (levelA.resolution >= smallestLevel) {
    const smaller = [levelA, levelB].map(halvedSmoothly) as [FloatImages, FloatImages];
    const last = levelA.resolution === smallestLevel;
    // The last level keeps what is left: the low-pass image itself.
    const [bandA, bandB] = last ? [levelA, levelB] : [band(levelA, smaller[0]), band(levelB, smaller[1])];
    const patches = [standardisedPatches(bandA, random), standardisedPatches(bandB, random)] as const;
    let sum = 0;
    for (let repeat = 0; repeat < repeats; repeat++) {
      const unit = unitDirections(random);
      const [projectedA, projectedB] = await Promise.all(patches.map(set => project(projection, set, unit)));
      sum += meanSortedDifference(projectedA!, projectedB!);
    }
    distances[levelA.resolution] = (1000 * sum) / repeats;
    [levelA, levelB] = smaller;
  }
  await projection.release();
  return distances;
}

const binomial = [1, 4, 6, 4, 1].map(weight => weight / 16);

/** Reflection at the border without repeating it: −1 is 1. */
function mirrored(index: number, length: number): number {
  const positive = Math.abs(index);
  return positive < length ? positive : 2 * (length - 1) - positive;
}

/** Filters a plane along rows, then columns, with the 5-tap binomial filter. */
function smoothed(plane: Float32Array, side: number): Float32Array {
  const pass = (source: Float32Array, stride: number, across: number) => {
    const result = new Float32Array(source.length);
    for (let line = 0; line < side; line++) {
      for (let at = 0; at < side; at++) {
        let total = 0;
        for (let tap = -2; tap <= 2; tap++) {
          total += binomial[tap + 2]! * source[line * across + mirrored(at + tap, side) * stride]!;
        }
        result[line * across + at * stride] = total;
      }
    }
    return result;
  };
  return pass(pass(plane, 1, side), side, 1);
}

function mapPlanes(
  images: FloatImages,
  side: number,
  f: (plane: Float32Array, index: number) => Float32Array,
): FloatImages {
  const area = images.resolution ** 2;
  const values = new Float32Array(images.count * 3 * side * side);
  for (let plane = 0; plane < images.count * 3; plane++) {
    values.set(f(images.values.subarray(plane * area, (plane + 1) * area), plane), plane * side * side);
  }
  return { resolution: side, count: images.count, values };
}

function halvedSmoothly(images: FloatImages): FloatImages {
  const side = images.resolution;
  const half = side / 2;
  return mapPlanes(images, half, plane => {
    const smooth = smoothed(plane, side);
    return Float32Array.from(
      { length: half * half },
      (_, at) => smooth[Math.floor(at / half) * 2 * side + (at % half) * 2]!,
    );
  });
}

/** What an image has beyond its half-size version enlarged again. */
function band(images: FloatImages, half: FloatImages): FloatImages {
  const side = images.resolution;
  const area = half.resolution ** 2;
  return mapPlanes(images, side, (plane, index) => {
    const sparse = new Float32Array(side * side);
    for (let at = 0; at < area; at++) {
      const to = Math.floor(at / half.resolution) * 2 * side + (at % half.resolution) * 2;
      sparse[to] = 4 * half.values[index * area + at]!;
    }
    const enlarged = smoothed(sparse, side);
    return plane.map((value, at) => value - enlarged[at]!);
  });
}

/** 128 random 7×7 patches an image, each channel of the set brought to mean 0 and deviation 1. @returns [n, 147]. */
function standardisedPatches({ resolution, count, values }: FloatImages, random: Random): Float32Array {
  const patches = new Float32Array(count * patchesPerImage * patchSize);
  const positions = resolution - patchSide + 1;
  const area = patchSide * patchSide;
  let to = 0;
  for (let patch = 0; patch < count * patchesPerImage; patch++) {
    const image = Math.floor(patch / patchesPerImage) * 3;
    const [top, left] = [random.integer(positions), random.integer(positions)];
    for (let channel = 0; channel < 3; channel++) {
      for (let row = 0; row < patchSide; row++) {
        const from = ((image + channel) * resolution + top + row) * resolution + left;
        for (let column = 0; column < patchSide; column++) patches[to++] = values[from + column]!;
      }
    }
  }
  for (let channel = 0; channel < 3; channel++) {
    const visit = (f: (at: number) => void) => {
      for (let start = channel * area; start < patches.length; start += patchSize) {
        for (let at = start; at < start + area; at++) f(at);
      }
    };
    const n = count * patchesPerImage * area;
    let [sum, squares] = [0, 0];
    visit(at => {
      sum += patches[at]!;
    });
    const mean = sum / n;
    visit(at => {
      squares += (patches[at]! - mean) ** 2;
    });
    const scale = 1 / Math.sqrt(squares / n);
    visit(at => {
      patches[at] = (patches[at]! - mean) * scale;
    });
  }
  return patches;
}

/** @returns [147, 128], columns of length 1. */
function unitDirections(random: Random): Float32Array<ArrayBuffer> {
  const directions = normals(random, patchSize * directionsPerRepeat);
  for (let column = 0; column < directionsPerRepeat; column++) {
    let squares = 0;
    for (let at = column; at < directions.length; at += directionsPerRepeat) squares += directions[at]! ** 2;
    for (let at = column; at < directions.length; at += directionsPerRepeat) directions[at]! /= Math.sqrt(squares);
  }
  return directions;
}

/** @returns one sorted row of projections a direction. */
async function project(program: Program, patches: Float32Array, directions: Float32Array): Promise<Float32Array[]> {
  const count = patches.length / patchSize;
  const lines = Array.from({ length: directionsPerRepeat }, () => new Float32Array(count));
  for (let start = 0; start < count; start += projectionRows) {
    const rows = new Float32Array(projectionRows * patchSize);
    rows.set(patches.subarray(start * patchSize, (start + projectionRows) * patchSize));
    const { projected } = await program.run({ rows, directions });
    const taken = Math.min(projectionRows, count - start);
    lines.forEach((line, at) => {
      line.set(projected!.subarray(at * projectionRows, at * projectionRows + taken), start);
    });
  }
  for (const line of lines) line.sort();
  return lines;
}

function meanSortedDifference(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  let sum = 0;
  a.forEach((line, direction) => {
    const other = b[direction]!;
    for (let at = 0; at < line.length; at++) sum += Math.abs(line[at]! - other[at]!);
  });
  return sum / (a.length * a[0]!.length);
}
