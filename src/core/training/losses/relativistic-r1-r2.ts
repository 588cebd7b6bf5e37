// The relativistic loss: which of a pair is the real one (RpGAN, Jolicoeur-Martineau 2019), with the slope penalised at
// both kinds of images (R3GAN, Huang et al. 2024, which does so at every step).
import * as ops from '../../graph/ops.ts';
import { type AdversarialLoss, type LossKind, sigmoidRatio, slopes, squaredNorm } from './adversarial.ts';
import { logisticR1, slopePenalty } from './logistic-r1.ts';

const { options } = logisticR1;

export const relativisticR1R2 = {
  about: 'a little more work than logistic-r1, but more kinds of faces in a long training',
  options,
  create: (given): AdversarialLoss => ({
    ...slopePenalty(given),
    discriminator: ({ realScores, fakeScores }) => ops.mean(ops.softplus(ops.sub(fakeScores, realScores))),
    generator: ({ realScores, fakeScores }) => ops.mean(ops.softplus(ops.sub(realScores, fakeScores))),
    penalised: (loss, { reals, fakes, realScores, fakeScores }) => {
      const fakeSlopes = slopes(fakeScores, fakes);
      const atReals = ops.mean(squaredNorm(slopes(realScores, reals)));
      const penalty = ops.add(atReals, ops.mean(squaredNorm(fakeSlopes)));
      return { loss: ops.add(loss, ops.mul(penalty, ops.input('penaltyWeight', []))), penalty, fakeSlopes };
    },
    fakeRatio: ({ realScores, fakeScores }) => ops.neg(sigmoidRatio(ops.sub(realScores, fakeScores))),
  }),
} satisfies LossKind<typeof options>;
