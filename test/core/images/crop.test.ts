// Checks where the face lands: exactly the official crop, at the same place for both sizes of picture.
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { cropBox } from '../../../src/core/images/crop.ts';
import { resampleBox } from '../../../src/core/images/resample.ts';
import { readFace } from '../../../src/node/stages/prepare/read-face.ts';

/** A ramp along one axis: twice the way from the face's edge to the pixel's centre, in pixels of the 178-wide picture. */
function ramp(width: number, height: number, axis: 'x' | 'y'): Uint8ClampedArray<ArrayBuffer> {
  const unit = 178 / width;
  const edge = axis === 'x' ? 25 : 57;
  return Uint8ClampedArray.from({ length: width * height * 3 }, (_, k) => {
    const [x, y] = [Math.floor(k / 3) % width, Math.floor(k / 3 / width)];
    return 2 * (((axis === 'x' ? x : y) + 0.5) * unit - edge);
  });
}

test("CelebA's box is 128×128 around (89, 121), and half of that in half-size pictures", () => {
  expect(cropBox('celeba', 178, 218)).toEqual({ left: 25, top: 57, side: 128 });
  expect(cropBox('celeba', 89, 109)).toEqual({ left: 12.5, top: 28.5, side: 64 });
  expect(cropBox('celeba', 356, 436)).toEqual({ left: 50, top: 114, side: 256 });
});

test('pictures of another shape do not fit, and are told so', () => {
  expect(cropBox('celeba', 178, 178)).toMatch(/needs a picture of 178×218 or the same shape; it is 178×178/);
  expect(cropBox('none', 4, 5)).toMatch(/needs a square picture; it is 4×5/);
  expect(cropBox('none', 5, 5)).toEqual({ left: 0, top: 0, side: 5 });
  expect(cropBox('square', 6, 10)).toEqual({ left: 0, top: 2, side: 6 });
});

test('at full size the crop is the pixels themselves', () => {
  const pixels = Uint8Array.from({ length: 178 * 218 * 3 }, (_, k) => (k * 37) % 251);
  const face = resampleBox(pixels, 178, 218, { left: 25, top: 57, side: 128 }, 128);
  const wrong: number[] = [];
  for (let c = 0; c < 3; c++) {
    for (let y = 0; y < 128; y++) {
      for (let x = 0; x < 128; x++) {
        const expected = pixels[((57 + y) * 178 + 25 + x) * 3 + c];
        if (face[(c * 128 + y) * 128 + x] !== expected) wrong.push(c, y, x);
      }
    }
  }
  expect(wrong).toEqual([]);
});

test.each(['x', 'y'] as const)('both sizes put the face at the same place along %s, to a quarter of a pixel', axis => {
  for (const resolution of [16, 32, 64]) {
    const pitch = 128 / resolution;
    for (const [width, height] of [
      [178, 218],
      [89, 109],
    ] as const) {
      const box = cropBox('celeba', width, height);
      if (typeof box === 'string') throw new Error(box);
      const face = resampleBox(new Uint8Array(ramp(width, height, axis).buffer), width, height, box, resolution);
      // Near the edge the window is cut off, which shifts its weight inwards.
      for (let i = 3; i < resolution - 3; i++) {
        const pixel = axis === 'x' ? 8 * resolution + i : i * resolution + 8;
        const difference = Math.abs(face[pixel]! - 2 * (i + 0.5) * pitch);
        expect(difference, `pixel ${i} at ${resolution} from ${width}×${height}`).toBeLessThanOrEqual(0.5);
      }
    }
  }
});

test('what lies outside the box has no influence', () => {
  const outside = new Uint8Array(10 * 10 * 3).fill(255);
  for (let y = 3; y < 7; y++) outside.fill(100, (y * 10 + 3) * 3, (y * 10 + 7) * 3);
  expect(new Set(resampleBox(outside, 10, 10, { left: 3, top: 3, side: 4 }, 8))).toEqual(new Set([100]));
});

