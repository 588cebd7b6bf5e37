// Checks that an edit goes back into its photo where it belongs, and that nothing else of the photo changes.
import { expect, test } from 'vitest';
import { cropToPhoto } from '../../../src/core/portraits/alignment.ts';
import { cropFace } from '../../../src/core/portraits/crop-face.ts';
import { asPasted, pasteBack, pastePatch, withPatch } from '../../../src/core/portraits/paste-back.ts';
import type { FaceBox, Photo } from '../../../src/core/portraits/photo.ts';
import { applySimilarity, invertSimilarity } from '../../../src/core/portraits/similarity.ts';
import { paintedFace, paintedPhoto } from './photos.ts';

const photo = paintedPhoto(200, 160, (x, y) => [(x * 37 + y * 11) % 256, (x * y) % 256, (x + 2 * y) % 256]);
/** Whether it has the pixels of `photo`. */
const isSame = (other: Photo) => Buffer.compare(Buffer.from(other.pixels), Buffer.from(photo.pixels)) === 0;

const boxes: FaceBox[] = [
  { x: 100, y: 80, side: 90, angle: 0 },
  { x: 90, y: 70, side: 100, angle: 27 },
  { x: 100, y: 80, side: 24, angle: -45 },
  { x: 5, y: 155, side: 120, angle: 10 },
];

test('an edit that changes nothing leaves every pixel as it was', () => {
  const face = paintedFace(32, 0.3);
  for (const box of boxes) expect(isSame(pasteBack(photo, box, face, face))).toBe(true);
});

test('pixels outside the square are the photo’s, bit for bit, and there are changes inside', () => {
  for (const box of boxes) {
    const edited = pasteBack(photo, box, paintedFace(32, 0), paintedFace(32, 0.5));
    const toCrop = invertSimilarity(cropToPhoto(box, 1));
    let changed = 0;
    for (let i = 0; i < photo.width * photo.height; i++) {
      const [x, y] = [i % photo.width, Math.floor(i / photo.width)];
      const [u, v] = applySimilarity(toCrop, [x + 0.5, y + 0.5]);
      const same = [0, 1, 2].every(c => edited.pixels[3 * i + c] === photo.pixels[3 * i + c]);
      if (same) continue;
      if (u <= 0 || v <= 0 || u >= 1 || v >= 1) expect([x, y]).toBe('unchanged');
      changed++;
    }
    expect(changed).toBeGreaterThan(50);
  }
});

test('an even change arrives in full inside, falls to nothing at the edge, and costs no detail', () => {
  const box = { x: 100, y: 80, side: 128, angle: 0 };
  const grey = paintedPhoto(200, 160, (x, y) => ((x + y) % 2 === 0 ? [90, 90, 90] : [130, 130, 130]));
  const [before, after] = [new Float32Array(3 * 32 * 32), new Float32Array(3 * 32 * 32).fill(0.2)];
  const edited = pasteBack(grey, box, before, after);
  const gain = (x: number, y: number) =>
    edited.pixels[(y * grey.width + x) * 3]! - grey.pixels[(y * grey.width + x) * 3]!;
  for (const [x, y] of [
    [100, 80],
    [101, 80],
    [60, 40],
  ] as const) {
    expect(Math.abs(gain(x, y) - 0.2 * 127.5)).toBeLessThanOrEqual(0.5);
  }
  const edge = Array.from({ length: 17 }, (_, i) => gain(36 + i, 80));
  expect(edge[0]).toBe(0);
  for (let i = 1; i < edge.length; i++) expect(edge[i]! - edge[i - 1]!).toBeGreaterThanOrEqual(0);
  expect(Math.max(...edge.map((value, i) => (i === 0 ? 0 : value - edge[i - 1]!)))).toBeLessThan(5); // no seam
});

