// The trunk of the networks that look at faces: residual stages from 32×32 down to 4×4. Classifier and encoder share it.
import { z } from 'zod';
import * as ops from '../graph/ops.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Parameters } from '../graph/tree.ts';
import { conv, convSpec, he, type LayerSpec, zeroed } from '../nn/layers.ts';

/** The options that every network with this trunk has. */
export const trunkOptions = {
  /** Side of the images: a power of two from 8. */
  resolution: z.int(),
  /** Feature maps at full resolution, or at 32×32 of larger images; each halving doubles them, up to `maxWidth`. */
  width: z.int(),
  maxWidth: z.int(),
};

export type TrunkArchitecture = Readonly<z.output<z.ZodObject<typeof trunkOptions>>>;

/** The stages by their side. */
export type TrunkSpec = Readonly<
  Record<string, { readonly enter: LayerSpec; readonly conv0: LayerSpec; readonly conv1: LayerSpec }>
>;

/** Largest side that features have: above it, few channels cost most and say least. */
const largestSide = 32;

/** Sides of the feature maps, down to 4. */
function sidesOf(resolution: number): number[] {
  const sides: number[] = [];
  for (let side = Math.min(resolution, largestSide); side >= 4; side /= 2) sides.push(side);
  return sides;
}

function channelsAt({ resolution, width, maxWidth }: TrunkArchitecture, side: number): number {
  return Math.min(maxWidth, (width * Math.min(resolution, largestSide)) / side);
}

/** Numbers that the trunk makes of an image. */
export function trunkFeatures(architecture: TrunkArchitecture): number {
  return 16 * channelsAt(architecture, 4);
}

export function trunkSpec(architecture: TrunkArchitecture): TrunkSpec {
  const { resolution } = architecture;
  const [first, ...further] = sidesOf(resolution);
  const stage = (inputs: number, side: number) => {
    const channels = channelsAt(architecture, side);
    return {
      enter: he(convSpec(inputs, channels, 3)),
      conv0: he(convSpec(channels, channels, 3)),
      // Residual branches start as nothing, which stands in for normalisation in a network this shallow.
      conv1: zeroed(convSpec(channels, channels, 3)),
    };
  };
  return {
    [first!]: stage(3 * (resolution / first!) ** 2, first!),
    ...Object.fromEntries(further.map(side => [side, stage(channelsAt(architecture, side * 2), side)])),
  };
}

/** @param images [N, 3, R, R]. @returns features [N, 16 · C]. */
export function trunk(stages: Parameters<TrunkSpec>, images: Tensor): Tensor {
  const sides = sidesOf(images.shape[2]!);
  let x = blocksToChannels(images, sides[0]!);
  for (const side of sides) {
    const stage = stages[side]!;
    if (side < sides[0]!) x = ops.averagePool2(x);
    x = ops.leakyRelu(conv(stage.enter, x));
    x = ops.add(x, conv(stage.conv1, ops.leakyRelu(conv(stage.conv0, x))));
  }
  // No mean over places: faces are aligned, so the place of a feature helps to tell what it is.
  return ops.reshape(ops.leakyRelu(x), [x.shape[0]!, 16 * x.shape[1]!]);
}

/**
 * Makes each block of pixels one pixel of more channels, which reduces the side without losing anything.
 * @param x [N, C, R, R]. @param side of the result. @returns [N, C · (R / side)², side, side].
 */
function blocksToChannels(x: Tensor, side: number): Tensor {
  const [n, c, resolution] = x.shape as readonly [number, number, number, number];
  const block = resolution / side;
  if (block === 1) return x;
  const blocks = ops.reshape(x, [n, c, side, block, side, block]);
  return ops.reshape(ops.transpose(blocks, [0, 1, 3, 5, 2, 4]), [n, c * block * block, side, side]);
}
