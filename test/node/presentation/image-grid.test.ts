// Checks grids pixel by pixel, read back from the PNG.
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { toUint8 } from '../../../src/core/images/pixels.ts';
import { encodeGrid } from '../../../src/node/presentation/image-grid.ts';

/** Image i of [3, 2, 2] holds, at pixel p of channel c, the value 100·i + 10·c + p. */
const images = Uint8Array.from({ length: 2 * 3 * 4 }, (_, k) => {
  const [i, c, p] = [Math.floor(k / 12), Math.floor(k / 4) % 3, k % 4];
  return 100 * i + 10 * c + p;
});

async function pixelsOf(png: Buffer) {
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  return {
    ...info,
    at: (x: number, y: number) => [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)],
  };
}

test('images stand in rows from the left, with a white gap and a white end', async () => {
  const three = Uint8Array.from([...images, ...images.subarray(0, 12)]);
  const grid = await pixelsOf(await encodeGrid(three, { resolution: 2, columns: 2, gap: 1 }));
  expect([grid.width, grid.height, grid.channels]).toEqual([5, 5, 3]);
  expect(grid.at(1, 0)).toEqual([1, 11, 21]);
  expect(grid.at(0, 1)).toEqual([2, 12, 22]);
  expect(grid.at(3, 0)).toEqual([100, 110, 120]);
  expect(grid.at(0, 3)).toEqual([0, 10, 20]);
  for (const [x, y] of [
    [2, 0],
    [0, 2],
    [3, 3],
  ] as const)
    expect(grid.at(x, y)).toEqual([255, 255, 255]);
});

test('nearest enlargement repeats pixels', async () => {
  const grid = await pixelsOf(await encodeGrid(images, { resolution: 2, columns: 8, scale: 3 }));
  expect([grid.width, grid.height]).toEqual([12, 6]);
  expect(grid.at(2, 2)).toEqual([0, 10, 20]);
  expect(grid.at(3, 2)).toEqual([1, 11, 21]);
  expect(grid.at(6, 0)).toEqual([100, 110, 120]);
});

test('cubic enlargement never mixes neighbouring images', async () => {
  const blackAndWhite = new Uint8Array(2 * 3 * 16).fill(255, 48);
  const grid = await pixelsOf(
    await encodeGrid(blackAndWhite, { resolution: 4, columns: 2, scale: 2, kernel: 'cubic' }),
  );
  expect(grid.at(7, 3)).toEqual([0, 0, 0]);
  expect(grid.at(8, 3)).toEqual([255, 255, 255]);
});

test('float images map from [-1, 1] to 0 … 255, rounded and clipped', () => {
  expect([...toUint8(Float32Array.of(-1, 1, -7, 7, 0, 10 / 127.5 - 1))]).toEqual([0, 255, 0, 255, 128, 10]);
});

test('a picture that is too large is refused without words of the command line', async () => {
  const grid = { resolution: 2, columns: 1, scale: 40_000 };
  await expect(encodeGrid(new Uint8Array(12), grid)).rejects.toThrow(
    /this would be 80000×80000\. Give a smaller scale, fewer steps or fewer faces$/,
  );
});

test('numbers of other kinds, which would be taken for bytes, and other filters are refused', async () => {
  const grid = { resolution: 2, columns: 1 };
  for (const images of [new Float64Array(12), new Int16Array(12), [...new Uint8Array(12)], '0'.repeat(12)]) {
    await expect(encodeGrid(images as never, grid)).rejects.toThrow(
      /^images of a grid must be a Float32Array or a Uint8Array; got (Float64Array|Int16Array|Array|String)$/,
    );
  }
  await expect(encodeGrid(new Uint8Array(12), { ...grid, kernel: 'lanczos3' as never })).rejects.toThrow(
    'kernel of a grid must be nearest or cubic; got "lanczos3"',
  );
});

test('a length that is no whole number of images is refused', async () => {
  await expect(encodeGrid(new Uint8Array(13), { resolution: 2, columns: 1 })).rejects.toThrow(
    '13 values are no images',
  );
  for (const wrong of [{ columns: 0 }, { scale: 0.3 }, { gap: -1 }, { columns: undefined }]) {
    const grid = { resolution: 2, columns: 1, ...wrong } as never;
    await expect(encodeGrid(new Uint8Array(12), grid)).rejects.toThrow(/of a grid must be a whole number from/);
  }
});
