// Normalisations that stabilise GANs: of each pixel, of the batch, of each sample.
import * as ops from '../graph/ops.ts';
import type { Tensor } from '../graph/tensor.ts';

/** The value of PGGAN's own code, for batch norm and layer norm. */
const epsilon = 1e-4;

/** Scales each pixel's feature vector to a mean square of 1 (Karras et al. 2018, §4.2). Axis 1 holds the features. */
export function pixelNorm(x: Tensor): Tensor {
  return ops.rmsNorm(x, 1e-8);
}

interface BatchNormParameters {
  /** γ and β, [C] each. */
  readonly gain: Tensor;
  readonly bias: Tensor;
  /** Fixed statistics, [C] each; left out, those of the batch are used. */
  readonly mean?: Tensor | undefined;
  readonly variance?: Tensor | undefined;
}

/** Mean and biased variance of each channel, [C]. */
export interface BatchStatistics {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/**
 * Batch normalisation over N, H and W (Ioffe & Szegedy 2015).
 * @param x [N, C, H, W]. @param observe called with the batch's statistics where those are used.
 */
export function batchNorm(
  { gain, bias, mean, variance }: BatchNormParameters,
  x: Tensor,
  observe?: (statistics: BatchStatistics) => void,
): Tensor {
  const channels = (tensor: Tensor) => ops.reshape(tensor, [1, x.shape[1]!, 1, 1]);
  const statistics = mean === undefined || variance === undefined ? statisticsOf(x) : { mean, variance };
  if (mean === undefined) observe?.(statistics);
  const deviation = ops.sqrt(ops.add(statistics.variance, epsilon));
  const centred = ops.sub(x, channels(statistics.mean));
  return ops.add(ops.mul(centred, channels(ops.div(gain, deviation))), channels(bias));
}

function statisticsOf(x: Tensor): BatchStatistics {
  const axes = [0, 2, 3];
  const mean = ops.mean(x, axes, true);
  const variance = ops.mean(ops.square(ops.sub(x, mean)), axes);
  return { mean: ops.reshape(mean, variance.shape), variance };
}

/**
 * Layer normalisation of each sample over all its features, with one gain for all and a bias a channel
 * (Ba et al. 2016, as in the paper's code).
 * @param x [N, C, …]. @param gain a scalar. @param bias [C].
 */
export function layerNorm({ gain, bias }: { gain: Tensor; bias: Tensor }, x: Tensor): Tensor {
  const axes = x.shape.map((_, axis) => axis).slice(1);
  const centred = ops.sub(x, ops.mean(x, axes, true));
  const deviation = ops.sqrt(ops.add(ops.mean(ops.square(centred), axes, true), epsilon));
  const channels = x.shape.map((length, axis) => (axis === 1 ? length : 1));
  return ops.add(ops.mul(centred, ops.div(gain, deviation)), ops.reshape(bias, channels));
}
