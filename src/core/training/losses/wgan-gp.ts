// WGAN-GP: the critic's distance, its slope between real and generated images held at 1 (Gulrajani et al. 2017).
import { z } from 'zod';
import * as ops from '../../graph/ops.ts';
import { type AdversarialLoss, type LossKind, slopes, squaredNorm } from './adversarial.ts';

const options = {
  lambda: z.number().min(0).describe('weight of the gradient penalty (wgan-gp)'),
  drift: z.number().min(0).describe('weight of the squared real score (wgan-gp)'),
};

export const wganGp = {
  about: 'the loss of the progressive GAN paper',
  options,
  create: ({ lambda, drift }): AdversarialLoss => ({
    interval: 1,
    discriminator: ({ realScores, fakeScores }) => ops.sub(ops.mean(fakeScores), ops.mean(realScores)),
    generator: ({ fakeScores }) => ops.neg(ops.mean(fakeScores)),
    penalised: (loss, { critic, reals, fakes, realScores }) => {
      const mixing = ops.input('mixing', [reals.shape[0]!, 1, 1, 1]); // in [0, 1]: where between real and fake
      const between = ops.add(reals, ops.mul(ops.sub(fakes, reals), mixing));
      const norm = ops.sqrt(ops.add(squaredNorm(slopes(critic(between), between)), 1e-16)); // [N]
      const penalty = ops.mean(ops.square(ops.sub(norm, 1)));
      const onDrift = ops.mul(ops.mean(ops.square(realScores)), drift); // keeps scores near zero
      return { loss: ops.add(ops.add(loss, ops.mul(penalty, lambda)), onDrift), penalty };
    },
  }),
} satisfies LossKind<typeof options>;
