// The encoder's training as a user runs it: it learns, resumes to the byte, goes on from an earlier one, and knows its generator.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { createRandom } from '../../../../src/core/math/random.ts';
import { checkEncoderFits, readEncoder } from '../../../../src/node/artefacts/encoder.ts';
import { silentLog } from '../../../../src/node/log/log.ts';
import { trainEncoder } from '../../../../src/node/stages/train-encoder/stage.ts';
import { temporaryFolder } from '../../../helpers/temp-folder.ts';
import { tinyGan, tinyStyle } from '../../../helpers/tiny-networks.ts';
import { writeTinyClassifier, writeTinyDataset, writeTinyGenerator } from '../../../helpers/tiny-runs.ts';

const root = temporaryFolder();
const [dataset, generator, classifier] = ['dataset', 'gan', 'classifier'].map(name => join(root, name)) as [
  string,
  string,
  string,
];
const context = { log: silentLog, signal: new AbortController().signal };
const tiny = { dataset, generator, classifier, width: 4, maxWidth: 8, hidden: 16, minibatch: 8, threads: 1, kimg: 0.8 };
const options = (given: Record<string, unknown>) => trainEncoder.options.parse({ ...tiny, tickKimg: 0.2, ...given });
const lines = (out: string) =>
  readFileSync(join(out, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));

beforeAll(async () => {
  const random = createRandom(1);
  const pixels = Uint8Array.from({ length: 48 * 3 * 64 }, () => 60 + random.integer(140));
  const images = { resolution: 8, count: 48, pixels };
  await writeTinyDataset(dataset, images, at => (at % 6 === 5 ? 'validation' : 'train'));
  await writeTinyGenerator(generator, tinyStyle);
  await writeTinyClassifier(classifier);
});

test('it comes closer to photos, and says how close on photos it has not seen', async () => {
  const out = join(root, 'encoder');
  const summary = await trainEncoder.run(options({ out }), context);
  expect(summary).toMatchObject({ photos: 40 });
  const metrics = lines(out);
  const trained = metrics.filter(line => 'loss' in line);
  expect(trained.at(-1).loss).toBeLessThan(0.97 * trained[0].loss);
  const measured = metrics.filter(line => 'validation' in line);
  expect(measured.map(line => line.step)).toEqual([25, 50, 75, 100]);
  expect(summary.psnr).toBe(measured.at(-1).validation.psnr);
  const { architecture } = await readEncoder(out);
  expect(architecture).toEqual({ resolution: 8, width: 4, maxWidth: 8, hidden: 16, latentSize: 16, layers: 3 });
});

test('pictures that frame faces otherwise than opened photos are warned of', async () => {
  const squares = join(root, 'squares');
  const images = { resolution: 8, count: 8, pixels: new Uint8Array(8 * 3 * 64) };
  const warnings: string[] = [];
  const log = { ...silentLog, warn: (line: string) => warnings.push(line) };
  const signal = AbortSignal.abort(new Error('far enough'));
  for (const crop of ['celeba', 'face', 'square']) {
    await writeTinyDataset(`${squares}-${crop}`, images, () => 'train', { crop });
    const given = options({ dataset: `${squares}-${crop}`, out: join(root, `of-${crop}`) });
    await expect(trainEncoder.run(given, { log, signal })).rejects.toThrow('far enough');
  }
  expect(warnings).toEqual([expect.stringMatching(/--crop square, .* prepare with --crop face$/)]);
});

test('interrupted and resumed, it ends with the same bytes', async () => {
  const [whole, broken] = ['whole', 'broken'].map(name => join(root, name)) as [string, string];
  await trainEncoder.run(options({ out: whole, resume: true }), context);
  for (const stop of [130, 470]) {
    const controller = new AbortController();
    const update = (done: number) => done >= stop && controller.abort(new Error('stopped'));
    const log = { ...silentLog, progress: () => ({ update, finish: () => {} }) };
    const stopped = trainEncoder.run(options({ out: broken, resume: true }), { log, signal: controller.signal });
    await expect(stopped).rejects.toThrow('stopped');
    expect(existsSync(broken)).toBe(false);
  }
  await trainEncoder.run(options({ out: broken, resume: true }), context);
  for (const name of ['encoder.safetensors', 'metrics.jsonl']) {
    expect(readFileSync(join(broken, name)).equals(readFileSync(join(whole, name))), name).toBe(true);
  }
});

test('it begins with an earlier encoder of its shape, and with no other', async () => {
  const startFrom = join(root, 'encoder');
  const later = await trainEncoder.run(options({ out: join(root, 'later'), startFrom, learningRate: 1e-5 }), context);
  const fresh = await trainEncoder.run(options({ out: join(root, 'fresh'), learningRate: 1e-5 }), context);
  expect(later.psnr!).toBeGreaterThan(fresh.psnr! + 0.1);
  await expect(trainEncoder.run(options({ out: join(root, 'no'), startFrom, hidden: 8 }), context)).rejects.toThrow(
    /^--start-from must be an encoder of the same shape; hidden is 16 in .*, 8 here\. Give the options/,
  );
});

test('a PGGAN has no layers to find photos in', async () => {
  const pggan = join(root, 'pggan');
  const { kind, ...asWritten } = tinyGan; // trainings leave it out
  await writeTinyGenerator(pggan, asWritten);
  await expect(trainEncoder.run(options({ out: join(root, 'no'), generator: pggan }), context)).rejects.toThrow(
    /^an encoder is for a style generator; .* holds one of kind pggan\. Train one with --preset style$/,
  );
});

test('a generator of chromaticities makes no photos to find', async () => {
  const coloured = join(root, 'coloured');
  await writeTinyGenerator(coloured, { ...tinyStyle, normalisation: 'chromaticity' });
  const out = join(root, 'not-begun');
  await expect(trainEncoder.run(options({ out, generator: coloured }), context)).rejects.toThrow(
    /^an encoder finds photos as they are; .*coloured makes images of normalisation chromaticity\. Train one of range$/,
  );
  expect(existsSync(`${out}.partial`)).toBe(false);
});

test('a bundle takes the encoder of its own generator alone', async () => {
  const { run } = await readEncoder(join(root, 'encoder'));
  await checkEncoderFits(run, generator);
  const other = join(root, 'other');
  await writeTinyGenerator(other, { ...tinyStyle, statisticGroup: 2 });
  await expect(checkEncoderFits(run, other)).rejects.toThrow(/must have been trained for the same generator/);
});
