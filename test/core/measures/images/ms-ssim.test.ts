// MS-SSIM against SciPy on the same pictures, and what a similarity must do by its meaning.
import { describe, expect, test } from 'vitest';
import { UserError } from '../../../../src/core/errors.ts';
import type { StoredImages } from '../../../../src/core/images/image-set.ts';
import { createRandom } from '../../../../src/core/math/random.ts';
import { createMsSsim, meanMsSsim } from '../../../../src/core/measures/images/ms-ssim.ts';
import reference from '../../../fixtures/metrics.json' with { type: 'json' };
import { lcg, picture, pictures } from './pictures.ts';

describe('against SciPy (tools/reference/metrics.py)', () => {
  test.each(reference.cases)('$name', async ({ resolution, count, sets, sums, seed, msSsim, meanMsSsim: expected }) => {
    const [a, b] = sets.map(source => pictures(resolution, count, source)) as [StoredImages, StoredImages];
    expect([a, b].map(({ pixels }) => pixels.reduce((sum, value) => sum + value, 0))).toEqual(sums);
    const similarity = createMsSsim(resolution);
    for (const [pair, value] of msSsim.entries()) {
      const found = similarity(picture(a, pair), picture(b, pair));
      expect(Math.abs(found - value)).toBeLessThanOrEqual(1e-9 * value);
    }
    const mean = await meanMsSsim(a, count / 2, lcg(seed));
    expect(Math.abs(mean / expected - 1)).toBeLessThan(1e-9);
  });
});

describe('two pictures', () => {
  const set = pictures(32, 2, { seed: 1, noiseSeed: 2, contrast: 3 });
  const [a, b] = [picture(set, 0), picture(set, 1)];
  const similarity = createMsSsim(32);

  test('are as similar one way as the other, and each to itself by exactly 1', () => {
    expect(similarity(a, b)).toBe(similarity(b, a));
    expect(similarity(a, a)).toBe(1);
    expect(similarity(b, b)).toBe(1);
  });

  test('are the less similar the more noise one has', () => {
    const random = createRandom(3);
    const noise = Float64Array.from(a, () => random.normal());
    const found = [0, 5, 10, 20, 40].map(strength =>
      similarity(a, new Uint8Array(Uint8ClampedArray.from(a, (value, at) => value + strength * noise[at]!))),
    );
    expect(found).toEqual(found.toSorted((x, y) => y - x));
    expect(found.at(-1)).toBeLessThan(0.7);
  });

  test('that are opposites have a similarity of 0, not a power of a negative number', () => {
    const opposite = a.map(value => 255 - value);
    expect(similarity(a, opposite)).toBe(0);
  });
});

describe('the mean over pairs', () => {
  const images = pictures(16, 5, { seed: 1, noiseSeed: 2, contrast: 1 });

  test('takes new pairs of two different images when all have been used', async () => {
    const calls: [number, number][] = [];
    const tick = (done: number, total: number) => void calls.push([done, total]);
    const mean = await meanMsSsim(images, 120, createRandom(1), tick);
    expect(mean).toBeGreaterThan(0);
    expect(mean).toBeLessThan(1); // an image with itself would be 1
    expect(calls).toEqual([
      [50, 120],
      [100, 120],
      [120, 120],
    ]);
    expect(await meanMsSsim(images, 120, createRandom(1))).toBe(mean);
  });

  test('ends with what the tick throws', async () => {
    const stop = () => {
      throw new Error('stopped');
    };
    await expect(meanMsSsim(images, 120, createRandom(1), stop)).rejects.toThrow('stopped');
  });

  test('of one image is our bug', async () => {
    const one = pictures(16, 1, { seed: 1, noiseSeed: 2, contrast: 1 });
    await expect(meanMsSsim(one, 1, createRandom(1))).rejects.toThrow(RangeError);
  });
});

test.each([8, 48])('images of side %d are refused', side => {
  expect(() => createMsSsim(side)).toThrow(UserError);
});
