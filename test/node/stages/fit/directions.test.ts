// The stage `fit` on faces from elsewhere: InterFaceGAN's latents and scores, and labels given by hand.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { attributeIndex, attributeNames } from '../../../../src/core/attributes.ts';
import type { HandLabelledMetrics } from '../../../../src/core/directions/fit/hand-labelled.ts';
import { toFloat64 } from '../../../../src/core/formats/nd-array.ts';
import { encodeNpy } from '../../../../src/core/formats/npy.ts';
import { cosine, length } from '../../../../src/core/math/linear-algebra.ts';
import { readBoundaryDetails } from '../../../../src/node/artefacts/boundaries.ts';
import { readNpy } from '../../../../src/node/files/files.ts';
import { type Log, silentLog } from '../../../../src/node/log/log.ts';
import { openRun } from '../../../../src/node/runs/run-folder.ts';
import { fit } from '../../../../src/node/stages/fit/stage.ts';
import { plant } from '../../../core/directions/fit/planted.ts';
import { temporaryFolder } from '../../../helpers/temp-folder.ts';

const folder = temporaryFolder();
let runs = 0;
async function run(options: object, log: Log = silentLog) {
  const out = join(folder, `run-${runs++}`);
  await fit.run(fit.options.parse({ out, threads: 1, field: false, ...options }), {
    log,
    signal: new AbortController().signal,
  });
  return openRun(out, 'fit');
}
const normalIn = async (path: string) => toFloat64((await readNpy(path)).data);

