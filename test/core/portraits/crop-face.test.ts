// Checks that crops of faces average what they cover, from photos of any size, and tell what lies outside.
import { expect, test } from 'vitest';
import { cropFace } from '../../../src/core/portraits/crop-face.ts';
import type { Photo } from '../../../src/core/portraits/photo.ts';
import { paintedPhoto } from './photos.ts';

test('an upright square of the crop’s own size is the photo’s pixels', () => {
  const photo = paintedPhoto(96, 80, (x, y) => [x * 2, y * 3, 255 - x]);
  const { image, missing } = cropFace(photo, { x: 40, y: 42, side: 64, angle: 0 }, 64);
  expect(missing).toBe(0);
  for (const [x, y] of [
    [0, 0],
    [63, 0],
    [20, 63],
  ] as const) {
    expect(127.5 * (image[y * 64 + x]! + 1)).toBeCloseTo((x + 8) * 2, 3);
    expect(127.5 * (image[64 * 64 + y * 64 + x]! + 1)).toBeCloseTo((y + 10) * 3, 3);
  }
});

test('a chequered photo of thousands of pixels becomes an even grey: nothing aliases, turned or not', () => {
  const side = 2200;
  const photo = paintedPhoto(side, side, (x, y) => ((x + y) % 2 === 0 ? [255, 255, 255] : [0, 0, 0]));
  for (const angle of [0, 13]) {
    const { image } = cropFace(photo, { x: side / 2, y: side / 2, side: 2000, angle }, 64);
    expect(Math.max(...image.map(Math.abs))).toBeLessThan(0.03);
  }
});

test('a turned square shows an upright face: the crop of a turned slope is the slope', () => {
  const angle = 30;
  const [cos, sin] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)];
  const photo = paintedPhoto(300, 300, (x, y) => {
    const along = cos * (x + 0.5 - 150) + sin * (y + 0.5 - 150); // the face's own horizontal axis
    return [128 + along, 128, 128];
  });
  const { image } = cropFace(photo, { x: 150, y: 150, side: 96, angle }, 32);
  for (const [column, row] of [
    [2, 16],
    [16, 5],
    [29, 20],
  ] as const) {
    const along = ((column + 0.5) / 32 - 0.5) * 96;
    expect(Math.abs(127.5 * (image[row * 32 + column]! + 1) - 128 - along)).toBeLessThan(1);
  }
});

test('outside the photo its edge repeats, and the share that is missing is told', () => {
  const photo = paintedPhoto(64, 64, () => [200, 100, 50]);
  const { image, missing } = cropFace(photo, { x: 0, y: 32, side: 64, angle: 0 }, 32);
  expect(missing).toBeCloseTo(0.5);
  expect(image[0]).toBeCloseTo(200 / 127.5 - 1, 4);
  expect(image.at(-1)).toBeCloseTo(50 / 127.5 - 1, 4);
});

test('clear pixels lie on white', () => {
  const photo: Photo = { width: 8, height: 8, channels: 4, pixels: new Uint8Array(256) };
  const { image } = cropFace(photo, { x: 4, y: 4, side: 8, angle: 0 }, 4);
  expect(Math.min(...image)).toBeCloseTo(1, 5);
});

test('a square that is none, and a photo without all its pixels, are refused', () => {
  const photo = paintedPhoto(64, 64, () => [200, 100, 50]);
  const box = { x: 32, y: 32, side: 40, angle: 0 };
  expect(() => cropFace(photo, { ...box, angle: Number.NaN }, 32)).toThrow('square of a face');
  expect(() => cropFace({ ...photo, width: 65 }, box, 32)).toThrow('a photo must have');
  expect(() => cropFace(photo, box, 1e5)).toThrow('a whole number from 1 to 16384; got 100000');
});
