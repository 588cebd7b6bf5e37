// Single images of a dataset are read in the order asked for, whatever block of the file they lie in.
import { join } from 'node:path';
import { expect, test } from 'vitest';
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
