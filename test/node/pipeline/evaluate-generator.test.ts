// The stage `evaluate --generator` on an untrained generator and made-up pictures: counts, floors, files and misuse.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { attributeNames } from '../../../src/core/attributes.ts';
import type { ImageSet } from '../../../src/core/training/image-source.ts';
import { readJson } from '../../../src/node/io/files.ts';
import { silentLog } from '../../../src/node/io/log.ts';
import { openRun } from '../../../src/node/io/run-folder.ts';
import { type AttributeShares, sharesByGroup } from '../../../src/node/pipeline/attribute-shares.ts';
import { evaluate } from '../../../src/node/pipeline/evaluate.ts';
import {
  comparisonsOf,
  type Distance,
  type PrecisionRecallOf,
  type Similarity,
} from '../../../src/node/pipeline/quality-comparisons.ts';
import { pictures } from '../../core/metrics/pictures.ts';
import { temporaryFolder } from '../../helpers/temp-folder.ts';
import { tinyClassifier, tinyGan } from '../../helpers/tiny-networks.ts';
import { writeTinyClassifier, writeTinyDataset, writeTinyGenerator } from '../../helpers/tiny-runs.ts';

const root = temporaryFolder();
const [dataset, generator] = [join(root, 'dataset'), join(root, 'gan')];
const warnings: string[] = [];
const log = { ...silentLog, warn: (line: string) => warnings.push(line) };

const run = (options: object, signal = new AbortController().signal) =>
  evaluate.run(evaluate.options.parse({ generator, dataset, pairs: 10, threads: 1, ...options }), { log, signal });

/** 24 training images, 10 test images. */
beforeAll(async () => {
  const images = pictures(32, 35, { seed: 1, noiseSeed: 2, contrast: 2 });
  await writeTinyDataset(dataset, images, at => (at === 3 ? 'validation' : at % 7 < 2 ? 'test' : 'train'));
  await writeTinyGenerator(generator, { ...tinyGan, resolution: 32 });
});

describe('a run', () => {
  const out = join(root, 'quality');
  let summary: { swd: Distance[]; msSsim: Similarity[] };
  beforeAll(async () => {
    summary = (await run({ out, images: 20, seed: 5 })) as unknown as typeof summary;
  });

  test('measures at each count all that the sets allow, always with the count', () => {
    expect(summary.swd.map(({ of, images }) => `${images} ${of}`)).toEqual([
      '20 generated, training',
      '12 generated, training',
      '12 training, other training',
      '10 generated, training',
      '10 training, other training',
      '10 training, test',
    ]);
    for (const { levels, average } of summary.swd) {
      expect(Object.keys(levels)).toEqual(['16', '32']);
      expect(average).toBeCloseTo((levels[16]! + levels[32]!) / 2, 9);
    }
    expect(summary.msSsim).toMatchObject([
      { of: 'generated', images: 20, pairs: 10 },
      { of: 'training', images: 20, pairs: 10 },
    ]);
    expect(warnings).toEqual([]);
  });

  test('finds real images nearer to each other than to those of an untrained generator', () => {
    const at10 = summary.swd.filter(({ images }) => images === 10).map(({ average }) => average);
    expect(at10[0]).toBeGreaterThan(at10[1]!);
    expect(at10[0]).toBeGreaterThan(at10[2]!);
  });

  test('writes the figures as JSON and CSV, and its inputs into the manifest', async () => {
    expect(await readJson(join(out, 'generator.json'))).toMatchObject({
      resolution: 32,
      swd: summary.swd,
      msSsim: summary.msSsim,
    });
    const lines = readFileSync(join(out, 'generator.csv'), 'utf8').trim().split('\n');
    expect(lines[0]).toBe('measure,of,level,images,pairs,value');
    expect(lines[1]).toBe(`SWD×10³,"generated, training",32,20,,${summary.swd[0]!.levels[32]}`);
    expect(lines[3]).toBe(`SWD×10³,"generated, training",average,20,,${summary.swd[0]!.average}`);
    expect(lines.at(-1)).toBe(`MS-SSIM,training,,20,10,${summary.msSsim[1]!.mean}`);
    const { manifest, config } = await openRun(out, 'evaluate');
    expect(Object.keys(manifest.inputs)).toEqual(['generator', 'dataset']);
    expect(config).toMatchObject({ images: 20, pairs: 10 });
    expect(config).not.toHaveProperty('lock'); // an option of the other half
  });

  test('prints two tables and what may be compared', () => {
    const text = evaluate.print!(summary as unknown as Record<string, unknown>);
    expect(text).toMatch(/^SWD×10³ between +images each +32 +16 +average\ngenerated, training +20 +\d+\.\d\d /);
    expect(text).toMatch(/\n\nMS-SSIM among +images +pairs +mean\ngenerated +20 +10 +0\.\d{4}\n/);
    expect(text).toMatch(/Only figures of equally many images compare/);
  });

  test('is repeated to the last byte by its seed', async () => {
    const again = join(root, 'again');
    await run({ out: again, images: 20, seed: 5 });
    for (const file of ['generator.json', 'generator.csv']) {
      expect(readFileSync(join(again, file))).toEqual(readFileSync(join(out, file)));
    }
    const other = await run({ out: join(root, 'other'), images: 20, seed: 6 });
    expect(other.swd).not.toEqual(summary.swd);
  });
});