test("reducing agrees with the imaging library's Lanczos filter", async () => {
  const side = 96;
  const pixels = Uint8Array.from({ length: side * side * 3 }, (_, k) => {
    const [x, y] = [Math.floor(k / 3) % side, Math.floor(k / 3 / side)];
    return 128 + 60 * Math.sin(x / 7) + 60 * Math.cos(y / 5);
  });
  const raw = { width: side, height: side, channels: 3 } as const;
  const expected = await sharp(pixels, { raw }).resize(48, 48, { kernel: 'lanczos3' }).raw().toBuffer();
  const ours = resampleBox(pixels, side, side, { left: 0, top: 0, side }, 48);
  let largest = 0;
  for (let p = 0; p < 48 * 48; p++) largest = Math.max(largest, Math.abs(ours[p]! - expected[p * 3]!));
  expect(largest).toBeLessThanOrEqual(2);
});

test('files of any colour kind become RGB of 8 bits', async () => {
  const picture = sharp({ create: { width: 8, height: 8, channels: 3, background: { r: 200, g: 100, b: 50 } } });
  const read = async (source: Buffer) => {
    const { image: face } = await readFace(source, { crop: 'none', resolution: 4 });
    return [face.length, face[0], face[16], face[32]];
  };
  expect(await read(await picture.clone().png().toBuffer())).toEqual([48, 200, 100, 50]);
  expect(await read(await picture.clone().toColourspace('rgb16').png().toBuffer())).toEqual([48, 200, 100, 50]);
  const [, red, green, blue] = await read(await picture.clone().toColourspace('b-w').png().toBuffer());
  expect([red, red]).toEqual([green, blue]);
  const [, ...cmyk] = await read(await picture.clone().toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer());
  expect(Math.abs(cmyk[0]! - 200)).toBeLessThan(40);
  const glass = sharp({ create: { width: 8, height: 8, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } });
  expect(await read(await glass.png().toBuffer())).toEqual([48, 255, 255, 255]);
});

test('pictures that are damaged, cut short, too large or absent are refused in a few words', async () => {
  const options = { crop: 'none', resolution: 4 } as const;
  const noise = sharp({
    create: {
      width: 64,
      height: 64,
      channels: 3,
      background: '#fff',
      noise: { type: 'gaussian', mean: 128, sigma: 30 },
    },
  });
  const jpeg = await noise.jpeg().toBuffer();
  await expect(readFace(jpeg.subarray(0, jpeg.length / 2), options)).rejects.toThrow('cut short');
  await expect(readFace(Buffer.from('no picture'), options)).rejects.toThrow('not a picture');
  await expect(readFace('absent.jpg', options)).rejects.toThrow('missing');
  await expect(readFace(Buffer.alloc(0), options)).rejects.toThrow('not a picture');
});

test('a giant is refused by its header, before memory is taken for it', async () => {
  const giant = await sharp({ create: { width: 4, height: 4, channels: 3, background: '#fff' } })
    .png()
    .toBuffer();
  giant.writeUInt32BE(30_000, 16); // IHDR: width and height
  giant.writeUInt32BE(30_000, 20);
  giant.writeUInt32BE(crc32(giant.subarray(12, 29)), 29);
  const before = process.memoryUsage.rss();
  await expect(readFace(giant, { crop: 'none', resolution: 4 })).rejects.toThrow('larger than 67108864 pixels');
  expect(process.memoryUsage.rss() - before).toBeLessThan(2 ** 27);
});

test('a single pixel is a picture where its shape fits the crop', async () => {
  const pixel = await sharp({ create: { width: 1, height: 1, channels: 3, background: '#336699' } })
    .png()
    .toBuffer();
  const { image: face } = await readFace(pixel, { crop: 'none', resolution: 4 });
  expect([face[0], face[16], face[32]]).toEqual([0x33, 0x66, 0x99]);
  await expect(readFace(pixel, { crop: 'celeba', resolution: 4 })).rejects.toThrow(
    /leaves too little of a picture of 1×1/,
  );
});
