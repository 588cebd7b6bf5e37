// Growth as a pure function of the images shown.
import { describe, expect, test } from 'vitest';
import { emaDecay, scheduleAt, type TrainingPlan } from '../../../src/core/training/gan/schedule.ts';

const plan: TrainingPlan = {
  startResolution: 4,
  resolution: 16,
  fadeKimg: 2,
  stabiliseKimg: 1,
  totalKimg: 20,
  minibatch: 4,
  maxMinibatch: 12,
  learningRate: 0.001,
  decayKimg: 10,
};

test('each resolution fades in, then settles', () => {
  const at = (kimg: number) => {
    const { resolution, phase, alpha } = scheduleAt(kimg * 1000, plan);
    return [resolution, phase, alpha];
  };
  expect(at(0)).toEqual([4, 'stabilise', 1]);
  expect(at(0.999)).toEqual([4, 'stabilise', 1]);
  expect(at(1)).toEqual([8, 'fade', 0]);
  expect(at(2)).toEqual([8, 'fade', 0.5]);
  expect(at(3)).toEqual([8, 'stabilise', 1]);
  expect(at(4)).toEqual([16, 'fade', 0]);
  expect(at(5)).toEqual([16, 'fade', 0.5]);
  expect(at(6)).toEqual([16, 'stabilise', 1]);
  expect(at(19)).toEqual([16, 'stabilise', 1]);
});

test('nothing grows when it starts at the final resolution', () => {
  expect(scheduleAt(0, { ...plan, startResolution: 16 })).toMatchObject({ resolution: 16, alpha: 1 });
});

test('minibatches double at half the side, up to the bound', () => {
  expect([0, 3000, 6000].map(shown => scheduleAt(shown, plan).minibatch)).toEqual([12, 8, 4]);
});

test('the rate falls to a tenth over the last images', () => {
  const rate = (kimg: number) => scheduleAt(kimg * 1000, plan).learningRate;
  expect(rate(10)).toBe(0.001);
  expect(rate(15)).toBeCloseTo(0.00055, 9);
  expect(rate(20)).toBeCloseTo(0.0001, 9);
});

describe('the moving average', () => {
  test('keeps 0.999 per 16 images once much has been shown', () => {
    expect(emaDecay(10_000_000, 16)).toBeCloseTo(0.999, 9);
    expect(emaDecay(10_000_000, 4)).toBeCloseTo(0.999 ** 0.25, 9);
  });

  test('follows at once in the beginning, half-life at most 5 % of what was shown', () => {
    expect(emaDecay(0, 16)).toBe(0);
    expect(emaDecay(3200, 16)).toBeCloseTo(0.5 ** (16 / 160), 9);
  });
});
