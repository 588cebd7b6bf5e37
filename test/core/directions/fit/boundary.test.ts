// Fitting one attribute's boundary end to end: the planted truth, its metrics, its control.
import { describe, expect, test } from 'vitest';
import { type Boundary, type BoundaryFit, fitBoundary } from '../../../../src/core/directions/fit/boundary.ts';
import { cosine, dot, length } from '../../../../src/core/math/linear-algebra.ts';
import { createRandom, normals } from '../../../../src/core/math/random.ts';
import { plant } from './planted.ts';

function fitted(fit: BoundaryFit): Boundary {
  if (!fit.controllable) throw new Error(fit.reason);
  return fit.boundary;
}

describe('a planted hyperplane', () => {
  const planted = plant(1, 20_000, 32, 0, -0.5);
  const { latents, size, logits, normal } = planted;

  test('is found from the confident 2 %, and separates the faces it never saw', () => {
    const boundary = fitted(fitBoundary('Smiling', latents, size, logits));
    expect(length(boundary.normal)).toBeCloseTo(1, 12);
    expect(cosine(boundary.normal, normal)).toBeGreaterThan(0.95);
    const { metrics } = boundary;
    expect(metrics.dataSize).toBe(800);
    expect([metrics.training.count, metrics.test.count, metrics.heldOut.count]).toEqual([560, 240, 19_440]);
    expect(metrics.training.accuracy).toBe(1);
    expect(metrics.test).toMatchObject({ accuracy: 1, majorityBaseline: 0.5, balancedAccuracy: 1, f1: 1, auc: 1 });
    expect(metrics.heldOut.auc).toBeGreaterThan(0.97);
    expect(metrics.heldOut.accuracy).toBeGreaterThan(metrics.heldOut.majorityBaseline + 0.1);
    expect(metrics.positives / metrics.faces).toBeCloseTo(0.31, 1);
    expect(metrics.converged).toBe(true);
    expect(metrics.stability).toBeGreaterThan(0.9);
    expect(metrics.stability).toBeLessThan(1);
    expect(metrics.intervals).toEqual({ accuracy: { low: 1, high: 1 }, f1: { low: 1, high: 1 } });
  });

  test('is found with its intercept from all faces', () => {
    const boundary = fitted(
      fitBoundary('Smiling', latents, size, logits, { samples: 'all', control: false, maxIterations: 200 }),
    );
    expect(cosine(boundary.normal, normal)).toBeGreaterThan(0.999);
    expect(boundary.intercept).toBeCloseTo(-0.5, 1);
    expect(boundary.metrics.dataSize).toBe(20_000);
    expect(boundary.metrics.test.accuracy).toBeGreaterThan(0.98);
    expect(boundary.metrics.shuffled).toBeNull();
    expect(boundary.metrics.stability).toBeNull();
    const { low, high } = boundary.metrics.intervals.accuracy;
    expect(low).toBeLessThan(boundary.metrics.test.accuracy);
    expect(high).toBeGreaterThan(boundary.metrics.test.accuracy);
    expect(high - low).toBeLessThan(0.02);
  });

  test('of a rare attribute is found among what comes with it: the surest faces without it are the opposite of that', () => {
    const other = plant(1, 20_000, 32, 0, 0); // the same latents and normal
    const along = Float64Array.from(other.normal, (_, i) => (i === 0 ? 1 : 0));
    const across = along.map((value, i) => value - other.normal[0]! * other.normal[i]!);
    const rareNormal = across.map(value => value / length(across));
    // One face in twenty shows it. The classifier says the surer no the less they show of `other`.
    const rare = other.logits.map((score, i) => {
      const distance = dot(rareNormal, other.latents.subarray(32 * i, 32 * (i + 1)));
      return distance > 1.6 ? 5 + distance : -5 + score;
    });
    const normalOf = (samples: 'confident' | 'matched') =>
      fitted(fitBoundary('Eyeglasses', other.latents, 32, rare, { samples, others: [other.logits], control: false }))
        .normal;
    expect(cosine(normalOf('confident'), rareNormal)).toBeLessThan(0.8);
    expect(cosine(normalOf('matched'), rareNormal)).toBeGreaterThan(0.95);
    expect(Math.abs(cosine(normalOf('matched'), other.normal))).toBeLessThan(0.25);
    expect(cosine(normalOf('confident'), other.normal)).toBeGreaterThan(0.5);
  });

  test('points toward more: turned logits give the turned normal', () => {
    const turned = fitted(
      fitBoundary(
        'Smiling',
        latents,
        size,
        logits.map(logit => -logit),
      ),
    );
    expect(cosine(turned.normal, normal)).toBeLessThan(-0.95);
  });

  test('follows the classifier’s threshold', () => {
    const { metrics } = fitted(fitBoundary('Smiling', latents, size, logits, { threshold: 1, control: false }));
    expect(metrics.positives).toBe(logits.filter(logit => logit > 1).length);
  });

  test('is the same whichever attribute was fitted before, and another split for another seed', () => {
    const once = fitted(fitBoundary('Young', latents, size, logits, { control: false }));
    const again = fitted(fitBoundary('Young', latents, size, logits));
    expect(again.normal).toEqual(once.normal);
    const reseeded = fitted(fitBoundary('Young', latents, size, logits, { control: false, seed: 1 }));
    expect(reseeded.normal).not.toEqual(once.normal);
  });
});

