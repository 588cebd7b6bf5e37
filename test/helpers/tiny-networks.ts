// Untrained networks of a few thousand weights: real in shape, made in a moment.

import { attributeNames } from '../../src/core/attributes.ts';
import { flattenTree, type ParameterSpec, type Tree } from '../../src/core/graph/tree.ts';
import { createRandom } from '../../src/core/math/random.ts';
import { type ClassifierArchitecture, classifierSpec } from '../../src/core/models/classifier.ts';
import type { GanArchitecture } from '../../src/core/models/gan-architecture.ts';
import { ganModel } from '../../src/core/models/gan-kinds.ts';
import type { PgganArchitecture } from '../../src/core/models/pggan/architecture.ts';
import type { StyleArchitecture } from '../../src/core/models/style/architecture.ts';
import type { Weights } from '../../src/core/models/weights.ts';
import { initialValues } from '../../src/core/nn/initialise.ts';
import { ganPresets } from '../../src/core/training/gan/presets.ts';

export const tinyGan: PgganArchitecture = {
  ...ganPresets.cpu,
  kind: 'pggan',
  resolution: 8,
  latentSize: 16,
  fmapBase: 32,
  fmapDecay: 1,
  fmapMax: 8,
};
export const tinyStyle: StyleArchitecture = {
  kind: 'style',
  resolution: 8,
  latentSize: 16,
  fmapBase: 32,
  fmapDecay: 1,
  fmapMax: 8,
  minibatchStatistic: 'none',
  statisticGroup: 4,
};
export const tinyClassifier: ClassifierArchitecture = {
  resolution: 8,
  width: 4,
  maxWidth: 8,
  normalisation: 'range',
  attributes: [...attributeNames],
};

export function randomWeights(tree: Tree<ParameterSpec>, seed: number): Weights {
  const random = createRandom(seed);
  const leaves = [...flattenTree(tree)];
  return Object.fromEntries(
    leaves.map(([path, spec]) => [path, { shape: spec.shape, data: initialValues(spec, random) }]),
  );
}

export function randomGeneratorWeights(architecture: GanArchitecture): Weights {
  return randomWeights(ganModel(architecture).finishedSpec(), 1);
}

/** @param seed of the weights; tiny bundles have the default. */
export function randomClassifierWeights(architecture: ClassifierArchitecture, seed = 2): Weights {
  return randomWeights(classifierSpec(architecture), seed);
}

export const tinyGeneratorWeights = randomGeneratorWeights(tinyGan);
export const tinyClassifierWeights = randomClassifierWeights(tinyClassifier);
