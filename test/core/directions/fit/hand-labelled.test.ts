// A boundary from a few labels, and whether its own estimate of its worth meets the planted truth.
import { expect, test } from 'vitest';
import { fitHandLabelled } from '../../../../src/core/directions/fit/hand-labelled.ts';
import { UserError } from '../../../../src/core/errors.ts';
import { cosine, length } from '../../../../src/core/math/linear-algebra.ts';
import { createRandom } from '../../../../src/core/math/random.ts';
import { mean } from '../../../../src/core/math/statistics.ts';
import { plant } from './planted.ts';

test('what it expects of its direction is what the planted one shows, for few labels and for many', () => {
  for (const [count, size] of [
    [60, 64],
    [400, 64],
  ] as const) {
    const trials = [1, 2, 3, 4, 5, 6].map(seed => {
      const { latents, labels, normal } = plant(seed, count, size, 0.1);
      const { normal: found, metrics } = fitHandLabelled('dimples', latents, size, labels);
      expect(length(found)).toBeCloseTo(1, 12);
      return { truth: cosine(found, normal), expected: metrics.expectedCosine, metrics };
    });
    const [truth, expected] = [mean(trials.map(t => t.truth)), mean(trials.map(t => t.expected))];
    expect(Math.abs(truth - expected)).toBeLessThan(0.12);
    expect(truth).toBeGreaterThan(count === 60 ? 0.3 : 0.75);
    for (const { metrics } of trials) {
      expect(metrics.interval.low).toBeLessThan(metrics.accuracy);
      expect(metrics.interval.high).toBeGreaterThan(metrics.accuracy);
    }
  }
});

test('labels that have nothing to do with the faces are told', () => {
  const random = createRandom(7);
  const trials = [1, 2, 3, 4].map(seed => {
    const { latents } = plant(seed, 60, 64);
    return fitHandLabelled(
      'noise',
      latents,
      64,
      Uint8Array.from({ length: 60 }, () => random.integer(2)),
    ).metrics;
  });
  expect(Math.abs(mean(trials.map(metrics => metrics.accuracy)) - 0.5)).toBeLessThan(0.12);
  expect(mean(trials.map(metrics => metrics.expectedCosine))).toBeLessThan(0.3);
});

test('fewer than 30 labels, or 5 of a kind, are refused', () => {
  const { latents, labels } = plant(1, 29, 8);
  expect(() => fitHandLabelled('x', latents, 8, labels)).toThrow(UserError);
  const rare = plant(1, 60, 8);
  expect(() => fitHandLabelled('x', rare.latents, 8, new Uint8Array(60).fill(1, 0, 4))).toThrow(
    /got 4 of 1 and 56 of 0/,
  );
});

test('faces that are all the same, as those of ψ 0 are, are refused: a direction between them would be NaN', () => {
  const { labels } = plant(1, 60, 8);
  expect(() => fitHandLabelled('x', new Float32Array(60 * 8), 8, labels)).toThrow(
    'x must be labelled on faces that differ; the latents of these 60 are the same. Label other faces',
  );
});
