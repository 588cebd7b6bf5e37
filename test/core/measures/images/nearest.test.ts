// Distances to the nearest image: a copy is at zero, mirrored or not, and all others are where counting puts them.
import { expect, test } from 'vitest';
import { createRandom } from '../../../../src/core/math/random.ts';
import { nearestDistances } from '../../../../src/core/measures/images/nearest.ts';
import { openDevice } from '../../../../src/node/devices/device.ts';

const side = 4;
const size = 3 * side * side;
const random = createRandom(1);
const images = (count: number) => ({
  resolution: side,
  count,
  pixels: Uint8Array.from({ length: count * size }, () => random.integer(256)),
});
const mirror = (pixels: Uint8Array) => pixels.map((_, at) => pixels[at - (at % side) + side - 1 - (at % side)]!);

test('what counting pixel by pixel gives, over blocks that are not full', async () => {
  const device = await openDevice({ device: 'cpu', threads: 1 });
  const [queries, references] = [images(300), images(1100)];
  queries.pixels.set(references.pixels.subarray(1050 * size, 1051 * size), 0);
  queries.pixels.set(mirror(references.pixels.subarray(7 * size, 8 * size)), size);
  const found = await nearestDistances(device, queries, references);
  expect(found[0]).toBeLessThan(0.1);
  expect(found[1]).toBeLessThan(0.1);
  for (const query of [2, 255, 256, 299]) {
    const own = queries.pixels.subarray(query * size, (query + 1) * size);
    let nearest = Number.POSITIVE_INFINITY;
    for (const turned of [own, mirror(own)]) {
      for (let r = 0; r < references.count; r++) {
        let square = 0;
        for (let p = 0; p < size; p++) square += (turned[p]! - references.pixels[r * size + p]!) ** 2;
        nearest = Math.min(nearest, Math.sqrt(square / size));
      }
    }
    expect(found[query]).toBeCloseTo(nearest, 3);
  }
});
