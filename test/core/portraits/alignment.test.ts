// Checks how the square around a face follows from its points, and how places go to and fro.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  boxCorners,
  boxFromClicks,
  boxFromPoints,
  cropPoints,
  cropToPhoto,
  parsePoints,
} from '../../../src/core/portraits/alignment.ts';
import type { FaceBox, FacePoints, Point } from '../../../src/core/portraits/photo.ts';
import { applySimilarity, fitSimilarity, invertSimilarity } from '../../../src/core/portraits/similarity.ts';

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const anyBox: fc.Arbitrary<FaceBox> = fc.record({
  x: number(-500, 6000),
  y: number(-500, 6000),
  side: number(20, 4000),
  angle: number(-179, 179),
});

function pointsIn(box: FaceBox): FacePoints {
  const toPhoto = cropToPhoto(box, 1);
  const entries = Object.entries(cropPoints).map(([name, point]) => [name, applySimilarity(toPhoto, point as Point)]);
  return Object.fromEntries(entries) as FacePoints;
}

function expectNear(found: FaceBox, box: FaceBox): void {
  for (const [i, corner] of boxCorners(found).entries()) {
    const wanted = boxCorners(box)[i]!;
    expect(Math.hypot(corner[0] - wanted[0], corner[1] - wanted[1])).toBeLessThan(1e-6 * (box.side + 1));
  }
}

test('points where CelebA has them give the square back, wherever it lies and however it is turned', () => {
  fc.assert(fc.property(anyBox, box => expectNear(boxFromPoints(pointsIn(box)), box)));
});

test('an aligned picture of CelebA has its points in the square of 128 around (89, 121), upright', () => {
  const box = boxFromPoints({
    leftEye: [69.9, 111.3],
    rightEye: [107.4, 111.4],
    nose: [88.4, 136],
    leftMouth: [72.8, 152.4],
    rightMouth: [105, 152.7],
  });
  expectNear(box, { x: 89, y: 121, side: 128, angle: 0 });
});

test('the fit is the best similarity: any other one is farther from noisy points, and it never mirrors', () => {
  const noisy = fc.array(fc.tuple(number(-1, 1), number(-1, 1)), { minLength: 5, maxLength: 5 });
  const nudge = fc.tuple(number(-0.1, 0.1), number(-0.1, 0.1), number(-0.1, 0.1), number(-0.1, 0.1));
  const from: Point[] = Object.values(cropPoints);
  fc.assert(
    fc.property(noisy, nudge, (to, [da, db, dx, dy]) => {
      const fit = fitSimilarity(from, to);
      const error = (map: typeof fit) =>
        from.reduce((sum, point, i) => {
          const [x, y] = applySimilarity(map, point);
          return sum + (x - to[i]![0]) ** 2 + (y - to[i]![1]) ** 2;
        }, 0);
      const other = { a: fit.a + da, b: fit.b + db, dx: fit.dx + dx, dy: fit.dy + dy };
      expect(error(fit)).toBeLessThanOrEqual(error(other) + 1e-9);
    }),
  );
});

test('the inverse of a map brings every place back', () => {
  fc.assert(
    fc.property(anyBox, number(-1, 2), number(-1, 2), (box, u, v) => {
      const toPhoto = cropToPhoto(box, 64);
      const [x, y] = applySimilarity(invertSimilarity(toPhoto), applySimilarity(toPhoto, [u, v]));
      expect(Math.hypot(x - u, y - v)).toBeLessThan(1e-6);
    }),
  );
});

test('two clicks on the eyes and one on the mouth are enough, in either order and upside down', () => {
  for (const angle of [0, 25, -90, 180]) {
    const box = { x: 300, y: 200, side: 160, angle };
    const { leftEye, rightEye, leftMouth, rightMouth } = pointsIn(box);
    const mouth: Point = [(leftMouth[0] + rightMouth[0]) / 2, (leftMouth[1] + rightMouth[1]) / 2];
    for (const found of [boxFromClicks(leftEye, rightEye, mouth), boxFromClicks(rightEye, leftEye, mouth)]) {
      expectNear({ ...found, angle: angle === 180 ? Math.abs(found.angle) : found.angle }, box);
    }
  }
});

test('points in an option are read, and what is no face is refused in one line', () => {
  const box = parsePoints('120,80 180,82  150,150');
  expect(box).toEqual(boxFromClicks([120, 80], [180, 82], [150, 150]));
  expect(parsePoints('69.9,111.3;107.4,111.4;88.4,136;72.8,152.4;105,152.7').side).toBeCloseTo(128);
  for (const bad of ['', '1,2 3,4', '1,2 3,4 5', 'a,b c,d e,f', '1,,2 3,4 5,6', '1,2 3,4 5,6 7,8']) {
    expect(() => parsePoints(bad)).toThrow(/points must be 3 .* or 5/);
  }
  expect(() => parsePoints('10,10 20,10 30,10')).toThrow(/must make a triangle; got 10,10 20,10 30,10/);
  expect(() => parsePoints('10,10 10,10 10,10')).toThrow(/must make a triangle/);
  expect(parsePoints('100,100 103,100 101.5,103.3').side).toBeGreaterThan(8); // as small as a face may be
  expect(() => parsePoints('100,100 101,100 100.5,101')).toThrow(/at least 8 pixels/);
  expect(() => parsePoints('5,5 5,5 5,5 5,5 5,5')).toThrow(/at least 8 pixels/);
});
