// One convolutional network with a logit for each of the 40 attributes.
import { attributeNames } from '../attributes.ts';
import * as ops from '../graph/ops.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Parameters } from '../graph/tree.ts';
import { conv, convSpec, dense, denseSpec, he, type LayerSpec, zeroed } from '../nn/layers.ts';

export interface ClassifierArchitecture {
  /** Side of the images: a power of two from 8. */
  readonly resolution: number;
  /** Feature maps at full resolution; each halving of the side doubles them, up to `maxWidth`. */
  readonly width: number;
  readonly maxWidth: number;
}

export type ClassifierSpec = {
  readonly stages: Readonly<
    Record<string, { readonly enter: LayerSpec; readonly conv0: LayerSpec; readonly conv1: LayerSpec }>
  >;
  readonly output: LayerSpec;
};
export type ClassifierParameters = Parameters<ClassifierSpec>;

/** Sides of the feature maps, from the image's down to 4. */
function sidesOf(resolution: number): number[] {
  const sides: number[] = [];
  for (let side = resolution; side >= 4; side /= 2) sides.push(side);
  return sides;
}

export function classifierSpec({ resolution, width, maxWidth }: ClassifierArchitecture): ClassifierSpec {
  const channels = (side: number) => Math.min(maxWidth, (width * resolution) / side);
  const stages = sidesOf(resolution).map(side => {
    const inside = channels(side);
    const stage = {
      enter: he(convSpec(side === resolution ? 3 : channels(side * 2), inside, 3)),
      conv0: he(convSpec(inside, inside, 3)),
      // Residual branches start as nothing, which stands in for normalisation in a network this shallow.
      conv1: zeroed(convSpec(inside, inside, 3)),
    };
    return [side, stage] as const;
  });
  return { stages: Object.fromEntries(stages), output: he(denseSpec(channels(4), attributeNames.length)) };
}

/** @param images [N, 3, R, R] in [-1, 1]. @returns logits [N, 40], in the order of `attributeNames`. */
export function classifier(parameters: ClassifierParameters, images: Tensor): Tensor {
  let x = images;
  const resolution = images.shape[2]!;
  for (const side of sidesOf(resolution)) {
    const stage = parameters.stages[side]!;
    if (side < resolution) x = ops.averagePool2(x);
    x = ops.leakyRelu(conv(stage.enter, x));
    x = ops.add(x, conv(stage.conv1, ops.leakyRelu(conv(stage.conv0, x))));
  }
  return dense(parameters.output, ops.mean(ops.leakyRelu(x), [2, 3]));
}
