// Statistics over the minibatch, by which a discriminator sees a lack of variety among images.
import * as ops from '../graph/ops.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { ParameterSpec, Parameters } from '../graph/tree.ts';

/** @returns images a group of {@link minibatchStddev}: the most that divide the minibatch. */
export function statisticGroupOf(minibatch: number, largestGroup: number): number {
  let group = largestGroup === 0 ? minibatch : Math.min(largestGroup, minibatch);
  while (minibatch % group !== 0) group--;
  return group;
}

/**
 * Appends the standard deviation within groups of images as one more feature map (Karras et al. 2018, §3). Groups are
 * neighbours in the batch.
 * @param x [N, C, H, W]. @param largestGroup images a group; 0 for the whole minibatch.
 * @returns [N, C + 1, H, W].
 */
export function minibatchStddev(x: Tensor, largestGroup: number): Tensor {
  const [n, c, height, width] = x.shape as readonly [number, number, number, number];
  const group = statisticGroupOf(n, largestGroup);
  const groups = ops.reshape(x, [n / group, group, c * height * width]); // [M G CHW]
  const centred = ops.sub(groups, ops.mean(groups, [1], true));
  const deviation = ops.sqrt(ops.add(ops.mean(ops.square(centred), [1], true), 1e-8)); // [M 1 CHW]
  const statistic = ops.mean(deviation, [2], true); // [M 1 1]
  const map = ops.reshape(ops.expand(statistic, [n / group, group, height * width]), [n, 1, height, width]);
  return ops.concat([x, map], 1);
}

export type MinibatchDiscriminationSpec = {
  readonly weight: ParameterSpec;
  readonly logScale: ParameterSpec;
  readonly bias: ParameterSpec;
};

/** Length of the vectors by which a kernel compares images (Salimans et al. 2016, as in their code). */
const kernelSize = 5;

export function minibatchDiscriminationSpec(inputs: number, kernels: number): MinibatchDiscriminationSpec {
  return {
    weight: { shape: [kernels, kernelSize, inputs], deviation: 0.05 },
    logScale: { shape: [kernels, kernelSize], deviation: 0 },
    bias: { shape: [kernels], deviation: 0, mean: -1 },
  };
}

/**
 * Appends, for each kernel, how near the other images of the minibatch are (Salimans et al. 2016, §3.2): the sum over
 * them of exp(−L1 distance), after a projection whose rows have length exp(logScale).
 * @param x [N, I]. @returns [N, I + K].
 */
export function minibatchDiscrimination(
  { weight, logScale, bias }: Parameters<MinibatchDiscriminationSpec>,
  x: Tensor,
): Tensor {
  const [n, inputs] = x.shape as readonly [number, number];
  const [kernels] = weight.shape as readonly [number];
  const length = ops.sqrt(ops.sum(ops.square(weight), [2])); // [K D]
  const scale = ops.reshape(ops.div(ops.exp(logScale), length), [kernels, kernelSize, 1]);
  const rows = ops.reshape(ops.mul(weight, scale), [kernels * kernelSize, inputs]);
  const projected = ops.reshape(ops.matmul(x, rows, false, true), [n, 1, kernels, kernelSize]);
  const others = ops.reshape(projected, [1, n, kernels, kernelSize]);
  const distance = ops.sum(ops.abs(ops.sub(projected, others)), [3]); // [N N K]
  // An image's nearness to itself, exp(0), does not count.
  const nearness = ops.sub(ops.sum(ops.exp(ops.neg(distance)), [1]), 1); // [N K]
  return ops.concat([x, ops.add(nearness, bias)], 1);
}
