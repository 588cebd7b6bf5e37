// Checks that faces are found in photos and brought to where CelebA has them, against transforms that are known.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createRandom } from '../../../src/core/math/random.ts';
import { boxCorners } from '../../../src/core/portraits/alignment.ts';
import { candidates } from '../../../src/core/portraits/detector.ts';
import type { FaceFinder } from '../../../src/core/portraits/face-finder.ts';
import type { FaceBox, Photo, Point } from '../../../src/core/portraits/photo.ts';
import { samplePhoto } from '../../../src/core/portraits/sample.ts';
import { applySimilarity, invertSimilarity, type Similarity } from '../../../src/core/portraits/similarity.ts';
import { openFaceFinder } from '../../../src/node/photos/face-finder.ts';
import { readPhoto } from '../../../src/node/photos/read-photo.ts';
import { paintedPhoto } from '../../core/portraits/photos.ts';
import { sharedFolder } from '../../helpers/shared.ts';

const opened = openFaceFinder(1); // other tests run beside it
afterAll(async () => (await opened).release());

/** Pictures of CelebA that are tried: `FACES=200` for the figures of docs/log.md. */
const count = Number(process.env.FACES ?? 24);

/** The photo turned, scaled and shifted. @param forward from its pixels. */
function moved(photo: Photo, forward: Similarity, width: number, height: number): Photo {
  const { planes } = samplePhoto(photo, invertSimilarity(forward), width, height);
  const area = width * height;
  return paintedPhoto(width, height, (x, y) => {
    const at = y * width + x;
    return [planes[at]!, planes[at + area]!, planes[at + 2 * area]!];
  });
}

/** Mean distance of the corners, as a share of the true side. */
function cornerError(box: FaceBox, truth: readonly Point[]): number {
  const side = Math.hypot(truth[1]![0] - truth[0]![0], truth[1]![1] - truth[0]![1]);
  const distances = boxCorners(box).map((corner, i) => Math.hypot(corner[0] - truth[i]![0], corner[1] - truth[i]![1]));
  return distances.reduce((sum, distance) => sum + distance, 0) / 4 / side;
}

async function largestFace(finder: FaceFinder, photo: Photo): Promise<FaceBox | undefined> {
  return (await finder.find(photo))[0]?.box;
}

test('a photo that is none, and a detector that answers NaN, find no face', async () => {
  const photo = paintedPhoto(64, 48, () => [90, 110, 120]);
  await expect((await opened).find({ ...photo, width: 63 })).rejects.toThrow(
    /^a photo must have whole sides, .*; got 63×48, 3 channels and 9216 bytes$/,
  );
  const boxes = 5;
  const sure = new Float32Array(5 * boxes * 13 * 13).fill(1);
  const toPhoto = { a: 1, b: 0, dx: 0, dy: 0 };
  expect(candidates(sure, toPhoto)).toHaveLength(boxes * 13 * 13);
  expect(candidates(sure.fill(Number.NaN), toPhoto)).toEqual([]);
});

describe.skipIf(sharedFolder === undefined)('with real faces', () => {
  test(
    `${count} pictures of CelebA's test people, turned by up to 30°, scaled by 0.5 to 2, shifted`,
    async () => {
      const celeba = join(sharedFolder!, 'celeba');
      const rows = readFileSync(join(celeba, 'list_eval_partition.txt'), 'utf8').trim().split('\n');
      const names = rows.flatMap(row => (row.endsWith(' 2') ? [row.split(' ')[0]!] : []));
      const random = createRandom(1);
      const errors: number[] = [];
      const finder = await opened;
      for (let i = 0; i < count; i++) {
        const name = names[Math.floor((i * names.length) / count)]!;
        const { photo } = await readPhoto(join(celeba, 'img_align_celeba', name));
        const unit = photo.width / 178; // some pictures have half the size
        const between = (low: number, high: number) => low + (high - low) * random.uniform();
        const angle = (between(-30, 30) * Math.PI) / 180;
        const scale = 2 ** between(-1, 1) / unit;
        const [a, b] = [scale * Math.cos(angle), scale * Math.sin(angle)];
        const [x, y] = [photo.width / 2, photo.height / 2];
        const [width, height] = [500, 560];
        const dx = width / 2 + between(-30, 30) - (a * x - b * y);
        const forward = { a, b, dx, dy: height / 2 + between(-30, 30) - (b * x + a * y) };
        const box = await largestFace(finder, moved(photo, forward, width, height));
        const truth = [
          [25, 57],
          [153, 57],
          [153, 185],
          [25, 185],
        ].map(([u, v]) => applySimilarity(forward, [u! * unit, v! * unit]));
        errors.push(box === undefined ? Number.POSITIVE_INFINITY : cornerError(box, truth));
      }
      errors.sort((p, q) => p - q);
      const at = (share: number) => errors[Math.min(count - 1, Math.floor(share * count))]!;
      const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
      console.log(
        `corners of ${count}: median ${percent(at(0.5))}, 95th percentile ${percent(at(0.95))}, worst ${percent(at(1))}`,
      );
      expect(at(0.5)).toBeLessThan(0.04);
      expect(at(0.95)).toBeLessThan(0.1);
    },
    count * 15_000,
  );

  test('one upright face is found in each of 13 portraits', async () => {
    const folder = join(sharedFolder!, 'photos');
    for (const name of readdirSync(folder)) {
      const faces = await (await opened).find((await readPhoto(join(folder, name))).photo);
      expect([name, faces.length]).toEqual([name, 1]);
      expect(Math.abs(faces[0]!.box.angle), name).toBeLessThan(6);
      expect(faces[0]!.points.leftEye[0], name).toBeLessThan(faces[0]!.points.rightEye[0]);
    }
  }, 60_000);

  test('all faces of a photo are found, the largest first; a photo without one has none', async () => {
    const { photo } = await readPhoto(join(sharedFolder!, 'photos', 'portrait-05.jpg'));
    const half = moved(photo, { a: 0.4, b: 0, dx: 0, dy: 0 }, 134, 164);
    const group = paintedPhoto(700, 420, (x, y) => {
      const [from, column] = x < 335 ? [photo, x] : [half, x - 450];
      if (column < 0 || column >= from.width || y >= from.height) return [90, 110, 120];
      const at = (y * from.width + column) * 3;
      return [from.pixels[at]!, from.pixels[at + 1]!, from.pixels[at + 2]!];
    });
    const faces = await (await opened).find(group);
    expect(faces.length).toBe(2);
    expect(faces[0]!.box.side / faces[1]!.box.side).toBeCloseTo(2.5, 0);
    expect(faces[1]!.box.x).toBeGreaterThan(450);
    const wall = paintedPhoto(640, 480, (x, y) => [(x * 5) % 200, (y * 3) % 220, 90]);
    expect(await (await opened).find(wall)).toEqual([]);
    const stopped = { throwIfAborted: () => expect.fail('stopped') };
    await expect((await opened).find(group, stopped)).rejects.toThrow('stopped');
  }, 60_000);
});