describe("InterFaceGAN's latents and scores", () => {
  const { latents, size, logits, normal } = plant(1, 4000, 16);
  const z = join(folder, 'z.npy');
  writeFileSync(z, encodeNpy({ shape: [4000, size], data: latents.map(value => 2 * value) }));
  const probabilities = logits.map(logit => 1 / (1 + Math.exp(-logit)));
  mkdirSync(join(folder, 'few'));
  const write = (name: string, data: Float32Array) => {
    const path = join(folder, name);
    writeFileSync(path, encodeNpy({ shape: [4000, data.length / 4000], data }));
    return path;
  };

  test('--of chooses among imported boundaries where the scores name no generator', async () => {
    const paths = [write('age_scores.npy', probabilities), write('pose_scores.npy', logits)];
    const boundaries = ['pggan_celebahq', 'stylegan_ffhq'].map((generator, at) => {
      const path = join(folder, `${generator}_pose_boundary.npy`);
      writeFileSync(path, encodeNpy({ shape: [1, size], data: new Float32Array(size).with(at, 1) }));
      return path;
    });
    const options = { latents: z, scores: paths, import: boundaries, of: 'stylegan_ffhq', ratio: 0.1 };
    const finished = await run(options);
    expect([...(await normalIn(finished.file('pose_boundary.npy')))].indexOf(1)).toBe(1);
    await expect(run({ ...options, of: 'stylegan_fhq' })).rejects.toThrow(
      '--of must be a generator of these boundaries',
    );
  });

  test('a file an attribute: age is turned, other names stay, the latents are brought to their length', async () => {
    const paths = [write('age_scores.npy', probabilities), write('pose_scores.npy', logits)];
    const exported = join(folder, 'back');
    const finished = await run({ latents: z, scores: paths, ratio: 0.1, export: exported, field: true });
    const young = await normalIn(finished.file('Young_boundary.npy'));
    expect(cosine(young, normal)).toBeLessThan(-0.9);
    expect(cosine(await normalIn(finished.file('pose_boundary.npy')), normal)).toBeGreaterThan(0.9);
    const { directions } = await readBoundaryDetails(finished);
    expect(directions.slice(40)).toMatchObject([{ attribute: 'pose', origin: 'fitted to scores' }]);
    expect(directions[attributeIndex('Male')]).toMatchObject({
      controllable: false,
      reason: 'the faces have no scores of it',
    });
    const whole = JSON.parse(readFileSync(finished.file('boundaries.json'), 'utf8')) as { attributes: object[] };
    const positives = logits.filter(logit => logit < 0).length;
    expect(whole.attributes[attributeIndex('Young')]).toMatchObject({ metrics: { positives } });
    const back = (await readNpy(join(exported, 'z.npy'))).data as Float32Array;
    expect(length(back.subarray(0, size))).toBeCloseTo(4, 5);
    expect((await readNpy(join(exported, 'pose_scores.npy'))).shape).toEqual([4000, 1]);
  });

  test('scores in a row, in a list or in a column are the same', async () => {
    const normals: Float64Array[] = [];
    for (const shape of [[4000, 1], [4000], [1, 4000]]) {
      const path = join(folder, 'hat_scores.npy');
      writeFileSync(path, encodeNpy({ shape, data: logits }));
      const finished = await run({ latents: z, scores: [path], ratio: 0.1, control: false, field: false });
      normals.push(await normalIn(finished.file('hat_boundary.npy')));
    }
    expect(normals[1]).toEqual(normals[0]);
    expect(normals[2]).toEqual(normals[0]);
  });

  test('a row of zeros, of infinite numbers or none at all is one line that names file and row', async () => {
    const path = join(folder, 'bad-z.npy');
    const scores = [write('hat_scores.npy', logits)];
    const fitTo = (shape: readonly number[], data: Float32Array) => {
      writeFileSync(path, encodeNpy({ shape, data }));
      return run({ latents: path, scores, field: false });
    };
    const spoilt = (value: number) => Float32Array.from(latents, (x, at) => (Math.floor(at / size) === 7 ? value : x));
    await expect(fitTo([4000, size], spoilt(0))).rejects.toThrow(
      `${path}: each latent must have a direction; row 7 has the length 0. Leave it out`,
    );
    await expect(fitTo([4000, size], spoilt(Number.NaN))).rejects.toThrow(
      `${path} must hold finite numbers; row 7 has NaN. Make it again`,
    );
    await expect(fitTo([0, size], new Float32Array())).rejects.toThrow(`${path} must hold latents; it has none`);
    await expect(fitTo([4000, 0], new Float32Array())).rejects.toThrow(`${path} must hold latents; it has none`);
    await expect(fitTo([4000 * size], latents)).rejects.toThrow(/must have shape \[any, any\]; got \[64000\]/);
  });

  test('all 40 in scores.npy', async () => {
    const table = new Float32Array(4000 * 40);
    for (let face = 0; face < 4000; face++) table[face * 40 + attributeIndex('Bangs')] = logits[face]!;
    const finished = await run({ latents: z, scores: [write('scores.npy', table)], ratio: 0.1, control: false });
    const { directions } = await readBoundaryDetails(finished);
    expect(directions.filter(({ controllable }) => controllable).map(({ attribute }) => attribute)).toEqual(['Bangs']);
  });

  test('an imported boundary is measured on the faces instead of being fitted', async () => {
    const path = join(folder, 'smile_boundary.npy');
    writeFileSync(path, encodeNpy({ shape: [1, size], data: normal.map(value => 3 * value) }));
    const finished = await run({ latents: z, scores: [write('smile_scores.npy', logits)], import: [path], ratio: 0.1 });
    expect(cosine(await normalIn(finished.file('Smiling_boundary.npy')), normal)).toBeCloseTo(1, 12);
    const { directions } = await readBoundaryDetails(finished);
    const boundary = { intercept: 0, metrics: { testAccuracy: 1 } };
    expect(directions[attributeIndex('Smiling')]).toMatchObject({ boundary });
  });

  test('a boundary of an earlier run keeps its intercept, and is refused beside faces of another geometry', async () => {
    const first = await run({
      latents: z,
      scores: [
        write(
          'Chubby_scores.npy',
          logits.map(x => x + 1),
        ),
      ],
      ratio: 0.1,
    });
    const chubby = async (of: { file(name: string): string }) =>
      (await readBoundaryDetails(of)).directions[attributeIndex('Chubby')]!.boundary!;
    const { intercept } = await chubby(first);
    expect(Math.abs(intercept)).toBeGreaterThan(0.01);
    const path = first.file('Chubby_boundary.npy');
    const again = await run({ latents: z, scores: [write('smile_scores.npy', logits)], import: [path], ratio: 0.1 });
    expect((await chubby(again)).intercept).toBe(intercept);
    const csv = join(folder, 'age.csv');
    const called = { latents: z, scores: [join(folder, 'Chubby_scores.npy')], labels: [csv], name: ['age'] };
    await expect(run(called)).rejects.toThrow(/^--name age is what files of boundaries call Young; choose another$/);
    const onSphere = JSON.parse(readFileSync(first.file('boundaries.json'), 'utf8')) as object;
    writeFileSync(first.file('boundaries.json'), JSON.stringify({ ...onSphere, geometry: 'linear' }));
    await expect(run({ latents: z, scores: [write('smile_scores.npy', logits)], import: [path] })).rejects.toThrow(
      /^boundaries must be in latents of one geometry; \S+ is in linear ones, the faces in sphere ones/,
    );
  });

  test('an imported boundary of what too few faces show is no boundary of the attribute, and it is said why', async () => {
    const path = join(folder, 'Bald_boundary.npy');
    writeFileSync(path, encodeNpy({ shape: [1, size], data: normal }));
    const rare = logits.map((_, face) => (face < 3 ? 1 : -1 - face));
    const wishes = { latents: z, scores: [write('Bald_scores.npy', rare)], import: [path], ratio: 0.1 };
    const warnings: string[] = [];
    const log = { ...silentLog, warn: (line: string) => warnings.push(line) };
    const { directions } = await readBoundaryDetails(await run(wishes, log));
    expect(warnings.join()).toContain('no boundary of Bald: the imported boundary cannot be measured: only 3 of 4000');
    expect(directions[attributeIndex('Bald')]).toMatchObject({
      boundary: null,
      reason: expect.stringMatching(
        /^the imported boundary cannot be measured: only 3 of 4000 generated faces are labelled with it/,
      ),
    });
    const named = join(folder, 'dimple_boundary.npy');
    writeFileSync(named, encodeNpy({ shape: [1, size], data: normal }));
    const beyond = await run({ ...wishes, scores: [write('dimple_scores.npy', rare)], import: [named] });
    expect((await readBoundaryDetails(beyond)).directions[40]).toMatchObject({
      attribute: 'dimple',
      origin: 'imported',
    });
  });

  test.each<[string, object, RegExp]>([
    ['nothing to fit to', {}, /fit needs faces, of --synthesis or of --latents with --scores; got none/],
    ['latents without scores', { latents: z }, /--latents and --scores belong together/],
    [
      'another number of scores',
      { latents: z, scores: [write('few/scores.npy', new Float32Array(8000))] },
      /\[4000, 40\]/,
    ],
    ['labels without a name', { latents: z, scores: [z], labels: ['x.csv'] }, /1 files and 0 names/],
  ])('%s is one line', async (_, options, message) => {
    await expect(run(options)).rejects.toThrow(message);
  });
});

