// Stage `bundle`: three runs become one folder that opens and shows the same faces, or nothing at all.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { attributeIndex, attributeNames } from '../../../../src/core/attributes.ts';
import { fitBoundary } from '../../../../src/core/directions/fit/boundary.ts';
import { bundleNetworks } from '../../../../src/core/editor/networks.ts';
import { encodeNpy } from '../../../../src/core/formats/npy.ts';
import { flattenTree, type ParameterSpec } from '../../../../src/core/graph/tree.ts';
import { createRandom } from '../../../../src/core/math/random.ts';
import { Field, fieldSpec } from '../../../../src/core/models/field.ts';
import { generatorRunner } from '../../../../src/core/models/inference.ts';
import { normaliseLatents, sampleLatents } from '../../../../src/core/models/latents.ts';
import { initialValues } from '../../../../src/core/nn/initialise.ts';
import { type StoredBoundary, writeBoundaries } from '../../../../src/node/artefacts/boundaries.ts';
import { openBundle } from '../../../../src/node/artefacts/bundle.ts';
import { writeField } from '../../../../src/node/artefacts/field.ts';
import { writeTensors } from '../../../../src/node/artefacts/networks.ts';
import { cpuDevice } from '../../../../src/node/devices/device.ts';
import { readNpy, writeWhole } from '../../../../src/node/files/files.ts';
import type { JsonObject } from '../../../../src/node/files/json-lines.ts';
import { type Log, silentLog } from '../../../../src/node/log/log.ts';
import { type Run, withRun } from '../../../../src/node/runs/run-folder.ts';
import { bundle } from '../../../../src/node/stages/bundle/stage.ts';
import { sharesByGroup } from '../../../../src/node/stages/evaluate-generator/attribute-shares.ts';
import { temporaryFolder } from '../../../helpers/temp-folder.ts';
import {
  tinyClassifier,
  tinyClassifierWeights,
  tinyGan,
  tinyGeneratorWeights,
} from '../../../helpers/tiny-networks.ts';

const folder = temporaryFolder();
const [generator, classifier, synthesis, boundaries] = ['gan', 'classifier', 'synthesis', 'boundaries'].map(name =>
  join(folder, name),
) as [string, string, string, string];
const thresholds = attributeNames.map((_, i) => i / 40);
const calibration = attributeNames.map((_, i) =>
  i === 0 ? { slope: 1, intercept: 0 } : { slope: 2, intercept: -i / 40 },
);
const { latentSize } = tinyGan;
const [young, count] = [attributeIndex('Young'), 400];

async function makeRun(
  stage: string,
  out: string,
  inputs: Record<string, string>,
  write: (run: Run) => Promise<void>,
  summary: JsonObject = { imagesShown: 3000, testAccuracy: 0.75, majorityBaseline: 0.5, testImages: 12 },
) {
  await withRun(out, { stage, config: { seed: 1, out, kimg: 3 }, inputs }, async run => {
    await write(run);
    return summary;
  });
}

function makeGan(out: string, note = '') {
  return makeRun('train gan', out, {}, async run => {
    await writeTensors(run.file('generator.safetensors'), tinyGeneratorWeights, tinyGan);
    run.metrics({ imagesShown: 3000, swdAverage: 21.5, msSsim: 0.25, sample: { images: 1024, pairs: 500 }, note });
  });
}

/** Only Young has a boundary: the first number of the latent. */
async function writeFits(run: Run, others: readonly StoredBoundary[] = []): Promise<void> {
  const latents = normaliseLatents(sampleLatents(createRandom(1), count, latentSize), latentSize);
  const logits = Float32Array.from({ length: count }, (_, n) => latents[n * latentSize]!);
  const fits = attributeNames.map((attribute, i) =>
    fitBoundary(attribute, latents, latentSize, i === young ? logits : new Float32Array(count), { ratio: 0.3 }),
  );
  const directions = [...fits, ...others.map(boundary => ({ controllable: true, boundary }) as const)];
  await writeBoundaries(run, directions, { size: latentSize, geometry: 'sphere' });
}

const run = (options: object, log: Log = silentLog) =>
  bundle.run(bundle.options.parse({ generator, classifier, boundaries, ...options }), {
    log,
    signal: new AbortController().signal,
  });

beforeAll(async () => {
  await makeGan(generator);
  await makeRun('train classifier', classifier, {}, tree =>
    writeTensors(tree.file('classifier.safetensors'), tinyClassifierWeights, {
      architecture: tinyClassifier,
      thresholds,
      calibration,
    }),
  );
  await makeRun('synthesize', synthesis, { generator, classifier }, tree =>
    writeWhole(tree.file('z.npy'), encodeNpy({ shape: [1], data: new Float32Array(1) })),
  );
  await makeRun('fit', boundaries, { synthesis }, writeFits);
});

