// Runs `prepare` on drawn pictures and, where it is at hand, on the real data.
import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDataset } from '../../../../src/node/artefacts/dataset.ts';
import { type Log, silentLog } from '../../../../src/node/log/log.ts';
import { prepare } from '../../../../src/node/stages/prepare/stage.ts';
import { sharedFolder } from '../../../helpers/shared.ts';
import { temporaryFolder } from '../../../helpers/temp-folder.ts';
import { makeTinyCeleba } from '../../../helpers/tiny-celeba.ts';

const root = temporaryFolder();
const context = { log: silentLog, signal: new AbortController().signal };
const run = (options: object, overrides = {}) =>
  prepare.run(prepare.options.parse(options), { ...context, ...overrides });
let number = 0;
const fresh = (name: string) => join(root, `${name}-${number++}`);

test('images, labels, split, identities and names stand in the same order', async () => {
  const tiny = await makeTinyCeleba(fresh('celeba'), 40);
  const out = fresh('dataset');
  const summary = await run({ celeba: tiny.folder, out, resolution: 8 });
  expect(summary).toMatchObject({ images: 40, splits: { train: 32, validation: 4, test: 4 }, bad: 0 });
  expect(summary.attributeFrequencies).toMatchObject({ Young: 0.25 });

  const dataset = await openDataset(out);
  expect([dataset.count, dataset.resolution, dataset.names[9]]).toEqual([40, 8, '000010.jpg']);
  expect(dataset.isCeleba).toBe(true);
  expect([...dataset.indicesOf('validation')]).toEqual([8, 18, 28, 38]);
  expect(dataset.identities[9]).toBe(109);
  expect([...dataset.labels.subarray(9 * 40, 9 * 40 + 8)]).toEqual([0, 0, 0, 1, 0, 0, 0, 1]);
  const images = await dataset.imageRows(0, dataset.count);
  for (const i of [0, 9, 39]) {
    const colour = [0, 64, 128].map(offset => images[i * 192 + offset]!);
    for (const [c, expected] of [i, 2 * i, 255 - i].entries()) expect(Math.abs(colour[c]! - expected)).toBeLessThan(4);
  }
  expect(await dataset.imageRows(9, 2)).toEqual(images.subarray(9 * 192, 11 * 192));
});

test("Kaggle's layout makes the same dataset, without identities", async () => {
  const tiny = await makeTinyCeleba(fresh('celeba'), 20);
  const [official, kaggle] = [fresh('dataset'), fresh('dataset')];
  await run({ celeba: tiny.folder, out: official, resolution: 4 });
  tiny.toKaggle();
  await run({ celeba: tiny.folder, out: kaggle, resolution: 4 });
  for (const file of ['images.npy', 'labels.npy', 'split.npy', 'names.json']) {
    expect(readFileSync(join(kaggle, file))).toEqual(readFileSync(join(official, file)));
  }
  expect([...(await openDataset(kaggle)).identities]).toEqual(new Array(20).fill(-1));
});

test('a few bad pictures are skipped and named; more than 1 % stop the run', async () => {
  const tiny = await makeTinyCeleba(fresh('celeba'), 200);
  writeFileSync(join(tiny.imageFolder, '000003.jpg'), 'not a picture');
  rmSync(join(tiny.imageFolder, '000005.jpg'));
  const out = fresh('dataset');
  const warnings: string[] = [];
  const log: Log = { ...silentLog, warn: message => warnings.push(message) };
  expect(await run({ celeba: tiny.folder, out, resolution: 4 }, { log })).toMatchObject({ images: 198, bad: 2 });
  const dataset = await openDataset(out);
  expect(dataset.names.slice(0, 4)).toEqual(['000001.jpg', '000002.jpg', '000004.jpg', '000006.jpg']);
  expect((await dataset.imageRows(0, dataset.count)).length).toBe(198 * 48);
  expect(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')).bad).toEqual([
    { file: '000005.jpg', reason: 'missing' },
    { file: '000003.jpg', reason: 'not a picture' },
  ]);
  expect(warnings).toContain('skipped 1 × missing (000005.jpg)');

  rmSync(join(tiny.imageFolder, '000006.jpg'));
  const spoiled = run({ celeba: tiny.folder, out: fresh('dataset'), resolution: 4 });
  await expect(spoiled).rejects.toThrow(/3 of 200 are: 2 × missing \(000005.jpg, 000006.jpg\); 1 × not a picture/);
});

