// How alike two pictures of faces are, as a graph that can be differentiated: pixels, and what a classifier makes of them.
import * as ops from '../graph/ops.ts';
import type { Tensor } from '../graph/tensor.ts';
import {
  type ClassifierArchitecture,
  type ClassifierParameters,
  classifierFeatures,
  classifierSpec,
} from './classifier.ts';
import { constants, type Network } from './weights.ts';

/** Weights of the two distances in one loss. */
export interface LikenessWeights {
  readonly pixels: number;
  readonly features: number;
}

/** Scalars: means over the images. */
export interface Likeness {
  /** Squared difference of pixels in [-1, 1], the face's counting more than the border's. */
  readonly pixels: Tensor;
  /** Squared distance of the features, as a share of the target's squared length. */
  readonly features: Tensor;
}

/** How much less the picture's edge counts than its middle. */
const edgeWeight = 0.25;
/** Half axes of the ellipse in which aligned faces lie, as shares of half the side, and where its middle lies. */
const face = { width: 0.7, height: 0.85, middle: 0.05 } as const;

/**
 * @returns the weight of each pixel, [1, 1, R, R] with a mean of 1: full inside the ellipse of the face, from there down
 *   to that of the edge.
 */
function pixelWeights(resolution: number): Float32Array<ArrayBuffer> {
  const weights = new Float32Array(resolution ** 2);
  const at = (index: number) => (2 * (index + 0.5)) / resolution - 1;
  for (let row = 0; row < resolution; row++) {
    for (let column = 0; column < resolution; column++) {
      const distance = Math.hypot(at(column) / face.width, (at(row) - face.middle) / face.height);
      const inside = Math.min(1, Math.max(0, (1.4 - distance) / 0.4));
      weights[row * resolution + column] = edgeWeight + (1 - edgeWeight) * inside;
    }
  }
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
  return weights.map(weight => weight / mean);
}

/** A classifier whose features tell how alike faces are. */
export interface Onlooker {
  readonly architecture: ClassifierArchitecture;
  readonly parameters: ClassifierParameters;
}

/** @param classifier is differentiated and never changed. */
export function onlookerOf({ architecture, weights }: Network<ClassifierArchitecture>): Onlooker {
  return { architecture, parameters: constants(classifierSpec(architecture), weights) };
}

/** A picture to be like: [N, 3, R, R] in [-1, 1], and the onlooker's features of it, [N, F]. */
export interface LikenessTarget {
  readonly images: Tensor;
  readonly features: Tensor;
}

/** @param images [N, 3, R, R] in [-1, 1]; gradients go to these. */
export function likeness({ architecture, parameters }: Onlooker, images: Tensor, target: LikenessTarget): Likeness {
  const resolution = images.shape[2]!;
  const weights = ops.constant(pixelWeights(resolution), [1, 1, resolution, resolution]);
  const pixels = ops.mean(ops.mul(ops.square(ops.sub(images, target.images)), weights));
  const seen = classifierFeatures(architecture, parameters, images);
  const distances = ops.sum(ops.square(ops.sub(seen, target.features)), [1]);
  const lengths = ops.add(ops.sum(ops.square(target.features), [1]), 1e-6);
  return { pixels, features: ops.mean(ops.div(distances, lengths)) };
}

/** @returns both distances in one number. */
export function unlikeness({ pixels, features }: Likeness, weights: LikenessWeights): Tensor {
  return ops.add(ops.mul(pixels, weights.pixels), ops.mul(features, weights.features));
}
