// An adversarial loss: how scores of real and generated images pull on the two networks, and its penalty.
import { gradients } from '../../graph/gradient.ts';
import * as ops from '../../graph/ops.ts';
import type { Tensor } from '../../graph/tensor.ts';

/** images [N, 3, R, R] → scores [N, 1]. */
export type Critic = (images: Tensor) => Tensor;

/** Both kinds of images, as many of each, and what the discriminator says of them, [N, 1]. */
export interface Scored {
  readonly critic: Critic;
  readonly reals: Tensor;
  readonly fakes: Tensor;
  readonly realScores: Tensor;
  readonly fakeScores: Tensor;
}

export interface Penalised {
  readonly loss: Tensor;
  /** The penalty before it is weighted. */
  readonly penalty: Tensor;
  /** ∂f/∂image for the score f of each generated image, [N, 3, R, R]; left out where the penalty needs none. */
  readonly fakeSlopes?: Tensor;
}

export interface AdversarialLoss {
  /** Discriminator steps from one with the penalty to the next; 1 where every step has it. */
  readonly interval: number;
  /** The discriminator's loss without penalty: the mean over images. */
  discriminator(scored: Scored): Tensor;
  /** The generator's. `realScores` are as many as there are fakes, each fake's pair. */
  generator(scored: Pick<Scored, 'realScores' | 'fakeScores'>): Tensor;
  /** The discriminator's loss with its penalty. @param loss without it. */
  penalised(loss: Tensor, scored: Scored): Penalised;
  /**
   * ∂(generator's loss)/∂f over ∂(discriminator's loss)/∂f for the score f of each generated image, [N, 1]. Where no
   * image's score depends on another's, one pass back through the discriminator serves both networks by it.
   */
  fakeRatio(scored: Pick<Scored, 'realScores' | 'fakeScores'>): Tensor;
}

export interface LossTerms {
  readonly loss: Tensor;
  /** Scalars worth logging. */
  readonly metrics: Readonly<Record<string, Tensor>>;
}

/** ∂score/∂image of each image, where none counts for another's score. @returns of the images' shape. */
export function slopes(scores: Tensor, images: Tensor): Tensor {
  return gradients(ops.sum(scores), [images])[0]!;
}

/** The squared length of each image's values. @returns [N]. */
export function squaredNorm(x: Tensor): Tensor {
  return ops.sum(ops.square(x), [1, 2, 3]);
}

/** Beyond this the discriminator's gradient is less than float32 keeps beside others. */
const largestLogit = 40;

/** σ(x) / σ(−x) = eˣ, bounded. */
export function sigmoidRatio(x: Tensor): Tensor {
  return ops.exp(ops.clip(x, -largestLogit, largestLogit));
}