test('a face as it is once pasted back is what networks see in the photo then', () => {
  const box = { x: 100, y: 80, side: 96, angle: 0 };
  const { image: crop } = cropFace(photo, box, 32);
  const area = 32 * 32;
  const after = crop.map((value, i) => 0.6 * value + 0.25 * Math.cos((i % area) / 150)); // smooth: it costs no detail
  const { image: seen } = cropFace(pasteBack(photo, box, crop, after), box, 32);
  const apart = (a: Float32Array) =>
    Math.sqrt(a.reduce((sum, value, i) => sum + (value - seen[i]!) ** 2, 0) / a.length);
  const two = asPasted(Float32Array.of(...crop, ...after), crop);
  expect(two.subarray(0, crop.length)).toEqual(crop);
  const pasted = two.subarray(crop.length);
  expect(apart(pasted)).toBeLessThan(0.2 * apart(after));
  const middle = 16 * 32 + 16;
  expect(pasted[middle]).toBeCloseTo(after[middle]!, 6);
  expect(Math.abs(pasted[0]! - crop[0]!)).toBeLessThan(0.01); // the corner
});

test('where the structure changes, the photo’s fine detail goes: an old line does not stay under a new shape', () => {
  const lined = paintedPhoto(512, 512, (_, y) => (y === 256 ? [0, 0, 0] : [150, 150, 150]));
  const box = { x: 256, y: 256, side: 512, angle: 0 };
  const before = cropFace(lined, box, 32).image;
  const edited = pasteBack(lined, box, before, paintedFace(32, 0.8));
  const depth = (x: number) => edited.pixels[(246 * 512 + x) * 3]! - edited.pixels[(256 * 512 + x) * 3]!;
  expect(depth(128)).toBeLessThan(50); // at the disc's rim; it was 150 deep
  expect(depth(256)).toBeGreaterThan(140); // in its middle, where only the colour changes
});

test('a patch has as many channels as the photo, keeps opacity, and is empty where the face lies outside', () => {
  const pixels = Uint8ClampedArray.from({ length: 40 * 40 * 4 }, (_, i) => (i * 7) % 256);
  const clear = { width: 40, height: 40, channels: 4 as const, pixels };
  const patch = pastePatch(clear, { x: 20, y: 20, side: 30, angle: 5 }, paintedFace(16, 0), paintedFace(16, 0.5));
  expect(patch.pixels.length).toBe(patch.width * patch.height * 4);
  const edited = withPatch(clear, patch);
  for (let i = 3; i < pixels.length; i += 4) expect(edited.pixels[i]).toBe(pixels[i]);
  const away = pastePatch(clear, { x: 70, y: 20, side: 30, angle: 0 }, paintedFace(16, 0), paintedFace(16, 0.5));
  expect([away.width * away.height, away.pixels.length]).toEqual([0, 0]);
  expect(withPatch(clear, away).pixels).toEqual(pixels);
});

test('what is no square near the photo, and pictures of two sizes, are refused', () => {
  const [before, after] = [paintedFace(16, 0), paintedFace(16, 0.5)];
  const box = { x: 100, y: 80, side: 90, angle: 0 };
  expect(() => pasteBack(photo, { ...box, side: Number.NaN }, before, after)).toThrow(/square of a face.*one of NaN/s);
  expect(() => pasteBack(photo, { ...box, x: 900 }, before, after)).toThrow('square of a face');
  expect(() => pasteBack(photo, box, before, paintedFace(8, 0.5))).toThrow('got 768 and 192 numbers');
  expect(() => pasteBack(photo, box, before.subarray(1), after.subarray(1))).toThrow('square pictures');
  expect(() => pasteBack(photo, box, [...before] as never, [...after] as never)).toThrow('in a Float32Array each');
});

test.each([
  ['beyond the right edge, where its rows would go on at the left', { left: 198 }],
  ['beyond the lower edge', { top: 158 }],
  ['to the left of the photo', { left: -1 }],
  ['at no place', { left: Number.NaN }],
  ['with too few pixels', { pixels: new Uint8ClampedArray(74) }],
])('a patch %s is refused', (_, wrong) => {
  const patch = { left: 0, top: 0, width: 5, height: 5, pixels: new Uint8ClampedArray(75) };
  expect(() => withPatch(photo, { ...patch, ...wrong })).toThrow(
    /^a patch must lie within the photo, of 200×160, with/,
  );
});
