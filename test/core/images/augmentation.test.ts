// Training images change as asked and no more, and the same random numbers change them alike.
import { expect, test } from 'vitest';
import { type Augmentation, augmentedBatch } from '../../../src/core/images/augmentation.ts';
import { normalisedBatch, type StoredImages } from '../../../src/core/images/image-set.ts';
import { createRandom } from '../../../src/core/math/random.ts';

const side = 8;
const area = side * side;
const random = createRandom(1);
const images: StoredImages = {
  resolution: side,
  count: 3,
  pixels: Uint8Array.from({ length: 3 * 3 * area }, () => random.integer(256)),
};
const none: Augmentation = { mirror: false, shift: 0, jitter: 0, cutout: 0 };
const batch = (change: Partial<Augmentation>, seed = 0, indices = [2, 0]) =>
  augmentedBatch(images, indices, { ...none, ...change }, createRandom(seed));
const seeds = Array.from({ length: 40 }, (_, seed) => seed);

test('without any change they are the images themselves', () => {
  expect(batch({})).toEqual(normalisedBatch(images, [2, 0], () => false));
});

test('mirrored they are one of two', () => {
  const both = [false, true].map(mirror => [...normalisedBatch(images, [1], () => mirror)]);
  const seen = seeds.map(seed =>
    both.findIndex(image => String(image) === String([...batch({ mirror: true }, seed, [1])])),
  );
  expect(new Set(seen)).toEqual(new Set([0, 1]));
});

test('shifted they repeat their edge, and each way comes up', () => {
  const [plain] = [batch({}, 0, [1])];
  const at = (image: Float32Array, row: number, column: number) => {
    const inside = (place: number) => Math.min(Math.max(place, 0), side - 1);
    return image[inside(row) * side + inside(column)]!;
  };
  const ways = new Set<string>();
  for (const seed of seeds) {
    const moved = batch({ shift: 1 }, seed, [1]);
    const found = [-1, 0, 1].flatMap(down => [-1, 0, 1].map(right => [down, right] as const));
    const way = found.filter(([down, right]) =>
      Array.from({ length: area }, (_, i) => i).every(
        i => at(moved, i >> 3, i & 7) === at(plain!, (i >> 3) + down, (i & 7) + right),
      ),
    );
    expect(way).toHaveLength(1);
    ways.add(String(way[0]));
  }
  expect(ways.size).toBe(9);
});

test('lit otherwise, each image is changed by one contrast, saturation and brightness', () => {
  for (const seed of seeds.slice(0, 10)) {
    const [before, after] = [batch({}, 0, [1]), batch({ jitter: 0.2 }, seed, [1])];
    expect(after.every(value => value >= -1 && value <= 1)).toBe(true);
    // Where nothing was cut off, differences of two colours of a pixel all shrink or grow alike.
    const ratios = Array.from({ length: area }, (_, at) => at)
      .filter(at => [0, 1, 2].every(plane => Math.abs(after[plane * area + at]!) < 1))
      .filter(at => Math.abs(before[at]! - before[at + area]!) > 0.1)
      .map(at => (after[at]! - after[at + area]!) / (before[at]! - before[at + area]!));
    expect(ratios.length).toBeGreaterThan(10);
    for (const ratio of ratios) expect(ratio).toBeCloseTo(ratios[0]!, 4);
    expect(ratios[0]).toBeGreaterThan(0.8 * 0.8);
    expect(ratios[0]).toBeLessThan(1.2 * 1.2);
    expect(after).not.toEqual(before);
  }
});

test('a square of each image is hidden, in all colours, cut where it leaves the image', () => {
  for (const seed of seeds) {
    const image = batch({ cutout: 4 }, seed, [1]);
    const before = batch({}, 0, [1]);
    const hidden = Array.from({ length: area }, (_, at) => at).filter(at => image[at] === 0 && before[at] !== 0);
    for (const plane of [1, 2]) for (const at of hidden) expect(image[plane * area + at]).toBe(0);
    const rows = hidden.map(at => at >> 3);
    const columns = hidden.map(at => at & 7);
    const extent = (places: number[]) => Math.max(...places) - Math.min(...places) + 1;
    expect(hidden).toHaveLength(extent(rows) * extent(columns));
    expect(Math.max(extent(rows), extent(columns))).toBeLessThanOrEqual(4);
    expect(Math.min(extent(rows), extent(columns))).toBeGreaterThanOrEqual(2);
  }
});

test('what is not hidden, and the images of the set, stay as they were', () => {
  const before = images.pixels.slice();
  const all = { mirror: true, shift: 3, jitter: 0.3, cutout: 3 };
  expect(batch(all, 5)).toEqual(batch(all, 5));
  expect(batch(all, 5)).not.toEqual(batch(all, 6));
  expect(images.pixels).toEqual(before);
});
