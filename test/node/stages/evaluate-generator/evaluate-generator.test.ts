// The stage `evaluate generator` on an untrained generator and made-up pictures: counts, floors, files and misuse.
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { attributeNames } from '../../../../src/core/attributes.ts';
import { type ImageSet, partOf, stored } from '../../../../src/core/images/image-set.ts';
import type { FeatureNetwork } from '../../../../src/node/artefacts/classifier-features.ts';
import { openDevice } from '../../../../src/node/devices/device.ts';
import { readJson } from '../../../../src/node/files/files.ts';
import { silentLog } from '../../../../src/node/log/log.ts';
import { hashInputs } from '../../../../src/node/runs/origin.ts';
import { openRun } from '../../../../src/node/runs/run-folder.ts';
import { shareCounts, sharesByGroup } from '../../../../src/node/stages/evaluate-generator/attribute-shares.ts';
import { comparisonsOf } from '../../../../src/node/stages/evaluate-generator/comparisons.ts';
import {
  featuresOfSets,
  frechetOf,
  precisionRecallsOf,
} from '../../../../src/node/stages/evaluate-generator/feature-comparisons.ts';
import { evaluateGenerator } from '../../../../src/node/stages/evaluate-generator/stage.ts';
import { qualityFigure } from '../../../../src/node/stages/report/figures/quality.ts';
import type { Source } from '../../../../src/node/stages/report/sources.ts';
import { pictures } from '../../../core/measures/images/pictures.ts';
import { temporaryFolder } from '../../../helpers/temp-folder.ts';
import { tinyClassifier, tinyGan, tinyStyle } from '../../../helpers/tiny-networks.ts';
import { writeTinyClassifier, writeTinyDataset, writeTinyGenerator } from '../../../helpers/tiny-runs.ts';

const root = temporaryFolder();
const [dataset, generator] = [join(root, 'dataset'), join(root, 'gan')];
const warnings: string[] = [];
const log = { ...silentLog, warn: (line: string) => warnings.push(line) };

const run = (options: object, signal = new AbortController().signal) =>
  evaluateGenerator.run(evaluateGenerator.options.parse({ generator, dataset, pairs: 10, threads: 1, ...options }), {
    log,
    signal,
  });

type Result = Awaited<ReturnType<typeof run>>;

/** 24 training images, 10 test images. */
beforeAll(async () => {
  const images = pictures(32, 35, { seed: 1, noiseSeed: 2, contrast: 2 });
  await writeTinyDataset(dataset, images, at => (at === 3 ? 'validation' : at % 7 < 2 ? 'test' : 'train'));
  await writeTinyGenerator(generator, { ...tinyGan, resolution: 32 });
});

test('a style generator is measured at all its variety and as its faces are shown', async () => {
  const style = join(root, 'style');
  await writeTinyGenerator(style, { ...tinyStyle, resolution: 32 });
  const measured = async (options: object, out: string) => {
    const summary = await run({ generator: style, images: 10, out: join(root, out), ...options });
    return summary.msSsim.map(({ of, mean }) => [of, mean] as const);
  };
  const both = await measured({}, 'both');
  expect(both.map(([of]) => of)).toEqual(['generated', 'generated at ψ 0.7', 'training']);
  const one = await measured({ psi: 1 }, 'one');
  expect(one.map(([of]) => of)).toEqual(['generated', 'training']);
  expect(one[0]).toEqual(both[0]);
  const mean = await measured({ psi: 0 }, 'mean');
  expect(mean[1]![0]).toBe('generated at ψ 0');
  expect(mean[1]![1]).toBeCloseTo(1, 6); // one face, again and again
  await expect(run({ psi: 0.8, out: join(root, 'refused') })).rejects.toThrow(/psi must be 1 for .*gan/);
});

