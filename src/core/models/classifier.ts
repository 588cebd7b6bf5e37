// The attribute classifier: one network for all attributes, since they share most of what must be seen.
import { z } from 'zod';
import { attributeListSchema } from '../formats/attribute-list.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Parameters } from '../graph/tree.ts';
import { chromaticity, normalisationSchema } from '../images/colour.ts';
import { dense, denseSpec, he, type LayerSpec } from '../nn/layers.ts';
import { type TrunkSpec, trunk, trunkFeatures, trunkOptions, trunkSpec } from './trunk.ts';

export const classifierArchitectureSchema = z.object({
  ...trunkOptions,
  /** How images in [-1, 1] are seen: as they are, or without their brightness. */
  normalisation: normalisationSchema,
  /** The attributes that it answers about, in the order of its answers; left out in files: CelebA's 40. */
  attributes: attributeListSchema,
});

export type ClassifierArchitecture = Readonly<z.output<typeof classifierArchitectureSchema>>;

export type ClassifierSpec = { readonly stages: TrunkSpec; readonly output: LayerSpec };
export type ClassifierParameters = Parameters<ClassifierSpec>;

/** Scale of the last layer's initial weights: logits begin near 0, where nothing is said yet. */
const outputGain = 0.3;

export function classifierSpec(architecture: ClassifierArchitecture): ClassifierSpec {
  return {
    stages: trunkSpec(architecture),
    output: he(denseSpec(trunkFeatures(architecture), architecture.attributes.length), outputGain),
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
  return trunk(parameters.stages, normalisation === 'chromaticity' ? chromaticity(images) : images);
}
