// The adversarial losses: WGAN-GP as in the paper, and two logistic ones, about half the work.
import { gradients } from '../graph/gradient.ts';
import * as ops from '../graph/ops.ts';
import type { Tensor } from '../graph/tensor.ts';

export type GanLoss =
  | {
      readonly kind: 'wgan-gp';
      /** Weight λ of the gradient penalty. */
      readonly lambda: number;
      /** The norm the penalty pulls towards. */
      readonly target: number;
      /** Weight of D(real)², which keeps scores near zero. */
      readonly drift: number;
    }
  | {
      /**
       * `logistic-r1`: real or generated, image by image, with a penalty on the scores' slope at real images (Mescheder
       * et al. 2018). `relativistic-r1-r2`: which of a pair is the real one (RpGAN, Jolicoeur-Martineau 2019), with the
       * penalty at generated images too (R3GAN, Huang et al. 2024, which applies it at every step).
       */
      readonly kind: 'logistic-r1' | 'relativistic-r1-r2';
      readonly gamma: number;
      /** The penalty is applied at every k-th step, k times as strong (lazily, as in StyleGAN2). */
      readonly interval: number;
    };

/** images [N, 3, R, R] → scores [N, 1]. */
export type Critic = (images: Tensor) => Tensor;

export interface LossTerms {
  readonly loss: Tensor;
  /** Scalars worth logging. */
  readonly metrics: Readonly<Record<string, Tensor>>;
}

/**
 * @param mixing [N, 1, 1, 1] in [0, 1]: where between real and fake the WGAN-GP penalty is taken.
 * @param penalise whether this step carries the penalty of a logistic loss; WGAN-GP always has its own.
 */
export function discriminatorLoss(
  options: GanLoss,
  critic: Critic,
  reals: Tensor,
  fakes: Tensor,
  mixing: Tensor,
  penalise: boolean,
): LossTerms {
  const realScores = critic(reals);
  const fakeScores = critic(fakes);
  const scores = { realScore: ops.mean(realScores), fakeScore: ops.mean(fakeScores) };
  if (options.kind === 'wgan-gp') {
    const between = ops.add(reals, ops.mul(ops.sub(fakes, reals), mixing));
    const norm = ops.sqrt(ops.add(squaredGradientNorm(critic(between), between), 1e-16)); // [N]
    const penalty = ops.mean(ops.square(ops.sub(norm, options.target)));
    const drift = ops.mul(ops.mean(ops.square(realScores)), options.drift);
    const distance = ops.sub(scores.fakeScore, scores.realScore);
    const weighted = ops.mul(penalty, options.lambda / options.target ** 2);
    return { loss: ops.add(ops.add(distance, weighted), drift), metrics: { ...scores, penalty } };
  }
  const paired = options.kind === 'relativistic-r1-r2';
  const loss = paired
    ? ops.mean(ops.softplus(ops.sub(fakeScores, realScores)))
    : ops.add(ops.mean(ops.softplus(ops.neg(realScores))), ops.mean(ops.softplus(fakeScores)));
  if (!penalise) return { loss, metrics: scores };
  const slope = ops.mean(squaredGradientNorm(realScores, reals));
  const penalty = paired ? ops.add(slope, ops.mean(squaredGradientNorm(fakeScores, fakes))) : slope;
  const weighted = ops.mul(penalty, (options.gamma / 2) * options.interval);
  return { loss: ops.add(loss, weighted), metrics: { ...scores, penalty } };
}

/** @param reals as many as there are fakes, each fake's pair (relativistic). */
export function generatorLoss(options: GanLoss, critic: Critic, fakes: Tensor, reals: Tensor): Tensor {
  const scores = critic(fakes);
  switch (options.kind) {
    case 'wgan-gp':
      return ops.neg(ops.mean(scores));
    case 'logistic-r1':
      return ops.mean(ops.softplus(ops.neg(scores)));
    case 'relativistic-r1-r2':
      return ops.mean(ops.softplus(ops.sub(critic(reals), scores)));
  }
}

/** ‖∂score/∂image‖² of each image. @returns [N]. */
function squaredGradientNorm(scores: Tensor, images: Tensor): Tensor {
  const [gradient] = gradients(ops.sum(scores), [images]);
  return ops.sum(ops.square(gradient!), [1, 2, 3]);
}
