// WGAN-GP: the critic's distance, its slope between real and generated images held at a target (Gulrajani et al. 2017).
import { z } from 'zod';
import * as ops from '../../graph/ops.ts';
import { type AdversarialLoss, slopes, squaredNorm } from './adversarial.ts';

export const wganGpOptions = {
  lambda: z.number().min(0).describe('weight of the gradient penalty (wgan-gp)'),
  drift: z.number().min(0).describe('weight of the squared real score (wgan-gp)'),
};

export interface WganGp {
  readonly kind: 'wgan-gp';
  /** Weight λ of the gradient penalty. */
  readonly lambda: number;
  /** The norm the penalty pulls towards. */
  readonly target: number;
  /** Weight of D(real)², which keeps scores near zero. */
  readonly drift: number;
}

/** Fed: `mixing` [N, 1, 1, 1] in [0, 1], where between real and fake the penalty is taken. */
export function wganGp({ lambda, target, drift }: Omit<WganGp, 'kind'>): AdversarialLoss {
  return {
    interval: 1,
    discriminator: ({ realScores, fakeScores }) => ops.sub(ops.mean(fakeScores), ops.mean(realScores)),
    generator: ({ fakeScores }) => ops.neg(ops.mean(fakeScores)),
    penalised: (loss, { critic, reals, fakes, realScores }) => {
      const mixing = ops.input('mixing', [reals.shape[0]!, 1, 1, 1]);
      const between = ops.add(reals, ops.mul(ops.sub(fakes, reals), mixing));
      const norm = ops.sqrt(ops.add(squaredNorm(slopes(critic(between), between)), 1e-16)); // [N]
      const penalty = ops.mean(ops.square(ops.sub(norm, target)));
      const onDrift = ops.mul(ops.mean(ops.square(realScores)), drift);
      return { loss: ops.add(ops.add(loss, ops.mul(penalty, lambda / target ** 2)), onDrift), penalty };
    },
    fakeRatio: ({ fakeScores }) => ops.neg(ops.ones(fakeScores.shape)),
  };
}
