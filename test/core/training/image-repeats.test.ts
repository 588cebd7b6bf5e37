// Rare attributes are shown more often: by how much, and how the sampler deals with it.
import { expect, test } from 'vitest';
import { attributeIndex, attributeNames } from '../../../src/core/attributes.ts';
import { createRandom } from '../../../src/core/math/random.ts';
import { EpochSampler } from '../../../src/core/training/epoch-sampler.ts';
import { imageRepeatsOf } from '../../../src/core/training/image-repeats.ts';

test('an image counts by the rarest of its rare attributes, between once and three times', () => {
  const labels = new Uint8Array(1000 * attributeNames.length);
  const give = (name: string, from: number, to: number) => {
    for (let row = from; row < to; row++) labels[row * attributeNames.length + attributeIndex(name)] = 1;
  };
  give('Smiling', 0, 500);
  give('Eyeglasses', 0, 40); // √(0.1 / 0.04) = 1.58
  give('Bald', 30, 32); // √(0.1 / 0.002) = 7.1, at most 3
  give('Sideburns', 100, 300); // 20 %: not rare
  const weights = imageRepeatsOf(labels, attributeNames);
  expect(weights[0]).toBeCloseTo(Math.sqrt(2.5), 6);
  expect(weights[30]).toBe(3);
  expect(weights[200]).toBe(1);
  expect(weights[600]).toBe(1);
});

test("of attributes of one's own, every rare one counts", () => {
  const labels = new Uint8Array(1000 * 2);
  for (let row = 0; row < 40; row++) labels[row * 2 + 1] = 1;
  for (let row = 40; row < 600; row++) labels[row * 2] = 1;
  const weights = imageRepeatsOf(labels, ['tall', 'scarf']);
  expect([weights[0], weights[100], weights[900]].map(weight => weight!.toFixed(3))).toEqual([
    '1.581',
    '1.000',
    '1.000',
  ]);
});

test("rare attributes of one's own count beside those of CelebA", () => {
  const labels = new Uint8Array(1000 * 3);
  for (let row = 0; row < 40; row++) labels[row * 3 + 1] = 1;
  for (let row = 40; row < 80; row++) labels[row * 3 + 2] = 1;
  const weights = imageRepeatsOf(labels, ['Bald', 'scarf', 'Rosy_Cheeks']);
  expect([weights[0], weights[40]].map(weight => weight!.toFixed(3))).toEqual(['1.581', '1.000']);
});

test('an epoch shows each image as often as its weight says, and goes on in its middle', () => {
  const start = { epoch: createRandom(3).state(), position: 0 };
  const weights = Float32Array.of(1, 2.5, 1, 3);
  const sampler = new EpochSampler(4, start, weights);
  const counts = [0, 0, 0, 0];
  const draws = 75_000; // ten thousand epochs of 7 or 8
  for (const index of sampler.next(draws)) counts[index]!++;
  counts.forEach((count, index) => {
    expect(count / draws).toBeCloseTo(weights[index]! / 7.5, 2);
  });
  const state = sampler.state();
  expect(new EpochSampler(4, state, weights).next(40)).toEqual(sampler.next(40));
});
