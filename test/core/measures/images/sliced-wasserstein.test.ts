// The distance agrees with SciPy, and tells sets of pictures apart by their texture at each scale and by nothing else.
import { describe, expect, test } from 'vitest';
import { UserError } from '../../../../src/core/errors.ts';
import type { StoredImages } from '../../../../src/core/images/image-set.ts';
import { createRandom, normals } from '../../../../src/core/math/random.ts';
import { slicedWasserstein, swdLevels } from '../../../../src/core/measures/images/sliced-wasserstein.ts';
import { cpuDevice } from '../../../../src/node/devices/device.ts';
import reference from '../../../fixtures/metrics.json' with { type: 'json' };
import { lcg, pictures } from './pictures.ts';

describe('against NumPy and SciPy (tools/reference/metrics.py)', () => {
  test.each(reference.cases)('$name', async ({ resolution, count, sets, seed, slicedWasserstein: expected }) => {
    const [a, b] = sets.map(source => pictures(resolution, count, source)) as [StoredImages, StoredImages];
    const { levels, average } = await slicedWasserstein(cpuDevice(1), a, b, lcg(seed));
    expect(Object.keys(levels)).toEqual(Object.keys(expected).toSorted((x, y) => Number(x) - Number(y)));
    for (const [level, value] of Object.entries(expected)) {
      expect(Math.abs(levels[Number(level)]! / value - 1)).toBeLessThan(1e-5);
    }
    const sum = Object.values(expected).reduce((total, value) => total + value);
    expect(Math.abs((average * Object.keys(expected).length) / sum - 1)).toBeLessThan(1e-5);
  });
});

const side = 32;
const count = 64;
/** Noise about 32, within 0 … 63: there is room for another brightness and contrast. */
const noise = (seed: number): StoredImages => {
  const drawn = normals(createRandom(seed), count * 3 * side * side);
  return {
    resolution: side,
    count,
    pixels: Uint8Array.from(drawn, value => Math.min(63, Math.max(0, 32 + 10 * value))),
  };
};
const mapped = (images: StoredImages, f: (value: number, at: number) => number): StoredImages => ({
  ...images,
  pixels: images.pixels.map(f),
});
const distance = (a: StoredImages, b: StoredImages) => slicedWasserstein(cpuDevice(1), a, b, createRandom(7));

test('two draws of one distribution are near, another texture is far, at every level', async () => {
  const a = noise(1);
  const stripes = mapped(noise(3), (value, at) => 0.3 * value + 10 * Math.sin(at % side) + 10);
  const near = await distance(a, noise(2));
  const far = await distance(a, stripes);
  expect(Object.keys(near.levels)).toEqual(['16', '32']);
  for (const level of [16, 32]) {
    expect(near.levels[level]).toBeLessThan(40);
    expect(far.levels[level]).toBeGreaterThan(5 * near.levels[level]!);
  }
});

test('brightness and contrast of a whole set do not count', async () => {
  const [a, b] = [noise(1), noise(2)];
  const plain = await distance(a, b);
  const changed = await distance(
    mapped(a, value => 3 * value + 5),
    b,
  );
  for (const level of [16, 32]) expect(changed.levels[level]).toBeCloseTo(plain.levels[level]!, 2);
});

test('a set without variation is at a finite distance', async () => {
  const black = mapped(noise(1), () => 0);
  expect((await distance(black, noise(2))).average).toBeGreaterThan(100);
  expect((await distance(black, black)).average).toBe(0);
});

test('the tick counts the blocks of directions and can end it', async () => {
  const small = pictures(16, 2, { seed: 1, noiseSeed: 2, contrast: 2 });
  const calls: number[] = [];
  await slicedWasserstein(cpuDevice(1), small, small, createRandom(1), (done, total) => void calls.push(done / total));
  expect(calls).toEqual([0.25, 0.5, 0.75, 1]);
  const stop = () => Promise.reject(new Error('stopped'));
  await expect(slicedWasserstein(cpuDevice(1), small, small, createRandom(1), stop)).rejects.toThrow('stopped');
});

test('sides that have no levels are refused, sets that do not match are our bug', async () => {
  expect(swdLevels(64)).toEqual([64, 32, 16]);
  for (const wrong of [8, 48, 0]) expect(() => swdLevels(wrong)).toThrow(UserError);
  await expect(distance(noise(1), { ...noise(1), count: 3 })).rejects.toThrow(RangeError);
});
