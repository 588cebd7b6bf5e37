// Images of a dataset are the same in memory and read from the disk, in whatever order they are asked for.
import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { halved, normalisedBatch, partOf, stored, withNormalisation } from '../../../src/core/images/image-set.ts';
import { openDataset } from '../../../src/node/artefacts/dataset.ts';
import { imagesAt } from '../../../src/node/artefacts/image-set.ts';
import { temporaryFolder } from '../../helpers/temp-folder.ts';
import { writeTinyDataset } from '../../helpers/tiny-runs.ts';

test('imagesAt', async () => {
  const [resolution, count] = [4, 2500];
  const size = 3 * resolution * resolution;
  const pixels = Uint8Array.from({ length: count * size }, (_, at) => Math.floor(at / size) % 251);
  const out = join(temporaryFolder(), 'dataset');
  await writeTinyDataset(out, { resolution, count, pixels }, () => 'train');
  const dataset = await openDataset(out);
  const indices = Uint32Array.of(2499, 0, 1024, 1023, 2048, 7, 7);
  const images = await imagesAt(dataset, indices);
  expect(images).toMatchObject({ resolution, count: 7 });
  expect(images.pixels).toEqual(
    Uint8Array.from({ length: 7 * size }, (_, at) => indices[Math.floor(at / size)]! % 251),
  );
  expect((await imagesAt(dataset, new Uint32Array())).pixels.length).toBe(0);
});

test('images on the disk are those in memory, halved, recoloured, in parts and in batches', async () => {
  const [resolution, count] = [8, 60];
  const size = 3 * resolution * resolution;
  const pixels = Uint8Array.from({ length: count * size }, (_, at) => (at * 7919 + (at >> 5)) % 256);
  const out = join(temporaryFolder(), 'dataset');
  await writeTinyDataset(out, { resolution, count, pixels }, () => 'train');
  const dataset = await openDataset(out);
  const indices = Uint32Array.of(59, 0, 12, 13, 7, 7);
  const [kept, onDisk] = [await imagesAt(dataset, indices), await imagesAt(dataset, indices, 0)];
  expect(kept.pixels).toBeInstanceOf(Uint8Array);
  expect(onDisk.pixels).not.toBeInstanceOf(Uint8Array);
  const ways = [
    (images: typeof kept) => images,
    (images: typeof kept) => halved(halved(images)),
    (images: typeof kept) => halved(withNormalisation(images, 'chromaticity')),
    (images: typeof kept) => partOf(images, 2, 3),
    (images: typeof kept) => halved(partOf(images, 1, 4)),
  ];
  for (const way of ways) expect(stored(way(onDisk))).toEqual(stored(way(kept)));
  const batch = (images: typeof kept) => normalisedBatch(images, [5, 0, 3], at => at === 1);
  expect(batch(onDisk)).toEqual(batch(kept));
});

test('a file of images that is cut short is one line, before and while images are read', async () => {
  const pixels = new Uint8Array(20 * 48);
  const out = join(temporaryFolder(), 'dataset');
  await writeTinyDataset(out, { resolution: 4, count: 20, pixels }, () => 'train');
  const dataset = await openDataset(out);
  const indices = Uint32Array.from({ length: 20 }, (_, i) => i);
  const onDisk = await imagesAt(dataset, indices, 0);
  truncateSync(join(out, 'images.npy'), 600);
  expect(() => normalisedBatch(onDisk, [19], () => false)).toThrow(/images\.npy is cut short/);
  await expect(imagesAt(dataset, indices, 0)).rejects.toThrow(
    /images\.npy is cut short: expected 1088 bytes, found 600/,
  );
});
