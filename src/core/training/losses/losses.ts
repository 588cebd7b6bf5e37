// Every adversarial loss by its name, and the terms of both networks made from it.
import * as ops from '../../graph/ops.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { AdversarialLoss, Critic, LossTerms, Penalised, Scored } from './adversarial.ts';
import { type LogisticR1, logisticR1 } from './logistic-r1.ts';
import { type RelativisticR1R2, relativisticR1R2 } from './relativistic-r1-r2.ts';
import { type WganGp, wganGp } from './wgan-gp.ts';

export const ganLossNames = ['logistic-r1', 'relativistic-r1-r2', 'wgan-gp'] as const;
export type GanLoss = LogisticR1 | RelativisticR1R2 | WganGp;

export function adversarialLoss(options: GanLoss): AdversarialLoss {
  switch (options.kind) {
    case 'wgan-gp':
      return wganGp(options);
    case 'logistic-r1':
      return logisticR1(options);
    case 'relativistic-r1-r2':
      return relativisticR1R2(options);
  }
}

export function scored(critic: Critic, reals: Tensor, fakes: Tensor): Scored {
  return { critic, reals, fakes, realScores: critic(reals), fakeScores: critic(fakes) };
}

type DiscriminatorLoss = LossTerms & Pick<Penalised, 'fakeSlopes'>;

/** @param penalise whether this step carries the penalty of a logistic loss; WGAN-GP always has its own. */
export function discriminatorLoss(options: GanLoss, images: Scored, penalise: boolean): DiscriminatorLoss {
  const { discriminator, penalised } = adversarialLoss(options);
  const metrics = { realScore: ops.mean(images.realScores), fakeScore: ops.mean(images.fakeScores) };
  const adversarial = discriminator(images);
  if (!penalise && options.kind !== 'wgan-gp') return { loss: adversarial, metrics };
  const { penalty, ...terms } = penalised(adversarial, images);
  return { ...terms, metrics: { ...metrics, penalty } };
}

export function generatorLoss(options: GanLoss, images: Pick<Scored, 'realScores' | 'fakeScores'>): Tensor {
  return adversarialLoss(options).generator(images);
}
