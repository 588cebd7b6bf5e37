// Growth as a pure function of the images shown.
import { describe, expect, test } from 'vitest';
import {
  emaDecay,
  endKimg,
  type Fall,
  growingKimg,
  lossProgress,
  scheduleAt,
  type TrainingPlan,
} from '../../../src/core/training/gan/schedule.ts';
import { logisticR1 } from '../../../src/core/training/losses/logistic-r1.ts';

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

test('a fall sets out from the rate that the training had come to', () => {
  const rate = (kimg: number, fall?: Fall) => scheduleAt(kimg * 1000, plan, fall).learningRate;
  const fall = { startKimg: 15, endKimg: 35, rate: rate(15) };
  expect(rate(15, fall)).toBeCloseTo(rate(15), 12);
  expect(rate(25, fall)).toBeCloseTo((rate(15) + 0.0001) / 2, 12);
  expect(rate(35, fall)).toBeCloseTo(0.0001, 12);
  expect(rate(30, { startKimg: 30, endKimg: 40 })).toBe(0.001);
});

test('a fall that is longer than the training takes all of it', () => {
  const rate = (kimg: number) => scheduleAt(kimg * 1000, { ...plan, decayKimg: 200 }).learningRate;
  expect(rate(0)).toBe(0.001);
  expect(rate(10)).toBeCloseTo(0.00055, 9);
  expect(rate(20)).toBeCloseTo(0.0001, 9);
});

describe('rates of a long training', () => {
  const long: TrainingPlan = {
    ...plan,
    startResolution: 8,
    resolution: 32,
    fadeKimg: 0,
    growKimg: [2, 4],
    totalKimg: 100,
    warmupKimg: 1,
    decay: 'cosine',
    finalRate: 0.0001,
    decayKimg: 0,
  };
  const rate = (kimg: number, fall?: Fall) => scheduleAt(kimg * 1000, long, fall).learningRate;

  test('each resolution has a length of its own, without a fade', () => {
    expect([0, 1.9, 2, 5.9, 6, 50].map(kimg => scheduleAt(kimg * 1000, long).resolution)).toEqual([
      8, 8, 16, 16, 32, 32,
    ]);
    expect(growingKimg(long)).toBe(6);
  });

  test('the rate warms up, stays, and falls along a half cosine once a fall is begun', () => {
    expect(rate(0.5)).toBeCloseTo(0.0005, 12);
    expect(rate(99)).toBe(0.001);
    const fall = { startKimg: 40, endKimg: 60 };
    expect(rate(40, fall)).toBe(0.001);
    expect(rate(50, fall)).toBeCloseTo(0.00055, 12);
    expect(rate(60, fall)).toBeCloseTo(0.0001, 12);
    expect(endKimg(long, fall)).toBe(60);
  });

  test('γ falls at the final resolution, and scales with the pixels', () => {
    const falling = { gamma: 2, finalGamma: 0.4, gammaKimg: 10, scaleGamma: true, penaltyInterval: 4 };
    // A penalty is γ/2, times the steps from one to the next.
    const gamma = (kimg: number, given = falling) => {
      const { penaltyWeight, interval } = logisticR1.create(given);
      return (2 * penaltyWeight!(lossProgress(kimg * 1000, long))) / interval;
    };
    expect(gamma(0)).toBeCloseTo(2 / 16, 12);
    expect(gamma(3)).toBeCloseTo(2 / 4, 12);
    expect(gamma(6)).toBe(2);
    expect(gamma(11)).toBeCloseTo(1.2, 12);
    expect(gamma(90)).toBeCloseTo(0.4, 12);
    const steady = { gamma: 0.3, finalGamma: 0.1, gammaKimg: 0, scaleGamma: false, penaltyInterval: 8 };
    expect([0, 6, 90].map(kimg => gamma(kimg, steady))).toEqual([0.3, 0.3, 0.3]);
  });
});
