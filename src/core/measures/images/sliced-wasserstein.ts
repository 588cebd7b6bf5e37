// Sliced Wasserstein distance between two sets of images (Karras et al. 2018, §5): how alike they are, scale by scale.
import { UserError } from '../../errors.ts';
import * as ops from '../../graph/ops.ts';
import type { ImageSet } from '../../images/image-set.ts';
import { length, scaled } from '../../math/linear-algebra.ts';
import { normals, type Random } from '../../math/random.ts';
import { mean } from '../../math/statistics.ts';
import type { Device } from '../../runtime/device.ts';
import { Program } from '../../runtime/program.ts';
import type { Tick } from '../tick.ts';
import { smallestLevel } from './laplacian-pyramid.ts';
import { cutPatches, patchesPerImage, patchSize } from './patches.ts';
import { wasserstein } from './wasserstein.ts';

export interface SlicedWasserstein {
  /** Distance ×10³ at each level of the pyramid, by its side: the images' own, then halves down to 16. */
  readonly levels: Readonly<Record<number, number>>;
  /** Mean over the levels. */
  readonly average: number;
}

/** The paper's 4 × 128. */
const directionCount = 512;

/** Directions that are projected on at once, from 16 to 128: more are faster, up to 2²⁶ projections of a set. */
const directionsAtOnce = (patches: number) =>
  Math.max(16, Math.min(128, 2 ** Math.floor(Math.log2(2 ** 26 / patches))));
/** Patches that are projected at once. */
const patchBlock = 4096;

/** @returns the levels of images of that side, largest first. @throws UserError unless a power of two from 16. */
export function swdLevels(resolution: number): number[] {
  if (!(resolution >= smallestLevel && Number.isInteger(Math.log2(resolution)))) {
    throw new UserError(
      `SWD needs images whose side is a power of two from ${smallestLevel}, its smallest level; got ${resolution}`,
    );
  }
  const levels = [];
  for (let level = resolution; level >= smallestLevel; level /= 2) levels.push(level);
  return levels;
}

/**
 * As the paper's public code has it: 128 patches of 7×7 from each image's level, standardised by channel and set,
 * projected on 4 × 128 random directions; the mean distance of the projections is averaged. Compare only figures of
 * equally many images: the fewer they are, the larger the distance even between two sets from one source.
 *
 * Memory beside the images: 75 kB for each image of a set, whatever its side, and up to 0.5 GB: 1.8 GB for twice 8,192.
 * @param a, b equally many images of one side, a power of two from 16.
 * @param random draws, at each level: where the patches of a's images lie (row, then column), likewise of b's, then the
 *   directions, each 147 normals in the order channel, row, column.
 * @param tick called after each block of directions.
 */
export async function slicedWasserstein(
  device: Device,
  a: ImageSet,
  b: ImageSet,
  random: Random,
  tick: Tick = () => {},
): Promise<SlicedWasserstein> {
  if (a.count !== b.count || a.resolution !== b.resolution) {
    throw new RangeError(`${a.count} images of ${a.resolution} and ${b.count} of ${b.resolution} cannot be compared`);
  }
  const sides = swdLevels(a.resolution);
  const patchCount = a.count * patchesPerImage;
  const block = directionsAtOnce(patchCount);
  const total = (sides.length * directionCount) / block;
  const patches = [a, b].map(() => new Float32Array(patchCount * patchSize));
  const lines = [a, b].map(() => Array.from({ length: block }, () => new Float32Array(patchCount)));
  const projection = await compileProjection(device, block);
  const levels: Record<number, number> = {};
  let done = 0;
  try {
    for (const level of sides) {
      for (const [set, images] of [a, b].entries()) cutPatches(patches[set]!, images, level, random);
      const distances: number[] = [];
      for (let drawn = 0; drawn < directionCount; drawn += block) {
        const directions = unitDirections(random, block);
        for (const set of [0, 1]) await project(projection, patches[set]!, directions, lines[set]!);
        for (const [at, line] of lines[0]!.entries()) distances.push(wasserstein(line, lines[1]![at]!));
        await tick(++done, total);
      }
      levels[level] = 1000 * mean(distances);
    }
  } finally {
    await projection.release();
  }
  return { levels, average: mean(Object.values(levels)) };
}

/** @returns [count, 147], rows of length 1. */
function unitDirections(random: Random, count: number): Float32Array {
  const directions = new Float32Array(count * patchSize);
  for (let start = 0; start < directions.length; start += patchSize) {
    const drawn = normals(random, patchSize);
    directions.set(scaled(drawn, 1 / length(drawn)), start);
  }
  return directions;
}

/** `directions` [count, 147], `patches` [4096, 147] → `projected` [count, 4096]. */
function compileProjection(device: Device, count: number): Promise<Program> {
  const directions = ops.input('directions', [count, patchSize]);
  const patches = ops.input('patches', [patchBlock, patchSize]);
  return Program.compile(device, { outputs: { projected: ops.matmul(directions, patches, false, true) } });
}

/** Writes into each direction's line all patches' projections on it. */
async function project(
  program: Program,
  patches: Float32Array,
  directions: Float32Array,
  lines: readonly Float32Array[],
): Promise<void> {
  const count = patches.length / patchSize;
  for (let start = 0; start < count; start += patchBlock) {
    const taken = Math.min(patchBlock, count - start);
    let block = patches.subarray(start * patchSize, (start + patchBlock) * patchSize);
    if (taken < patchBlock) {
      block = new Float32Array(patchBlock * patchSize);
      block.set(patches.subarray(start * patchSize));
    }
    const { projected } = await program.run({ directions, patches: block });
    for (const [at, line] of lines.entries()) {
      line.set(projected!.subarray(at * patchBlock, at * patchBlock + taken), start);
    }
  }
}