test.each([
  ['aborted', 1051, 'as far as it was'],
  ['failed', 1025, 'with the first 1,024 kept'],
])('a run that %s does not open, and goes on from picture %i to the same bytes, %s', async (how, from) => {
  const tiny = await makeTinyCeleba(fresh('celeba'), 1100, 10, 10);
  const whole = fresh('dataset');
  const options = { celeba: tiny.folder, resolution: 16, crop: 'square' };
  await run({ ...options, out: whole });

  const out = fresh('dataset');
  const controller = new AbortController();
  const stop = (done: number) => {
    if (done < 1050) return;
    if (how === 'failed') throw new Error('stopped');
    controller.abort(new Error('stopped'));
  };
  const stopping: Log = { ...silentLog, progress: () => ({ update: stop, finish() {} }) };
  const stopped = run({ ...options, out }, { log: stopping, signal: controller.signal });
  await expect(stopped).rejects.toThrow('stopped');
  await expect(openDataset(out)).rejects.toThrow(/unfinished/);

  const seen: number[] = [];
  const warnings: string[] = [];
  const progress = () => ({ update: (done: number) => seen.push(done), finish() {} });
  const watching: Log = { ...silentLog, progress, warn: message => warnings.push(message) };
  await run({ ...options, out, resume: true }, { log: watching });
  expect(seen[0]).toBe(from);
  expect(readFileSync(join(out, 'images.npy')).equals(readFileSync(join(whole, 'images.npy')))).toBe(true);
  expect(existsSync(join(out, 'progress.json'))).toBe(false);
  // All were counted, those of the first sitting too.
  expect(warnings).toEqual([expect.stringMatching(/^1100 of 1100 pictures have fewer than 16 pixels a side where/)]);
});

test('pictures are told to be enlarged where they are, and only there', async () => {
  const tiny = await makeTinyCeleba(fresh('celeba'), 20); // 64 pixels a side where they are cropped
  const warnings: string[] = [];
  const log: Log = { ...silentLog, warn: message => warnings.push(message) };
  for (const resolution of [64, 128]) await run({ celeba: tiny.folder, out: fresh('dataset'), resolution }, { log });
  expect(warnings).toEqual([
    '20 of 20 pictures have fewer than 128 pixels a side where they are cropped, and are enlarged, which shows no more ' +
      'of them. A smaller --resolution trains faster',
  ]);
});

test('pictures without a table have no rows to drop', async () => {
  const { imageFolder } = await makeTinyCeleba(fresh('pictures'), 20);
  const config = { pictures: imageFolder, resolution: 4 };
  await expect(run({ ...config, crop: 'none', out: fresh('dataset') })).rejects.toThrow(
    /Choose another --crop, such as square, or take them out of the folder$/,
  );
  writeFileSync(join(imageFolder, '000003.jpg'), 'not a picture');
  const out = fresh('dataset');
  await expect(run({ ...config, out })).rejects.toThrow(
    /1 of 20 are: .*\. Repair them or take them out of the folder; all that were found so far are in .*bad\.json$/,
  );
  const named = JSON.parse(readFileSync(join(`${out}.partial`, 'bad.json'), 'utf8'));
  expect(named).toEqual([{ file: '000003.jpg', reason: 'not a picture' }]);
});

// It can be opened and not read, by nobody: so are files of a disk that fails.
const unreadable = '/proc/self/clear_refs';
if (!existsSync(unreadable)) console.warn(`skipped: pictures that the disk does not give, without ${unreadable}`);
test.skipIf(!existsSync(unreadable))('a picture that the disk does not give ends the run', async () => {
  const { imageFolder } = await makeTinyCeleba(fresh('pictures'), 20);
  rmSync(join(imageFolder, '000003.jpg'));
  symlinkSync(unreadable, join(imageFolder, '000003.jpg'));
  await expect(run({ pictures: imageFolder, resolution: 4, out: fresh('dataset') })).rejects.toThrow(
    /^cannot read .*000003\.jpg: the disk does not take this name or request/,
  );
});

test('a limit takes as many of each split, by the seed', async () => {
  const tiny = await makeTinyCeleba(fresh('celeba'), 60);
  const namesFor = async (seed: number) => {
    const out = fresh('dataset');
    await run({ celeba: tiny.folder, out, resolution: 4, limit: 5, seed });
    return (await openDataset(out)).names;
  };
  const [first, again, other] = [await namesFor(1), await namesFor(1), await namesFor(2)];
  expect(first).toHaveLength(15);
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
});

