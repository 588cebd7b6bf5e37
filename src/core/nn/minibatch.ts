// How a discriminator sees a lack of variety among images: statistics over the minibatch.
import * as ops from '../graph/ops.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { ParameterSpec, Parameters } from '../graph/tree.ts';

/**
 * Appends the standard deviation within groups of images as one more feature map (Karras et al. 2018, §3). Groups are
 * neighbours in the batch.
 * @param x [N, C, H, W]. @param largestGroup images a group; 0 for all of a set.
 * @param sets how many minibatches lie one after the other in x; no group reaches across.
 * @returns [N, C + 1, H, W].
 */
export function minibatchStddev(x: Tensor, largestGroup: number, sets = 1): Tensor {
  const [n, c, height, width] = x.shape as readonly [number, number, number, number];
  const setSize = n / sets;
  let group = largestGroup === 0 ? setSize : Math.min(largestGroup, setSize);
  while (setSize % group !== 0) group--;
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

/** Numbers a kernel compares images by (Salimans et al. 2016, as in their code). */
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
 * @param x [N, I]. @param sets as in {@link minibatchStddev}. @returns [N, I + K].
 */
export function minibatchDiscrimination(
  { weight, logScale, bias }: Parameters<MinibatchDiscriminationSpec>,
  x: Tensor,
  sets = 1,
): Tensor {
  const [n, inputs] = x.shape as readonly [number, number];
  const [kernels] = weight.shape as readonly [number];
  const size = n / sets;
  const length = ops.sqrt(ops.sum(ops.square(weight), [2])); // [K D]
  const scale = ops.div(ops.exp(logScale), length);
  const rows = ops.reshape(ops.mul(weight, ops.reshape(scale, [kernels, kernelSize, 1])), [
    kernels * kernelSize,
    inputs,
  ]);
  const projected = ops.reshape(ops.matmul(x, rows, false, true), [sets, size, 1, kernels, kernelSize]);
  const others = ops.reshape(projected, [sets, 1, size, kernels, kernelSize]);
  const distance = ops.sum(ops.abs(ops.sub(projected, others)), [4]); // [S n n K]
  // Less what an image is to itself: exp(0).
  const nearness = ops.sub(ops.sum(ops.exp(ops.neg(distance)), [2]), 1); // [S n K]
  return ops.concat([x, ops.add(ops.reshape(nearness, [n, kernels]), bias)], 1);
}
