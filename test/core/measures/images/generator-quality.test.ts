// Quality measured on a small sample: what it compares, and that it can be repeated.
import { describe, expect, test } from 'vitest';
import { UserError } from '../../../../src/core/errors.ts';
import { halved, normalisedBatch, partOf, type StoredImages } from '../../../../src/core/images/image-set.ts';
import { createRandom } from '../../../../src/core/math/random.ts';
import { generatorQuality } from '../../../../src/core/measures/images/generator-quality.ts';
import { generateImages, type ImageMaker, selectImages } from '../../../../src/core/measures/images/image-samples.ts';
import { cpuDevice } from '../../../../src/node/devices/device.ts';
import { picture, pictures } from './pictures.ts';

const device = cpuDevice(1);
const real = pictures(32, 40, { seed: 1, noiseSeed: 2, contrast: 1 });

/** "Generates" the pictures of a set, over and over. */
function showing(set: StoredImages): ImageMaker & { readonly asked: number[] } {
  const asked: number[] = [];
  const generate = async (latents: Float32Array) => {
    const n = latents.length / 4;
    asked.push(n);
    return normalisedBatch(
      set,
      Array.from({ length: n }, (_, at) => at % set.count),
      () => false,
    );
  };
  return { resolution: set.resolution, latentSize: 4, generate, asked };
}

describe('the quality of a generator', () => {
  test('that shows other pictures of the source is better than that of another source', async () => {
    const same = showing(pictures(32, 40, { seed: 3, noiseSeed: 4, contrast: 1 }));
    const noisy = showing(pictures(32, 40, { seed: 5, noiseSeed: 6, contrast: 6 }));
    const good = await generatorQuality(device, same, real, { seed: 1, pairs: 20 });
    const bad = await generatorQuality(device, noisy, real, { seed: 1, pairs: 20 });
    expect(Object.keys(good.swd)).toEqual(['16', '32']);
    expect(good.swdAverage).toBeCloseTo((good.swd[16]! + good.swd[32]!) / 2, 9);
    expect(good.swd[32]).toBeLessThan(bad.swd[32]!);
    expect(good.images).toBe(40); // no more real ones
    expect(same.asked).toEqual([256]);
    expect(await generatorQuality(device, same, real, { seed: 1, pairs: 20 })).toEqual(good);
    expect(await generatorQuality(device, same, real, { seed: 2, pairs: 20 })).not.toEqual(good);
  });

  test('that shows one picture only has an MS-SSIM of 1', async () => {
    const collapsed = showing(partOf(real, 3, 1));
    const quality = await generatorQuality(device, collapsed, real, { seed: 1, images: 8, pairs: 4 });
    expect(quality).toMatchObject({ msSsim: 1, images: 8, pairs: 4 });
  });

  test('is measured at the side it has grown to', async () => {
    const half = showing(halved(real));
    const quality = await generatorQuality(device, half, real, { seed: 1, pairs: 4 });
    expect(quality.swd).toEqual({ 16: expect.any(Number) });
  });

  test('is not defined below 16, nor for a single real image', async () => {
    const tiny = showing(halved(halved(real)));
    await expect(generatorQuality(device, tiny, real, { seed: 1 })).rejects.toThrow(/SWD needs .* from 16.*; got 8$/);
    const one = partOf(real, 0, 1);
    await expect(generatorQuality(device, showing(real), one, { seed: 1 })).rejects.toThrow(UserError);
  });
});

describe('generated images', () => {
  test('are rounded and clipped as a saved picture, in blocks whose rest is dropped', async () => {
    const generate = async (latents: Float32Array) => new Float32Array((latents.length / 4) * 3).fill(7).fill(0, 1, 2);
    const calls: number[] = [];
    const maker = { resolution: 1, latentSize: 4, generate };
    const made = await generateImages(maker, 300, createRandom(1), done => void calls.push(done));
    expect(made.pixels.length).toBe(900);
    expect([...made.pixels.subarray(0, 3)]).toEqual([255, 128, 255]);
    expect(calls).toEqual([256, 300]);
  });

  test('that were pictures come out as these', async () => {
    const made = await generateImages(showing(real), 2, createRandom(1));
    expect(picture(made, 1)).toEqual(picture(real, 1));
  });
});

test('parts and selections of a set', () => {
  expect(picture(partOf(real, 3, 2), 1)).toEqual(picture(real, 4));
  expect(picture(selectImages(real, [7, 5]), 1)).toEqual(picture(real, 5));
});