test('directions beyond the 40 can be moved and locked, and are told in the model card', async () => {
  const normal = Float64Array.from({ length: latentSize }, (_, j) => (j === 1 ? 1 : 0));
  const dimples = { attribute: 'dimples', normal, intercept: 0.5, origin: 'labelled by hand', metrics: null };
  const [extended, out] = [join(folder, 'extended'), join(folder, 'with-dimples')];
  await makeRun('fit', extended, { synthesis }, run => writeFits(run, [dimples]));
  await run({ out, boundaries: extended });
  const editor = await openBundle(out, { device: 'cpu', threads: 1 });
  const before = normaliseLatents(editor.sample(1), latentSize);
  const { latent, distances } = editor.edit({ seed: 1, moves: ['dimples=@1'], locks: ['Young'] });
  expect(latent[1]).toBeCloseTo(0.5, 9);
  expect(distances.dimples).toBeCloseTo(1, 9);
  const young = editor.bundle.movable.find(({ attribute }) => attribute === 'Young')!;
  expect(distances.Young).toBeCloseTo(
    young.normal.reduce((sum, x, i) => sum + x * before[i]!, young.intercept),
    5,
  );
  expect(editor.edit({ seed: 1, moves: ['Young=1'], locks: ['dimples'] }).latent[1]).toBeCloseTo(before[1]!, 5);
  expect(() => editor.edit({ seed: 1, moves: ['dimple=1'] })).toThrow(
    /unknown attribute "dimple"\. Did you mean "dimples"/,
  );
  await expect(editor.resolve({ seed: 1, moves: ['dimples=p90'] })).rejects.toThrow(/Give a strength, like dimples=2/);
  expect(readFileSync(join(out, 'MODEL_CARD.md'), 'utf8')).toContain('- `dimples`: labelled by hand');
  await editor.release();
});

test('a training that went on from a checkpoint of others does not call the pictures its maker’s own', async () => {
  const at = (name: string) => join(folder, 'source', name);
  await makeRun('prepare', at('dataset'), {}, async () => {});
  const checkpoint = at('checkpoint.safetensors');
  await writeWhole(checkpoint, 'of somebody else');
  const cardOf = async (name: string, inputs: Record<string, string>) => {
    await makeRun('train gan', at(`${name}-gan`), { dataset: at('dataset'), ...inputs }, run =>
      writeTensors(run.file('generator.safetensors'), tinyGeneratorWeights, tinyGan),
    );
    await run({ generator: at(`${name}-gan`), classifier: at('classifier'), boundaries: at('fits'), out: at(name) });
    return readFileSync(join(at(name), 'MODEL_CARD.md'), 'utf8');
  };
  await makeRun('train classifier', at('classifier'), { dataset: at('dataset') }, tree =>
    writeTensors(tree.file('classifier.safetensors'), tinyClassifierWeights, {
      architecture: tinyClassifier,
      thresholds,
      calibration,
    }),
  );
  await makeRun('fit', at('fits'), {}, writeFits);
  expect(await cardOf('own', {})).toContain("Pictures and labels of the maker's own");
  expect(await cardOf('tuned', { startFrom: checkpoint })).toContain('for non-commercial research only');
});

test('a model that can edit nothing says so, one that can does not', async () => {
  const none = join(folder, 'no-boundaries');
  const latents = normaliseLatents(sampleLatents(createRandom(1), count, latentSize), latentSize);
  const fits = attributeNames.map(name => fitBoundary(name, latents, latentSize, new Float32Array(count), {}));
  await makeRun('fit', none, { synthesis }, tree =>
    writeBoundaries(tree, fits, { size: latentSize, geometry: 'sphere' }),
  );
  const warnings: string[] = [];
  const log = { ...silentLog, warn: (line: string) => warnings.push(line) };
  await run({ out: join(folder, 'edits-some') }, log);
  expect(warnings).toEqual([]);
  await run({ out: join(folder, 'edits-none'), boundaries: none }, log);
  expect(warnings).toEqual([
    expect.stringMatching(/^edits-none can draw faces and edit none: no attribute has a bound/),
  ]);
});

