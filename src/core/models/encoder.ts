// The encoder: looks at a face and says which latents a style generator makes it from, a row for each layer.
import { z } from 'zod';
import * as ops from '../graph/ops.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Parameters } from '../graph/tree.ts';
import { dense, denseSpec, he, type LayerSpec, zeroed } from '../nn/layers.ts';
import { type TrunkSpec, trunk, trunkFeatures, trunkOptions, trunkSpec } from './trunk.ts';

export const encoderArchitectureSchema = z.object({
  ...trunkOptions,
  /** Units between the trunk and the latent. */
  hidden: z.int().min(1).max(8192),
  /** d, and the rows of a latent, one a layer of the generator from coarse to fine. */
  latentSize: z.int().min(1).max(4096),
  layers: z.int().min(1).max(64),
});

export type EncoderArchitecture = Readonly<z.output<typeof encoderArchitectureSchema>>;

export type EncoderSpec = {
  readonly stages: TrunkSpec;
  readonly hidden: LayerSpec;
  /** The u that all layers share. */
  readonly common: LayerSpec;
  /** Added to it by each layer's row. */
  readonly offsets: LayerSpec;
};

/** Scale of the first common u: it begins near the mean face, which resembles every face a little. */
const commonGain = 0.3;

export function encoderSpec(architecture: EncoderArchitecture): EncoderSpec {
  const { hidden, latentSize, layers } = architecture;
  return {
    stages: trunkSpec(architecture),
    hidden: he(denseSpec(trunkFeatures(architecture), hidden)),
    common: he(denseSpec(hidden, latentSize), commonGain),
    // One u for all layers is the best known place to start: edits work there (Tov et al. 2021).
    offsets: zeroed(denseSpec(hidden, layers * latentSize)),
  };
}

/** The latent in its parts. */
export interface EncodedLatent {
  /** [N, layers, d], as a style generator takes them: common + offsets. */
  readonly latents: Tensor;
  /** [N, layers, d]. */
  readonly offsets: Tensor;
}

/** @param images [N, 3, R, R] in [-1, 1]. */
export function encoder(
  { latentSize, layers }: Pick<EncoderArchitecture, 'latentSize' | 'layers'>,
  parameters: Parameters<EncoderSpec>,
  images: Tensor,
): EncodedLatent {
  const n = images.shape[0]!;
  const features = ops.leakyRelu(dense(parameters.hidden, trunk(parameters.stages, images)));
  const common = ops.reshape(dense(parameters.common, features), [n, 1, latentSize]);
  const offsets = ops.reshape(dense(parameters.offsets, features), [n, layers, latentSize]);
  return { latents: ops.add(common, offsets), offsets };
}
