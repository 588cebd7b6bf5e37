// The linear part of what networks answer: found exactly where there is nothing else.
import { expect, test } from 'vitest';
import { linearResponse } from '../../../src/core/calibration/linear-response.ts';
import { createRandom, normals } from '../../../src/core/math/random.ts';

const [n, size] = [400, 6];
const latents = normals(createRandom(1), n * size);

/** Column 0 is linear, column 1 half noise, column 2 constant. */
function logits(): Float32Array {
  const noise = normals(createRandom(2), n);
  return Float32Array.from({ length: n * 3 }, (_, at) => {
    const row = Math.floor(at / 3);
    const linear = 2 * latents[row * size]! - latents[row * size + 4]! + 7;
    return at % 3 === 0 ? linear : at % 3 === 1 ? linear + Math.sqrt(5) * noise[row]! : 3;
  });
}

test('slopes are those of the function, whatever its intercept', () => {
  const { slopes } = linearResponse(latents, size, logits(), 3);
  const expected = [2, 0, 0, 0, -1, 0];
  for (const [i, slope] of expected.entries()) {
    expect(slopes[0]![i]).toBeCloseTo(slope, 1.9);
    expect(Math.abs(slopes[1]![i]! - slope)).toBeLessThan(0.4);
    expect(slopes[2]![i]).toBeCloseTo(0, 10);
  }
});

test('fewer faces than dimensions still have an answer', () => {
  const { slopes } = linearResponse(latents.subarray(0, 3 * size), size, logits().subarray(0, 9), 3);
  expect(slopes.every(slope => slope.every(Number.isFinite))).toBe(true);
});

test('latents of 512 numbers, as the paper’s GANs have them, have an answer', () => {
  const many = normals(createRandom(3), 4 * 512);
  const { slopes } = linearResponse(many, 512, Float32Array.of(1, 2, 3, 4), 1);
  expect(slopes[0]!.every(Number.isFinite)).toBe(true);
});

test('arrays that do not fit together are refused', () => {
  expect(() => linearResponse(latents, size, new Float32Array(7), 3)).toThrow(RangeError);
});
