// The two logistic losses with a penalty whose weight stays.
import { logisticR1 } from '../../src/core/training/losses/logistic-r1.ts';
import { relativisticR1R2 } from '../../src/core/training/losses/relativistic-r1-r2.ts';

const steady = { finalGamma: 0, gammaKimg: 0, scaleGamma: false };

export function logistic(gamma: number, penaltyInterval: number) {
  return logisticR1.create({ ...steady, gamma, penaltyInterval });
}

export function relativistic(gamma: number, penaltyInterval: number) {
  return relativisticR1R2.create({ ...steady, gamma, penaltyInterval });
}
