// The logistic loss: real or generated, image by image, with a penalty on the slope at real images (Mescheder et al. 2018).
import { z } from 'zod';
import * as ops from '../../graph/ops.ts';
import { halfCosine } from '../half-cosine.ts';
import {
  type AdversarialLoss,
  type LossKind,
  type LossProgress,
  sigmoidRatio,
  slopes,
  squaredNorm,
} from './adversarial.ts';

/** The penalty's options, which both logistic losses have. */
const options = {
  gamma: z.number().min(0).describe('weight of the gradient penalty at real images (logistic losses)'),
  finalGamma: z.number().min(0).describe('weight that --gamma falls to over --gamma-kimg (logistic losses)'),
  gammaKimg: z
    .number()
    .min(0)
    .describe('thousand images at the final resolution over which --gamma falls to --final-gamma; 0: it stays'),
  scaleGamma: z.boolean().describe('whether --gamma is less at smaller images, by their share of pixels'),
  penaltyInterval: z.int().min(1).describe('discriminator steps between penalties (logistic losses)'),
};
export type SlopePenaltyOptions = Readonly<z.output<z.ZodObject<typeof options>>>;

/**
 * The penalty's schedule. Every k-th step carries it, k times as strong (lazy, as in StyleGAN2); γ falls along a half
 * cosine at the final resolution.
 */
export function slopePenalty({ gamma, finalGamma, gammaKimg, scaleGamma, penaltyInterval }: SlopePenaltyOptions) {
  const gammaAt = ({ finalKimg, pixelShare }: LossProgress) => {
    const [end, left] = gammaKimg > 0 ? [finalGamma, halfCosine(Math.min(1, finalKimg / gammaKimg))] : [gamma, 1];
    return (end + (gamma - end) * left) * (scaleGamma ? pixelShare : 1);
  };
  return {
    interval: penaltyInterval,
    penaltyWeight: (progress: LossProgress) => (gammaAt(progress) / 2) * penaltyInterval,
  };
}

export const logisticR1 = {
  about: 'about half the work of wgan-gp',
  options,
  create: (given): AdversarialLoss => ({
    ...slopePenalty(given),
    discriminator: ({ realScores, fakeScores }) =>
      ops.add(ops.mean(ops.softplus(ops.neg(realScores))), ops.mean(ops.softplus(fakeScores))),
    generator: ({ fakeScores }) => ops.mean(ops.softplus(ops.neg(fakeScores))),
    penalised: (loss, { reals, realScores }) => {
      const penalty = ops.mean(squaredNorm(slopes(realScores, reals)));
      return { loss: ops.add(loss, ops.mul(penalty, ops.input('penaltyWeight', []))), penalty };
    },
    fakeRatio: ({ fakeScores }) => ops.neg(sigmoidRatio(ops.neg(fakeScores))),
  }),
} satisfies LossKind<typeof options>;