test('the field of a fit comes along in half precision, and predicts the same', async () => {
  const [fitted, out] = [join(folder, 'with-field'), join(folder, 'bundle-with-field')];
  const architecture = { latentSize, widths: [32], outputs: ['Young', 'Male'] };
  const tree = flattenTree<ParameterSpec>(fieldSpec(architecture));
  const weights = Object.fromEntries(
    [...tree].map(([path, spec]) => [path, { shape: spec.shape, data: initialValues(spec, createRandom(3)) }]),
  );
  await makeRun('fit', fitted, { synthesis }, async run => {
    await writeFits(run);
    await writeField(run, { architecture, weights, r2: [0.9, null] });
  });
  await run({ out, boundaries: fitted });
  const editor = await openBundle(out, { device: 'cpu', threads: 1 });
  const stored = bundleNetworks(editor.bundle).field!;
  const latent = normaliseLatents(editor.sample(1), latentSize);
  const [before, after] = [weights, stored.weights].map(each => new Field(architecture, each).values(latent, ['Male']));
  expect(after![0]).toBeCloseTo(before![0]!, 2);
  expect(stored.architecture).toEqual(architecture);
  const moves = ['Young=0.5'];
  expect(editor.edit({ seed: 1, moves, locks: [], hold: 'field' }).distances.Young).toBeDefined();
  expect(editor.edit({ seed: 1, moves })).toEqual(editor.edit({ seed: 1, moves, hold: 'linear' }));
  await editor.release();

  // Curves of a bundle are steady unless it was made without: Male, which nobody locked, changes less then.
  const unsteady = join(folder, 'bundle-unsteady');
  await run({ out: unsteady, boundaries: fitted, steadiness: 0 });
  const other = await openBundle(unsteady, { device: 'cpu', threads: 1 });
  expect([editor, other].map(({ bundle }) => bundle.field!.steadiness)).toEqual([1, 0]);
  const field = new Field(architecture, stored.weights);
  const start = editor.edit({ seed: 1, moves: [] }).latent;
  const [steady, free] = [editor, other].map(each => {
    const { latent: end } = each.edit({ seed: 1, moves: ['Young=1'], hold: 'field' });
    const [young, male] = field.values(end, ['Young', 'Male']).map((value, at) => {
      return value - field.values(start, ['Young', 'Male'])[at]!;
    });
    return Math.abs(male! / young!);
  });
  expect(steady).toBeLessThan(0.9 * free!);
  await other.release();
});

test('a steadiness of boundaries without a field is refused before anything is written', async () => {
  const out = join(folder, 'steady-without-field');
  await expect(run({ out, steadiness: 2 })).rejects.toThrow(
    /^--steadiness is for edits along a curve, which need a field; .* has none\. Leave it out, or fit with --field$/,
  );
  expect(existsSync(out)).toBe(false);
});

test('a folder whose name is too long for a model is refused before anything is written', async () => {
  const out = join(folder, 'long'.repeat(30));
  await expect(run({ out })).rejects.toThrow(/^--name must be given .* more than 100 characters; .* has 120$/);
  expect(existsSync(`${out}.partial`)).toBe(false);
});