test('repeated splits give the range of the test figures', () => {
  const { latents, size, logits } = plant(6, 3000, 32);
  const noise = normals(createRandom(7), 3000);
  const noisy = logits.map((logit, i) => logit + 3 * noise[i]!);
  const at = (seed: number, repeats: number) =>
    fitted(fitBoundary('Young', latents, size, noisy, { seed, repeats, control: false })).metrics;
  const single = [30, 31, 32].map(seed => at(seed, 1).test.accuracy);
  const { intervals } = at(10, 3);
  expect(intervals.accuracy).toEqual({ low: Math.min(...single), high: Math.max(...single) });
  expect(intervals.accuracy.high).toBeGreaterThan(intervals.accuracy.low);
  expect(at(10, 1).stability).toBeNull();
  expect(at(11, 3).intervals).not.toEqual(intervals); // another seed shares no split
});

test('shuffled labels separate at chance', () => {
  const { latents, size, logits } = plant(2, 20_000, 32);
  const accuracies = [0, 1, 2, 3, 4].map(seed => {
    const { metrics } = fitted(fitBoundary('Smiling', latents, size, logits, { seed }));
    return metrics.shuffled!.accuracy;
  });
  // One test set of 240 faces may stray by 0.1; the mean of five may not.
  expect(Math.abs(accuracies.reduce((sum, x) => sum + x, 0) / 5 - 0.5)).toBeLessThan(0.1);
});

test('logits that have nothing to do with the latents separate at chance', () => {
  const { latents, size } = plant(3, 5000, 32);
  const { logits } = plant(4, 5000, 32);
  const { metrics } = fitted(fitBoundary('Smiling', latents, size, logits, { control: false }));
  expect(Math.abs(metrics.heldOut.auc - 0.5)).toBeLessThan(0.05);
});

test('a class of fewer than 20 faces gives a reason in place of a boundary', () => {
  const { latents, size, logits } = plant(5, 5000, 8);
  const fit = fitBoundary('Bald', latents, size, logits, { threshold: 1000 });
  expect(fit).toEqual({
    controllable: false,
    attribute: 'Bald',
    reason: 'only 0 of 5000 generated faces are labelled with it; at least 20 are needed',
  });
});

test('arrays that do not fit together are our bug', () => {
  expect(() => fitBoundary('Bald', new Float32Array(10), 4, new Float32Array(3))).toThrow(RangeError);
});
