// The logistic loss: real or generated, image by image, with a penalty on the slope at real images (Mescheder et al. 2018).
import { z } from 'zod';
import * as ops from '../../graph/ops.ts';
import { type AdversarialLoss, sigmoidRatio, slopes, squaredNorm } from './adversarial.ts';

export const logisticOptions = {
  gamma: z.number().min(0).describe('weight of the penalty (both logistic losses)'),
  finalGamma: z.number().min(0).describe('what gamma falls to over --gamma-kimg'),
  gammaKimg: z.number().min(0).describe('thousand images at the final resolution over which gamma falls; 0: it stays'),
  scaleGamma: z.boolean().describe('whether gamma is less at smaller images, by their share of pixels'),
  penaltyInterval: z.int().min(1).describe('discriminator steps between penalties (both logistic losses)'),
};

export interface LogisticR1 {
  readonly kind: 'logistic-r1';
  readonly gamma: number;
  /** γ falls to this along a half cosine, over so many thousand images at the final resolution; left out, it stays. */
  readonly finalGamma?: number;
  readonly gammaKimg?: number;
  /** Whether γ is less at smaller images, by their share of the final one's pixels. */
  readonly scaleGamma?: boolean;
  /** The penalty is applied at every k-th step, k times as strong (lazily, as in StyleGAN2). */
  readonly interval: number;
}

/** Fed: `penaltyWeight`, γ/2 · k. */
export function logisticR1({ interval }: Pick<LogisticR1, 'interval'>): AdversarialLoss {
  return {
    interval,
    discriminator: ({ realScores, fakeScores }) =>
      ops.add(ops.mean(ops.softplus(ops.neg(realScores))), ops.mean(ops.softplus(fakeScores))),
    generator: ({ fakeScores }) => ops.mean(ops.softplus(ops.neg(fakeScores))),
    penalised: (loss, { reals, realScores }) => {
      const penalty = ops.mean(squaredNorm(slopes(realScores, reals)));
      return { loss: ops.add(loss, ops.mul(penalty, ops.input('penaltyWeight', []))), penalty };
    },
    fakeRatio: ({ fakeScores }) => ops.neg(sigmoidRatio(ops.neg(fakeScores))),
  };
}