describe('a bundle', () => {
  const out = join(folder, 'tiny');
  beforeAll(async () => {
    const summary = await run({ out, description: 'A *test*.' });
    expect(summary).toMatchObject({ out, name: 'tiny', resolution: 8, latentSize: 16, controllable: 1 });
  });

  test('shows the faces of the generator it was made from', async () => {
    const editor = await openBundle(out, { threads: 1 });
    const runner = await generatorRunner(cpuDevice(1), tinyGan, tinyGeneratorWeights, 1);
    const expected = await runner.generate(editor.sample(3));
    const shown = await editor.render([editor.sample(3)]);
    expect(Math.max(...shown.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(2 / 127.5);
    await runner.release();
    await editor.release();
  });

  test('holds what is known of each attribute', async () => {
    const editor = await openBundle(out, { threads: 1 });
    const { bundle: opened } = editor;
    await editor.release();
    expect(opened.movable.map(({ attribute }) => attribute)).toEqual(['Young']);
    const rows = (await readNpy(join(boundaries, 'boundaries.npy'))).data as Float64Array;
    expect(opened.movable[0]!.normal).toEqual(rows.slice(young * latentSize, (young + 1) * latentSize));
    expect(opened.directions[young]).toMatchObject({
      threshold: 39 / 40,
      probability: { slope: 2, intercept: -0.975 },
      controllable: true,
      boundary: {},
    });
    expect(opened.directions[0]).toEqual({
      attribute: '5_o_Clock_Shadow',
      threshold: 0,
      probability: { slope: 1, intercept: 0 },
      boundary: null,
      controllable: false,
      reason: 'only 0 of 400 generated faces are labelled with it; at least 20 are needed',
    });
  });

  test('says in its model card what it is and is not', () => {
    const card = readFileSync(join(out, 'MODEL_CARD.md'), 'utf8');
    expect(card).toMatch(/^# Model card: tiny\n\nA \*test\*\.\n\nA generator of 8×8 faces/);
    for (const part of [
      'non-commercial research',
      '1 of 40 can be moved',
      'after 3 thousand images',
      '"kimg": 3',
      '**75.00 %**',
      'reaches 50.00 %',
      '| Young |',
      'Not meant to identify',
      'face-tuning train gan --kimg 3 --out gan --seed 1\n',
      'stored as float16 (generator) and float16 (classifier)',
      '![seeds 0 to 63](samples.webp)',
      'On the way, SWD and MS-SSIM of 1024 images',
      '| 3 | 21.50 | 0.250 |',
    ]) {
      expect(card).toContain(part);
    }
    expect(card).not.toContain(folder);
  });

  test('shows the first faces as they come', async () => {
    const { width, height } = await sharp(join(out, 'samples.webp')).metadata();
    expect([width, height]).toEqual([64, 64]); // 8 × 8 of 8×8 pixels
  });

  test('takes the figures of its generator, and of no other, into the card', async () => {
    const [measured, edits] = [join(folder, 'quality'), join(folder, 'edits')];
    const [other, foreign] = [join(folder, 'unlike'), join(folder, 'unlike-quality')];
    const swd = [{ of: 'generated, training', images: 20, levels: { 16: 3, 32: 4 }, average: 3.5 }];
    const msSsim = [{ of: 'generated', images: 20, pairs: 10, mean: 0.25 }];
    const nearest = [{ of: 'test', images: 10, among: 24, least: 1, q01: 1, q10: 2, median: 3, q90: 4 }];
    const attributes = [
      sharesByGroup(
        'generated',
        Float32Array.from({ length: 40 }, (_, a) => a),
        { attributes: attributeNames, thresholds },
      ),
    ];
    const figures = { swd, msSsim, nearest, attributes };
    await makeRun('evaluate generator', measured, { generator }, async () => {}, figures);
    await makeRun('evaluate edits', edits, {}, async () => {}, figures);
    await makeGan(other, 'another');
    await makeRun('evaluate generator', foreign, { generator: other }, async () => {}, figures);
    const to = join(folder, 'measured');
    await run({ out: to, quality: measured });
    const card = readFileSync(join(to, 'MODEL_CARD.md'), 'utf8');
    for (const part of [
      '| generated, training | 20 | 4.00 | 3.00 | 3.50 |',
      'nearest of 24 training',
      'all 1, women 0',
    ]) {
      expect(card).toContain(part);
    }
    const refused = join(folder, 'refused');
    await expect(run({ out: refused, quality: edits })).rejects.toThrow(
      /must be a run of "evaluate generator"; it is one of "evaluate edits"/,
    );
    await expect(run({ out: refused, quality: foreign })).rejects.toThrow(`measured ${other}`);
    expect(existsSync(refused)).toBe(false);
  });

  test('is never overwritten unasked, and is the same when made again', async () => {
    await expect(run({ out })).rejects.toThrow(/give --force/);
    const before = readFileSync(join(out, 'bundle.json'), 'utf8');
    await run({ out, force: true, description: 'A *test*.' });
    expect(readFileSync(join(out, 'bundle.json'), 'utf8')).toBe(before);
  });
});

describe('what it refuses, leaving nothing behind', () => {
  test('boundaries of another generator, though it has the same shape', async () => {
    const other = join(folder, 'other');
    await makeGan(other, 'another');
    const out = join(folder, 'mixed');
    await expect(run({ generator: other, out })).rejects.toThrow(
      `boundaries must be fitted to faces of the same generator; ${boundaries} was to those of ${generator}, not ${other}`,
    );
    expect(existsSync(out)).toBe(false);
  });

  test('networks of other shapes, where nobody can tell where the boundaries come from', async () => {
    const wide = join(folder, 'wide');
    await makeRun('train gan', wide, {}, tree =>
      writeTensors(tree.file('generator.safetensors'), {}, { ...tinyGan, latentSize: 32 }),
    );
    rmSync(synthesis, { recursive: true });
    const out = join(folder, 'mixed');
    await expect(run({ generator: wide, out })).rejects.toThrow(
      /boundaries must be in the generator's latents of 32 numbers; .* has them in ones of \d+\. Fit to its faces$/,
    );
    expect(existsSync(out)).toBe(false);
  });
});