test('tells how often a classifier sees each attribute in generated and in test images, by gender and age', async () => {
  const [out, classifier] = [join(root, 'shares'), join(root, 'classifier')];
  await writeTinyClassifier(classifier, { ...tinyClassifier, resolution: 32 });
  const summary = await run({ out, images: 20, classifier });
  const sets = summary.attributes as AttributeShares[];
  expect(sets.map(({ of, groups }) => [of, groups.all.count])).toEqual([
    ['generated', 20],
    ['test', 10],
  ]);
  for (const { groups } of sets) {
    expect(groups.women.count + groups.men.count).toBe(groups.all.count);
    expect(groups.young.count + groups.older.count).toBe(groups.all.count);
    expect(groups.all.shares).toHaveLength(40);
  }
  expect((await openRun(out, 'evaluate')).summary.attributes).toEqual(sets);
  expect(evaluate.print!(summary)).toMatch(/^attribute +all: generated +all: test +women: generated/m);
  const precisionRecall = summary.precisionRecall as PrecisionRecallOf[];
  expect(precisionRecall).toMatchObject([
    { of: 'generated, training', images: 12 },
    { of: 'training, other training', images: 12 },
  ]);
  for (const { precision, recall } of precisionRecall) {
    for (const share of [precision, recall]) expect(Math.abs(share * 12 - Math.round(share * 12))).toBeLessThan(1e-9);
  }
  const [{ precision, recall }] = precisionRecall as [PrecisionRecallOf];
  expect(readFileSync(join(out, 'generator.csv'), 'utf8')).toContain(
    `precision,"generated, training",,12,,${precision}\nrecall,"generated, training",,12,,${recall}\n`,
  );
  expect(evaluate.print!(summary)).toMatch(
    /features of the classifier +images each +precision +recall\ngenerated, training +12 +[01]\.\d{3} +[01]\.\d{3}\n/,
  );
});

test('shares are of the faces in each group', () => {
  const [male, young, smiling] = ['Male', 'Young', 'Smiling'].map(name => attributeNames.indexOf(name as 'Male'));
  const face = (...present: (number | undefined)[]) => attributeNames.map((_, a) => (present.includes(a) ? 0.6 : 0.5)); // 0.5 is the threshold, and not above it
  const faces = [face(male, smiling), face(male), face(male, young), face(young, smiling)];
  const { groups } = sharesByGroup(
    'faces',
    Float32Array.from(faces.flat()),
    attributeNames.map(() => 0.5),
  );
  const of = (group: 'all' | 'women' | 'men' | 'young' | 'older') => [
    groups[group].count,
    groups[group].shares[smiling!],
    groups[group].shares[young!],
  ];
  expect(of('all')).toEqual([4, 0.5, 0.5]);
  expect(of('women')).toEqual([1, 1, 1]);
  expect(of('men')).toEqual([3, 1 / 3, 1 / 3]);
  expect(of('young')).toEqual([2, 0.5, 1]);
  expect(of('older')).toEqual([2, 0.5, 0]);
  const none = sharesByGroup('none', new Float32Array(0), []).groups.men;
  expect([none.count, none.shares[0]]).toEqual([0, null]);
});