test('a few missing pictures of the whole table stop no part of it', async () => {
  const tiny = await makeTinyCeleba(fresh('celeba'), 300);
  for (const file of ['000001.jpg', '000002.jpg']) rmSync(join(tiny.imageFolder, file));
  const config = { celeba: tiny.folder, resolution: 4 };
  expect(await run({ ...config, out: fresh('dataset') })).toMatchObject({ images: 298 });
  expect(await run({ ...config, out: fresh('dataset'), limit: 5 })).toMatchObject({ images: 15 });
});

test('attributes that all training pictures have or lack are warned of', async () => {
  const { imageFolder } = await makeTinyCeleba(fresh('celeba'), 4);
  const rows = ['1,1,0,0,train', '2,1,0,1,train', '3,0,1,0,test', '4,1,1,1,test'].map(row => `00000${row}`);
  const labels = `${fresh('labels')}.csv`;
  writeFileSync(labels, ['picture,tall,hat,both,split', ...rows].join('\n'));
  const warnings: string[] = [];
  const log: Log = { ...silentLog, warn: message => warnings.push(message) };
  await run({ pictures: imageFolder, labels, out: fresh('dataset'), resolution: 4 }, { log });
  expect(warnings.filter(line => line.includes('learn'))).toEqual([
    'no training picture has hat: the classifier can learn nothing of that',
    'every training picture has tall: the classifier can learn nothing of that',
  ]);
});

test('a crop that pictures do not fit is refused at the first that is one too many, by its name', async () => {
  const tiny = await makeTinyCeleba(fresh('celeba'), 200);
  const log: Log = {
    ...silentLog,
    progress: () => ({
      update: done => {
        if (done > 2) throw new Error('further pictures were waited for');
      },
      finish() {},
    }),
  };
  const out = fresh('dataset');
  await expect(run({ celeba: tiny.folder, out, resolution: 4, crop: 'none' }, { log })).rejects.toThrow(
    /^at most 1 % of the pictures may be of a shape that --crop cannot take; in \S+ more are, such as 000003\.jpg: crop "none" needs a square picture; it is \d+×\d+\. Choose another --crop, such as square, or drop their rows$/,
  );
  expect(existsSync(out)).toBe(false);
});

test('a subset keeps attributes and splits, and tells how nearly', async () => {
  const tiny = await makeTinyCeleba(fresh('celeba'), 80);
  const out = fresh('dataset');
  const options = { celeba: tiny.folder, resolution: 4, seed: 3 };
  const summary = await run({ ...options, out, subset: 20 });
  expect(summary).toMatchObject({ images: 20, splits: { train: 16, validation: 2, test: 2 } });
  const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'));
  expect(report.subset).toMatchObject({ wholeImages: 80, subsetImages: 20, wholeFrequencies: { Young: 0.25 } });
  expect(report.subset.subsetFrequencies).toEqual(report.attributeFrequencies);
  expect(report.subset.largestDeviation.percentagePoints).toBeLessThanOrEqual(5); // one of 20
  const again = fresh('dataset');
  await run({ ...options, out: again, subset: 20 });
  expect((await openDataset(again)).names).toEqual((await openDataset(out)).names);

  await expect(run({ ...options, out: fresh('dataset'), subset: 81 })).rejects.toThrow(/at most the 80 pictures/);
  await expect(run({ ...options, out: fresh('dataset'), subset: 20, limit: 5 })).rejects.toThrow(
    'give --limit or --subset, not both; got 5 and 20',
  );
});

test.each([
  ['resolution', { resolution: 48 }, 'must be a power of two from 4 to 1024'],
  ['crop', { crop: 'round' }, 'celeba'],
])('a wrong %s is refused', (_, wrong, message) => {
  const result = prepare.options.safeParse({ celeba: 'a', out: 'b', ...wrong });
  expect(result.error?.message).toContain(message);
});

test.skipIf(sharedFolder === undefined)('real faces of both sizes are prepared', async () => {
  const out = fresh('dataset');
  const summary = await run({ celeba: join(sharedFolder!, 'celeba'), out, resolution: 32, limit: 50 });
  expect(summary).toMatchObject({ images: 150, splits: { train: 50, validation: 50, test: 50 }, bad: 0 });
  const dataset = await openDataset(out);
  const images = await dataset.imageRows(0, dataset.count);
  // The middle of a face is skin: more red than blue, on average by far.
  let [red, blue] = [0, 0];
  for (let i = 0; i < dataset.count; i++) {
    red += images[i * 3072 + 16 * 32 + 16]!;
    blue += images[i * 3072 + 2048 + 16 * 32 + 16]!;
  }
  expect(red / blue).toBeGreaterThan(1.2);
});