describe('a run', () => {
  const out = join(root, 'quality');
  let summary: Result;
  beforeAll(async () => {
    summary = await run({ out, images: 20, seed: 5 });
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
    expect(lines[0]).toBe('measure,of,level,images,pairs,features,value');
    expect(lines[1]).toBe(`SWD×10³,"generated, training",32,20,,,${summary.swd[0]!.levels[32]}`);
    expect(lines[3]).toBe(`SWD×10³,"generated, training",average,20,,,${summary.swd[0]!.average}`);
    expect(lines.at(-1)).toBe(`MS-SSIM,training,,20,10,,${summary.msSsim[1]!.mean}`);
    const { manifest, config } = await openRun(out, 'evaluate generator');
    expect(Object.keys(manifest.inputs)).toEqual(['generator', 'dataset']);
    expect(config).toMatchObject({ images: 20, pairs: 10 });
    expect(config).not.toHaveProperty('lock'); // an option of the other half
  });

  test('prints two tables and what may be compared', () => {
    const text = evaluateGenerator.print!(summary);
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

describe('networks', () => {
  const out = join(root, 'features');
  const [classifier, judge] = [join(root, 'labeller'), join(root, 'judge')];
  const name = 'the classifier of preset judge, seed 3 (50.00 % of test labels right)';
  let summary: Result;
  beforeAll(async () => {
    await writeTinyClassifier(classifier, { ...tinyClassifier, resolution: 32 });
    await writeTinyClassifier(judge, { ...tinyClassifier, resolution: 32, width: 6 });
    summary = await run({ out, images: 20, judge, classifier });
  });

  test('tell how often the classifier sees each attribute in generated and in test images, by gender and age', async () => {
    const sets = summary.attributes!;
    expect(sets.map(({ of, groups }) => [of, groups.all.count])).toEqual([
      ['generated', 20],
      ['test', 10],
    ]);
    for (const { groups } of sets) {
      expect(groups.women.count + groups.men.count).toBe(groups.all.count);
      expect(groups.young.count + groups.older.count).toBe(groups.all.count);
      expect(groups.all.shares).toHaveLength(40);
    }
    expect((await openRun(out, 'evaluate generator')).summary.attributes).toEqual(sets);
    expect(evaluateGenerator.print!(summary)).toMatch(/^attribute +all: generated +all: test +women: generated/m);
  });

  test('are heard by Ctrl-C while the classifier looks at images, which are counted', async () => {
    const controller = new AbortController();
    const progress = (label: string, total: number) => ({
      update: (done: number, note?: string) => {
        if (label === 'attributes') controller.abort(new Error(`stopped at ${done}/${total} ${note}`));
      },
      finish: () => {},
    });
    const options = { generator, dataset, classifier, images: 20, pairs: 10, threads: 1, out: join(root, 'stopped') };
    const stopped = evaluateGenerator.run(evaluateGenerator.options.parse(options), {
      log: { ...log, progress },
      signal: controller.signal,
    });
    await expect(stopped).rejects.toThrow('stopped at 20/20 generated');
  });

  test('show in the features of the judge the precision and recall of generated and of real images', () => {
    const precisionRecall = summary.precisionRecall!;
    expect(precisionRecall).toMatchObject([
      { of: 'generated, training', images: 12 },
      { of: 'training, other training', images: 12 },
    ]);
    for (const { precision, recall } of precisionRecall) {
      for (const share of [precision, recall]) expect(Math.abs(share * 12 - Math.round(share * 12))).toBeLessThan(1e-9);
    }
  });

  test('show there the Fréchet distance at every count that has a floor', () => {
    const frechet = summary.frechet!;
    expect(frechet.map(({ of, images }) => `${images} ${of}`)).toEqual([
      '20 generated, training',
      '12 generated, training',
      '12 training, other training',
      '10 generated, training',
      '10 training, other training',
      '10 training, test',
    ]);
    for (const { distance } of frechet) expect(distance).toBeGreaterThan(0);
  });

  test('are named in every output', async () => {
    const { precisionRecall = [], frechet = [] } = summary;
    expect(await readJson(join(out, 'generator.json'))).toMatchObject({ features: name, precisionRecall, frechet });
    const [{ precision, recall }, { distance }] = [precisionRecall[0]!, frechet[0]!];
    const csv = readFileSync(join(out, 'generator.csv'), 'utf8');
    expect(csv).toContain(
      `precision,"generated, training",,12,,"${name}",${precision}\nrecall,"generated, training",,12,,"${name}",${recall}\n`,
    );
    expect(csv).toContain(`Fréchet distance,"generated, training",,20,,"${name}",${distance}\n`);
    const text = evaluateGenerator.print!(summary);
    expect(text).toMatch(
      /^precision and recall of +images each +precision +recall\ngenerated, training +12 +[01]\.\d{3} /m,
    );
    expect(text).toMatch(/^Fréchet distance between +images each +distance\ngenerated, training +20 +\d+\.\d{4}\n/m);
    expect(text.split(`In the features of ${name}`)).toHaveLength(3);
    const { manifest } = await openRun(out, 'evaluate generator');
    expect(Object.keys(manifest.inputs)).toEqual(['generator', 'dataset', 'classifier', 'judge']);
  });

  test('tell where the judge had chosen the generator, or its pictures were others', async () => {
    const chosen = join(root, 'chosen');
    cpSync(generator, chosen, { recursive: true });
    const path = join(chosen, 'manifest.json');
    const manifest = JSON.parse(readFileSync(path, 'utf8'));
    const inputs = { ...(await hashInputs({ judge })), dataset: { path: dataset, sha256: 'of other pictures' } };
    writeFileSync(path, JSON.stringify({ ...manifest, inputs }));
    warnings.length = 0;
    const told = await run({ generator: chosen, out: join(root, 'by-chooser'), images: 2, pairs: 1, judge });
    expect(told.features).toBe(`${name}, which chose the generator among its moving averages`);
    expect(told.otherPictures).toBe(true);
    expect(warnings).toEqual([
      expect.stringMatching(/^the generator was trained on other pictures than .*dataset holds/),
    ]);
  });

  test('tell where the classifier was trained on other pictures, which may be the test images here', async () => {
    const other = join(root, 'other-labeller');
    cpSync(classifier, other, { recursive: true });
    const path = join(other, 'manifest.json');
    const manifest = JSON.parse(readFileSync(path, 'utf8'));
    const inputs = { dataset: { path: dataset, sha256: 'of other pictures' } };
    writeFileSync(path, JSON.stringify({ ...manifest, inputs }));
    warnings.length = 0;
    const told = await run({ classifier: other, out: join(root, 'other-labels'), images: 2, pairs: 1 });
    expect(told).toMatchObject({ otherLabelled: true });
    expect(told).not.toHaveProperty('otherPictures');
    expect(summary).not.toHaveProperty('otherLabelled');
    expect(warnings).toEqual([
      expect.stringMatching(/^the classifier was trained on other pictures than .*dataset holds/),
    ]);
  });

  test('need not be both: a classifier stands in for the judge', async () => {
    const few = { images: 2, pairs: 1 };
    const [byJudge, byClassifier] = [
      await run({ out: join(root, 'judged'), ...few, judge }),
      await run({ out: join(root, 'classified'), ...few, classifier }),
    ];
    expect(byJudge).not.toHaveProperty('attributes');
    expect(byClassifier).toHaveProperty('attributes');
    expect(byJudge).not.toHaveProperty('precisionRecall'); // too few images have a third neighbour
    expect(byJudge.frechet!.map(({ images }) => images)).toEqual([2, 2, 2]);
    expect(byClassifier.frechet).not.toEqual(byJudge.frechet);
  });

  test('are told in the report, where an older run did not name them', () => {
    const body = (quality: object) => qualityFigure({ summary: quality, command: '' } as Source).body;
    expect(body(summary)).toContain(`In the features of ${name}, each map averaged over its quarters`);
    const { features: _, frechet: __, ...older } = summary;
    expect(body(older)).toContain('In the features of the classifier. Precision');
    expect(body(older)).not.toContain('Fréchet');
  });
});

test('several generated sets are compared with one set of real features', async () => {
  const asked: number[] = [];
  const network: FeatureNetwork = {
    name: 'pixels',
    featuresOf: async images => {
      const { count, pixels } = stored(images);
      asked.push(count);
      return { count, size: 48, values: Float32Array.from({ length: count * 48 }, (_, at) => pixels[at]!) };
    },
    release: async () => {},
  };
  const set = (seed: number, count: number) => pictures(16, count, { seed, noiseSeed: seed + 50, contrast: 2 });
  const sets = {
    generated: [
      { of: 'ψ = 1', set: set(1, 8) },
      { of: 'ψ = 0.7', set: set(2, 8) },
    ],
    ...{ train: set(3, 16), test: set(4, 5) },
  };
  const context = { log, signal: new AbortController().signal };
  const features = await featuresOfSets(network, sets, context);
  expect(asked).toEqual([8, 8, 16, 5]);
  const told = (rows: readonly { readonly of: string; readonly images: number }[] = []) =>
    rows.map(({ of, images }) => `${images} ${of}`);
  expect(told(await precisionRecallsOf(await openDevice({ device: 'cpu', threads: 1 }), features, context))).toEqual([
    '8 ψ = 1, training',
    '8 ψ = 0.7, training',
    '8 training, other training',
  ]);
  const distances = await frechetOf(features, context);
  expect(told(distances)).toEqual([
    '8 ψ = 1, training',
    '8 ψ = 0.7, training',
    '8 training, other training',
    '5 ψ = 1, training',
    '5 ψ = 0.7, training',
    '5 training, other training',
    '5 training, test',
  ]);
  const alone = await frechetOf({ ...features, generated: features.generated.slice(1) }, context);
  expect(alone).toEqual(distances.filter(({ of }) => !of.startsWith('ψ = 1')));
});

test('shares are of the faces in each group', () => {
  const [male, young, smiling] = ['Male', 'Young', 'Smiling'].map(name => attributeNames.indexOf(name as 'Male'));
  const face = (...present: (number | undefined)[]) => attributeNames.map((_, a) => (present.includes(a) ? 0.6 : 0.5)); // 0.5 is the threshold, and not above it
  const faces = [face(male, smiling), face(male), face(male, young), face(young, smiling)];
  const known = { attributes: attributeNames, thresholds: attributeNames.map(() => 0.5) };
  const { groups } = sharesByGroup('faces', Float32Array.from(faces.flat()), known);
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
  const none = sharesByGroup('none', new Float32Array(0), known).groups.men;
  expect([none.count, none.shares[0]]).toEqual([0, null]);
  const own = { attributes: ['tall'], thresholds: [0] };
  const ofOwnFaces = sharesByGroup('own', Float32Array.of(1, -1), own);
  const { groups: ofOwn } = ofOwnFaces;
  expect(shareCounts([ofOwnFaces])).toBe('Faces of each kind, own: all 2.');
  expect([ofOwn.all.shares, ofOwn.men.count, ofOwn.women.count]).toEqual([[0.5], 0, 0]);
});

test('more images than there are to train on are lowered, and told', async () => {
  const { swd } = await run({ out: join(root, 'all') });
  expect(swd[0]).toMatchObject({ images: 24 });
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
    return comparisonsOf({ generated: [{ of: 'generated', set: generated }], train, test }, partOf).map(
      ({ of, a, b }) => {
        expect(a.count).toBe(b.count);
        expect(a.pixels.length).toBe(b.pixels.length);
        return `${of} ${a.count}`;
      },
    );
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
  test('a dataset smaller than the generator’s images; a larger one is halved', async () => {
    const [large, small] = [join(root, 'gan64'), join(root, 'gan16')];
    await writeTinyGenerator(large, { ...tinyGan, resolution: 64 });
    await expect(run({ out: join(root, 'x'), generator: large })).rejects.toThrow(
      "the dataset must have the generator's 64×64 or more; got 32",
    );
    await writeTinyGenerator(small, { ...tinyGan, resolution: 16 });
    const { swd } = await run({ out: join(root, 'half'), generator: small });
    expect(Object.keys(swd[0]!.levels)).toEqual(['16']);
  });

  test('a resolution below the smallest level', async () => {
    const [small, few] = [join(root, 'gan8'), join(root, 'dataset8')];
    await writeTinyGenerator(small, tinyGan);
    await writeTinyDataset(few, pictures(8, 4, { seed: 1, noiseSeed: 2, contrast: 2 }), row =>
      row < 2 ? 'train' : 'test',
    );
    await expect(run({ out: join(root, 'x'), generator: small, dataset: few })).rejects.toThrow(
      'SWD needs images whose side is a power of two from 16, its smallest level; got 8',
    );
  });

  test('a single training image', async () => {
    const one = join(root, 'dataset1');
    await writeTinyDataset(one, pictures(32, 2, { seed: 1, noiseSeed: 2, contrast: 2 }), row =>
      row < 1 ? 'train' : 'test',
    );
    await expect(run({ out: join(root, 'x'), dataset: one })).rejects.toThrow(/must have 2 training .*; it has 1$/);
  });

  test('a classifier of other images', async () => {
    const classifier = join(root, 'classifier8');
    await writeTinyClassifier(classifier);
    await expect(run({ out: join(root, 'x'), classifier })).rejects.toThrow(
      'generator and classifier must have one resolution; got 32 and 8',
    );
  });

  test('a judge of other images', async () => {
    const judge = join(root, 'judge8');
    await writeTinyClassifier(judge);
    await expect(run({ out: join(root, 'x'), judge })).rejects.toThrow(
      'generator and judge must have one resolution; got 32 and 8',
    );
  });

  test('another run for the generator', async () => {
    await expect(run({ out: join(root, 'x'), generator: dataset })).rejects.toThrow(/must be a run of "train gan"/);
    expect(existsSync(join(root, 'x'))).toBe(false);
  });
});
