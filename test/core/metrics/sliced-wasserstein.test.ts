// The distance tells sets of pictures apart by their texture at each scale, and by nothing else.
import { expect, test } from 'vitest';
import { createRandom, normals } from '../../../src/core/math/random.ts';
import { type FloatImages, slicedWasserstein } from '../../../src/core/metrics/sliced-wasserstein.ts';
import { cpuDevice } from '../../../src/node/io/device.ts';

const side = 32;
const count = 64;
const noise = (seed: number): FloatImages => ({
  resolution: side,
  count,
  values: normals(createRandom(seed), count * 3 * side * side),
});
const mapped = (images: FloatImages, f: (value: number, at: number) => number): FloatImages => ({
  ...images,
  values: images.values.map(f),
});
const distance = (a: FloatImages, b: FloatImages) => slicedWasserstein(cpuDevice(1), a, b, createRandom(7));

test('two draws of one distribution are near, another texture is far, at every level', async () => {
  const a = noise(1);
  const stripes = mapped(noise(3), (value, at) => 0.3 * value + Math.sin(at % side));
  const near = await distance(a, noise(2));
  const far = await distance(a, stripes);
  expect(Object.keys(near)).toEqual(['16', '32']);
  for (const level of [16, 32]) {
    expect(near[level]).toBeLessThan(40);
    expect(far[level]).toBeGreaterThan(5 * near[level]!);
  }
});

test('brightness and contrast of a whole set do not count', async () => {
  const [a, b] = [noise(1), noise(2)];
  const plain = await distance(a, b);
  const changed = await distance(
    mapped(a, value => 3 * value + 5),
    b,
  );
  for (const level of [16, 32]) expect(changed[level]).toBeCloseTo(plain[level]!, 2);
});
