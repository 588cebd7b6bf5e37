// Latents are standard normal, repeatable, and brought to the generator's length.
import { expect, test } from 'vitest';
import { dot, length } from '../../../src/core/math/linear-algebra.ts';
import { createRandom } from '../../../src/core/math/random.ts';
import { normaliseLatents, sampleLatents } from '../../../src/core/models/latents.ts';

test('the same seed draws the same latents, in one piece or row by row', () => {
  const whole = sampleLatents(createRandom(5), 3, 7);
  const random = createRandom(5);
  const rows = [0, 1, 2].flatMap(() => [...sampleLatents(random, 1, 7)]);
  expect([...whole]).toEqual(rows);
});

test('raw latents have length about √size, and their directions are independent', () => {
  const [size, count] = [512, 40];
  const latents = sampleLatents(createRandom(6), count, size);
  const row = (i: number) => latents.subarray(i * size, (i + 1) * size);
  const squares = Array.from({ length: count }, (_, i) => dot(row(i), row(i)) / size);
  expect(squares.reduce((sum, x) => sum + x, 0) / count).toBeCloseTo(1, 1);
  expect(Math.abs(dot(row(0), row(1)) / size)).toBeLessThan(0.2);
});

test('normalised latents have length √size and the raw ones’ direction', () => {
  const raw = sampleLatents(createRandom(7), 2, 128);
  const kept = raw.slice();
  const normalised = normaliseLatents(raw, 128);
  expect(raw).toEqual(kept);
  for (const start of [0, 128]) {
    const row = normalised.subarray(start, start + 128);
    expect(length(row)).toBeCloseTo(Math.sqrt(128), 5);
    expect(row[5]! / row[9]!).toBeCloseTo(raw[start + 5]! / raw[start + 9]!, 4);
  }
  expect(() => normaliseLatents(new Float32Array(4), 4)).toThrow(
    /each latent must have a direction; row 0 has the length 0/,
  );
});