describe('labels given by hand', () => {
  const { latents, size, logits, normal } = plant(3, 500, 16);
  const z = join(folder, 'hand-z.npy');
  const scores = join(folder, 'Bangs_scores.npy');
  writeFileSync(z, encodeNpy({ shape: [500, size], data: latents }));
  writeFileSync(scores, encodeNpy({ shape: [500, 1], data: logits }));
  const faces = { latents: z, scores: [scores], ratio: 0.1, control: false };
  const csv = (text: string) => {
    const path = join(folder, `labels-${runs}.csv`);
    writeFileSync(path, text);
    return path;
  };

  test('by the row of the latent give a boundary of their own, with what it is worth', async () => {
    const rows = Array.from({ length: 120 }, (_, i) => `${4 * i},${logits[4 * i]! > 0 ? 1 : 0}`);
    const said: string[] = [];
    const log = { ...silentLog, info: (line: string) => said.push(line) };
    const finished = await run(
      { ...faces, labels: [csv(`index,label\n${rows.join('\r\n')}\n`)], name: ['dimples'] },
      log,
    );
    const found = cosine(await normalIn(finished.file('dimples_boundary.npy')), normal);
    const { extra } = JSON.parse(readFileSync(finished.file('boundaries.json'), 'utf8')) as {
      extra: { attribute: string; origin: string; metrics: HandLabelledMetrics }[];
    };
    expect(extra).toMatchObject([{ attribute: 'dimples', origin: 'labelled by hand' }]);
    const { metrics } = extra[0]!;
    expect(metrics.labels).toBe(120);
    expect(Math.abs(metrics.expectedCosine - found)).toBeLessThan(0.1);
    const [titles, ...table] = readFileSync(finished.file('boundaries.csv'), 'utf8').trimEnd().split('\n');
    const cells = table.map(line => line.split(','));
    const row = Object.fromEntries(titles!.split(',').map((title, at) => [title, cells[40]![at]]));
    expect(row).toMatchObject({
      ...{ attribute: 'dimples', 'data size': '120', 'test accuracy': `${metrics.accuracy}`, f1: '' },
      ...{ 'accuracy low': `${metrics.interval.low}`, controllable: 'true', reason: '', origin: 'labelled by hand' },
    });
    expect(said.join()).toMatch(/dimples: 120 labels, \d+ of which are 1; cross-validation meets \d+ % of them/);
  });

  const thirty = (label: (i: number) => number, by = 'index') =>
    `${by},label\n${Array.from({ length: 30 }, (_, i) => `${i},${label(i)}`).join('\n')}\n`;
  test.each<[string, string, string, RegExp]>([
    ['no heading', '1,0\n', 'a', /must begin with the line "seed,label" or "index,label"; got "1,0"/],
    [
      'a label that is none',
      'seed,label\n1,0\n2,maybe\n',
      'a',
      /line 3 must be a whole seed and 0 or 1, as in "7,1"; got "2,maybe"/,
    ],
    ['an empty file', '', 'a', /must begin with the line "seed,label" or "index,label"; it is empty/],
    [
      'a face without a label',
      'seed,label\n1,1,,\n2,,,\n',
      'a',
      /line 3 must be a whole seed and 0 or 1, .*; got "2,"$/,
    ],
    ['a seed that no face has', 'seed,label\n99999999999999999999,1\n', 'a', /line 2 must be a whole seed/],
    ['unknown labels', 'seed,label\n1,0\n2,1\n3,-1\n', 'a', /must be 1 and -1, or 1 and 0; it has all three/],
    ['a face twice', 'seed,label\n1,0\n1,1\n', 'a', /line 3 labels seed 1 a second time/],
    ['a row that is not there', 'index,label\n500,1\n', 'a', /an index must be below 500/],
    [
      'seeds of faces from elsewhere',
      thirty(i => i % 2, 'seed'),
      'a',
      /beside --latents.* Label rows of --latents, by/,
    ],
    ['too few', 'index,label\n1,0\n2,1\n', 'a', /a needs at least 30 labels, 5 of each kind; got 1 of 1 and 1 of 0/],
    ['one kind', thirty(() => 1), 'a', /got 30 of 1 and 0 of 0/],
    ['a name that is taken', thirty(i => i % 2), 'Male', /Male is the name of another boundary/],
    ['a name that is no file name', thirty(i => i % 2), '../x', /letters without accents, digits/],
  ])('%s: one line', async (_, text, name, message) => {
    await expect(run({ ...faces, labels: [csv(text)], name: [name] })).rejects.toThrow(message);
  });
});

test('the names of the 40 attributes are file names', () => {
  expect(attributeNames.every(name => /^\w[\w-]{0,63}$/.test(name))).toBe(true);
});