test('more images than there are to train on are lowered, and told', async () => {
  const { swd } = await run({ out: join(root, 'all') });
  expect((swd as Distance[])[0]).toMatchObject({ images: 24 });
  expect(warnings.pop()).toBe(`only 24 images are compared, all that ${dataset} has to train on`);
});

test('an aborted run leaves nothing that could be taken for a finished one', async () => {
  const out = join(root, 'aborted');
  const controller = new AbortController();
  controller.abort(new Error('stopped'));
  await expect(run({ out }, controller.signal)).rejects.toThrow('stopped');
  expect(existsSync(out)).toBe(false);
});

test('floors are measured as far as there are real images', () => {
  const set = (count: number): ImageSet => ({ resolution: 1, count, pixels: new Uint8Array(count * 3) });
  const told = (...counts: [number, number, number]) => {
    const [generated, train, test] = counts.map(set) as [ImageSet, ImageSet, ImageSet];
    return comparisonsOf(generated, train, test).map(({ of, a, b }) => {
      expect(a.count).toBe(b.count);
      expect(a.pixels.length).toBe(b.pixels.length);
      return `${of} ${a.count}`;
    });
  };
  expect(told(8192, 16_384, 2500)).toEqual([
    'generated, training 8192',
    'training, other training 8192',
    'generated, training 2500',
    'training, other training 2500',
    'training, test 2500',
  ]);
  expect(told(1000, 2000, 1000)).toEqual([
    'generated, training 1000',
    'training, other training 1000',
    'training, test 1000',
  ]);
  expect(told(3, 3, 0)).toEqual(['generated, training 3', 'generated, training 1', 'training, other training 1']);
});

describe('misuse is one line', () => {
  test('no dataset', async () => {
    await expect(run({ out: join(root, 'x'), dataset: undefined })).rejects.toThrow(/^--generator needs --dataset, /);
  });

  test('a dataset smaller than the generator’s images; a larger one is halved', async () => {
    const [large, small] = [join(root, 'gan64'), join(root, 'gan16')];
    await writeTinyGenerator(large, { ...tinyGan, resolution: 64 });
    await expect(run({ out: join(root, 'x'), generator: large })).rejects.toThrow(
      "the dataset must have the generator's 64×64 or more; got 32",
    );
    await writeTinyGenerator(small, { ...tinyGan, resolution: 16 });
    const { swd } = (await run({ out: join(root, 'half'), generator: small })) as unknown as { swd: Distance[] };
    expect(Object.keys(swd[0]!.levels)).toEqual(['16']);
  });

  test('a resolution below the smallest level', async () => {
    const [small, few] = [join(root, 'gan8'), join(root, 'dataset8')];
    await writeTinyGenerator(small, tinyGan);
    await writeTinyDataset(few, pictures(8, 4, { seed: 1, noiseSeed: 2, contrast: 2 }), () => 'train');
    await expect(run({ out: join(root, 'x'), generator: small, dataset: few })).rejects.toThrow(
      'SWD needs images whose side is a power of two from 16, its smallest level; got 8',
    );
  });

  test('a single training image', async () => {
    const one = join(root, 'dataset1');
    await writeTinyDataset(one, pictures(32, 1, { seed: 1, noiseSeed: 2, contrast: 2 }), () => 'train');
    await expect(run({ out: join(root, 'x'), dataset: one })).rejects.toThrow(/must have 2 training .*; it has 1$/);
  });

  test('a classifier of other images', async () => {
    const classifier = join(root, 'classifier8');
    await writeTinyClassifier(classifier);
    await expect(run({ out: join(root, 'x'), classifier })).rejects.toThrow(
      'generator and classifier must have one resolution; got 32 and 8',
    );
  });

  test('another run for the generator', async () => {
    await expect(run({ out: join(root, 'x'), generator: dataset })).rejects.toThrow(/must be a run of "train gan"/);
    expect(existsSync(join(root, 'x'))).toBe(false);
  });
});
