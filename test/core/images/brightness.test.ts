// Brightness of faces: the luma of the middle, whatever hair and background are like.
import { expect, test } from 'vitest';
import { faceBrightness } from '../../../src/core/images/brightness.ts';

/** One 8×8 picture: its colour in the middle 4×4, another round it. */
function picture(middle: readonly number[], around: readonly number[]): number[] {
  return [0, 1, 2].flatMap(channel =>
    Array.from({ length: 64 }, (_, at) => {
      const [x, y] = [at % 8, Math.floor(at / 8)];
      return (x >= 2 && x < 6 && y >= 2 && y < 6 ? middle : around)[channel]!;
    }),
  );
}

test('is the luma of the middle', () => {
  const pictures = [
    picture([1, 1, 1], [-1, -1, -1]),
    picture([1, 0, 0], [1, 1, 1]),
    picture([0, 1, 0], [-1, 0, 1]),
    picture([0, 0, 1], [0, 0, 0]),
  ];
  const found = faceBrightness(Float32Array.from(pictures.flat()), 8);
  for (const [at, expected] of [1, 0.299, 0.587, 0.114].entries()) expect(found[at]).toBeCloseTo(expected, 6);
  expect(found).toHaveLength(4);
});
