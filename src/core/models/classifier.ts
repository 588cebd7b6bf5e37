// The attribute classifier: one network for all attributes, since they share most of what must be seen.
import { z } from 'zod';
import { attributeListSchema } from '../attributes.ts';
import * as ops from '../graph/ops.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Parameters } from '../graph/tree.ts';
import { chromaticity, normalisationSchema } from '../images/colour.ts';
import { conv, convSpec, dense, denseSpec, he, type LayerSpec, zeroed } from '../nn/layers.ts';

export const classifierArchitectureSchema = z.object({
  /** Side of the images: a power of two from 8. */
  resolution: z.int(),
  /** Feature maps at full resolution, or at 32×32 of larger images; each halving doubles them, up to `maxWidth`. */
  width: z.int(),
  maxWidth: z.int(),
  /** How images in [-1, 1] are seen: as they are, or without their brightness. */
  normalisation: normalisationSchema,
  /** The attributes that it answers about, in the order of its answers; left out in files: CelebA's 40. */
  attributes: attributeListSchema,
});

export type ClassifierArchitecture = Readonly<z.output<typeof classifierArchitectureSchema>>;

export type ClassifierSpec = {
  readonly stages: Readonly<
    Record<string, { readonly enter: LayerSpec; readonly conv0: LayerSpec; readonly conv1: LayerSpec }>
  >;
  readonly output: LayerSpec;
};
export type ClassifierParameters = Parameters<ClassifierSpec>;

/** Scale of the last layer's initial weights: logits begin near 0, where nothing is said yet. */
const outputGain = 0.3;

/** Largest side that features have: above it, few channels cost most and say least. */
const largestSide = 32;

/** Sides of the feature maps, down to 4. */
function sidesOf(resolution: number): number[] {
  const sides: number[] = [];
  for (let side = Math.min(resolution, largestSide); side >= 4; side /= 2) sides.push(side);
  return sides;
}

export function classifierSpec({ resolution, width, maxWidth, attributes }: ClassifierArchitecture): ClassifierSpec {
  const sides = sidesOf(resolution);
  const first = sides[0]!;
  const channels = (side: number) => Math.min(maxWidth, (width * first) / side);
  const stages = sides.map(side => {
    const inside = channels(side);
    const stage = {
      enter: he(convSpec(side === first ? 3 * (resolution / first) ** 2 : channels(side * 2), inside, 3)),
      conv0: he(convSpec(inside, inside, 3)),
      // Residual branches start as nothing, which stands in for normalisation in a network this shallow.
      conv1: zeroed(convSpec(inside, inside, 3)),
    };
    return [side, stage] as const;
  });
  return {
    stages: Object.fromEntries(stages),
    output: he(denseSpec(16 * channels(4), attributes.length), outputGain),
  };
}

/** @param images [N, 3, R, R] in [-1, 1]. @returns logits [N, attributes], in the architecture's order. */
export function classifier(
  architecture: Pick<ClassifierArchitecture, 'normalisation'>,
  parameters: ClassifierParameters,
  images: Tensor,
): Tensor {
  return dense(parameters.output, classifierFeatures(architecture, parameters, images));
}

/** @param images [N, 3, R, R] in [-1, 1]. @returns what the logits are read from, [N, 16 · C]. */
export function classifierFeatures(
  { normalisation }: Pick<ClassifierArchitecture, 'normalisation'>,
  parameters: ClassifierParameters,
  images: Tensor,
): Tensor {
  const sides = sidesOf(images.shape[2]!);
  let x = blocksToChannels(normalisation === 'chromaticity' ? chromaticity(images) : images, sides[0]!);
  for (const side of sides) {
    const stage = parameters.stages[side]!;
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
