// The interface of a GAN's loss: the loss of each network, its penalty, and when that is due.
import type { z } from 'zod';
import { gradients } from '../../graph/gradient.ts';
import * as ops from '../../graph/ops.ts';
import type { Tensor } from '../../graph/tensor.ts';

/** images [N, 3, R, R] → scores [N, 1]. */
export type Critic = (images: Tensor) => Tensor;

/** Real and generated images, as many of each, and the discriminator's scores of them, [N, 1]. */
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

/** How far a training has come, as the weight of a penalty may depend on it. */
export interface LossProgress {
  /** Thousand images shown at the final resolution; 0 before it. */
  readonly finalKimg: number;
  /** Pixels of the present images as a share of the final ones'. */
  readonly pixelShare: number;
}

/** Inputs of a step that have a row an image, so that threads can share a minibatch by rows. */
export const perImageInputs = ['z', 'reals', 'mixing'] as const;
export type PerImageInput = (typeof perImageInputs)[number];

export interface AdversarialLoss {
  /** Discriminator steps from one with the penalty to the next; 1 where every step has it. */
  readonly interval: number;
  /** The discriminator's loss without penalty: the mean over images. */
  discriminator(scored: Scored): Tensor;
  /** The generator's. `realScores` are as many as there are fakes, each fake's pair. */
  generator(scored: Pick<Scored, 'realScores' | 'fakeScores'>): Tensor;
  /** The discriminator's loss with its penalty. @param loss without it. */
  penalised(loss: Tensor, scored: Scored): Penalised;
  /** Fed as `penaltyWeight` to steps with the penalty; left out where the weight is a constant of the graph. */
  penaltyWeight?(progress: LossProgress): number;
  /**
   * ∂(generator's loss)/∂f over ∂(discriminator's loss)/∂f for the score f of each generated image, [N, 1]. Where no
   * image's score depends on another's, one pass back through the discriminator serves both networks by it. Left out
   * where the second can be 0: each network then has a pass of its own.
   */
  fakeRatio?(scored: Pick<Scored, 'realScores' | 'fakeScores'>): Tensor;
}

/** A loss as people choose it: one such object in each file beside this, all of them listed in losses.ts. */
export interface LossKind<Options extends z.ZodRawShape> {
  /** How it compares with the others, for the help of `--loss`. */
  readonly about: string;
  /** Its options of `train gan`. */
  readonly options: Options;
  create(options: Readonly<z.output<z.ZodObject<Options>>>): AdversarialLoss;
}

export function scored(critic: Critic, reals: Tensor, fakes: Tensor): Scored {
  return { critic, reals, fakes, realScores: critic(reals), fakeScores: critic(fakes) };
}

export interface LossTerms {
  readonly loss: Tensor;
  /** Scalars worth logging. */
  readonly metrics: Readonly<Record<string, Tensor>>;
}

/** @param penalise whether this step carries the penalty; always true where the loss's interval is 1. */
export function discriminatorLoss(
  { discriminator, penalised }: AdversarialLoss,
  images: Scored,
  penalise: boolean,
): LossTerms & Pick<Penalised, 'fakeSlopes'> {
  const metrics = { realScore: ops.mean(images.realScores), fakeScore: ops.mean(images.fakeScores) };
  const loss = discriminator(images);
  if (!penalise) return { loss, metrics };
  const { penalty, ...terms } = penalised(loss, images);
  return { ...terms, metrics: { ...metrics, penalty } };
}

/** ∂score/∂image of each image, where none counts for another's score. @returns the shape of the images. */
export function slopes(scores: Tensor, images: Tensor): Tensor {
  return gradients(ops.sum(scores), [images])[0]!;
}

/** The squared length of each image's values. @returns [N]. */
export function squaredNorm(x: Tensor): Tensor {
  return ops.sum(ops.square(x), [1, 2, 3]);
}

/** Largest logit whose ratio is used; beyond it the discriminator's gradient, e⁻⁶⁰ and less, is soon lost in float32. */
const largestLogit = 60;

/** σ(x) / σ(−x) = eˣ, bounded. */
export function sigmoidRatio(x: Tensor): Tensor {
  return ops.exp(ops.clip(x, -largestLogit, largestLogit));
}
