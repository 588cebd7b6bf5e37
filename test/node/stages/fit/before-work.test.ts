// Checks that `fit` refuses what it cannot use before the first fit, says little when all is well, and loses no fits.
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodeNpy } from '../../../../src/core/formats/npy.ts';
import { strangenessOf } from '../../../../src/core/models/foreign-latents.ts';
import { type Log, silentLog } from '../../../../src/node/log/log.ts';
import { checkExport } from '../../../../src/node/stages/fit/export.ts';
import { fit } from '../../../../src/node/stages/fit/stage.ts';
import { plant } from '../../../core/directions/fit/planted.ts';
import { temporaryFolder } from '../../../helpers/temp-folder.ts';

const root = temporaryFolder();
const { latents, size, logits } = plant(1, 1000, 16);
const write = (name: string, shape: number[], data: Float32Array | Float64Array) => {
  const path = join(root, name);
  writeFileSync(path, encodeNpy({ shape, data }));
  return path;
};
const z = write('z.npy', [1000, size], latents);
const scores = ['Young', 'Male', 'Smiling'].map((name, i) =>
  write(
    `${name}_scores.npy`,
    [1000, 1],
    logits.map((logit, face) => logit + i * Math.sin(face)),
  ),
);
const link = join(temporaryFolder(), 'link');
symlinkSync(root, link);
const otherRun = join(temporaryFolder(), 'other');
mkdirSync(otherRun);
writeFileSync(join(otherRun, 'manifest.json'), '{}');
const wide = write('Bald_boundary.npy', [1, 512], new Float64Array(512).fill(1));
const own = write('Young_boundary.npy', [1, 16], new Float64Array(16).fill(0.25));

let runs = 0;
function run(options: object, log: Log = silentLog, signal = new AbortController().signal) {
  const out = join(root, `run-${runs++}`);
  const given = { latents: z, scores, ratio: 0.1, control: false, repeats: 1, threads: 1, out, ...options };
  return fit.run(fit.options.parse(given), { log, signal });
}
const csv = (lines: readonly string[]) => {
  const path = join(root, `labels-${runs}.csv`);
  writeFileSync(path, ['index,label', ...lines].join('\n'));
  return path;
};
const labelled = Array.from({ length: 60 }, (_, face) => `${face},${logits[face]! > 0 ? 1 : 0}`);
const withBadLine = labelled.with(39, '39,maybe');

describe('before the first fit', () => {
  test.each<[string, () => object, RegExp]>([
    ['a typo in a condition', () => ({ condition: ['Young:Mael'] }), /no boundary of "Mael".*Did you mean "Male"\?/],
    ['a condition without locks', () => ({ condition: ['Young'] }), /must be primal:lock\+lock.*got "Young"/],
    [
      'a condition that locks what it moves',
      () => ({ condition: ['Young:Young'] }),
      /once; got Young twice in "Young:/,
    ],
    ['a condition with a lock twice', () => ({ condition: ['Young:Male+Male'] }), /once; got Male twice/],
    ['a condition of an attribute without scores', () => ({ condition: ['Young:Bald'] }), /no boundary of "Bald"/],
    ['a condition given twice', () => ({ condition: ['Young:Male', 'Young: Male'] }), /name of another boundary/],
    ['a name with a space', () => ({ labels: [csv(labelled)], name: ['big smile'] }), /got "big smile"/],
    ['a name that is taken', () => ({ labels: [csv(labelled)], name: ['Young'] }), /name of another boundary/],
    ['a bad line of labels', () => ({ labels: [csv(withBadLine)], name: ['dimples'] }), /line 41 must be .*39,maybe/],
    ['labels of one kind', () => ({ labels: [csv(labelled.slice(0, 9))], name: ['dimples'] }), /at least 30 labels/],
    ['a boundary of other latents', () => ({ import: [wide] }), /latent size 16; got 512 with that of Bald/],
    ['a truncation of no labels', () => ({ psi: 0.7 }), /--psi is of faces that --labels name by seed; got 0\.7 alone/],
    [
      'a truncation of labels by index',
      () => ({ labels: [csv(labelled)], name: ['dimples'], psi: 0.7 }),
      /--psi is of faces that --labels name by seed; got 0\.7 for labels by index\. Leave it out/,
    ],
    [
      'a generator of no files',
      () => ({ latents: undefined, scores: [], synthesis: root, of: 'stylegan_ffhq' }),
      /--of chooses among files of --scores and --import; got stylegan_ffhq alone/,
    ],
    ['a curve without scores', () => ({ curve: ['Bald'] }), /unknown attribute "Bald"/],
    ['matched samples without scores', () => ({ matched: ['Bald'] }), /unknown attribute "Bald"/],
    [
      'matched samples of a boundary that is imported',
      () => ({ import: [own], matched: ['Young'] }),
      /--matched is of attributes that are fitted; the boundary of Young is imported/,
    ],
    ['an export onto a file', () => ({ export: join(z, 'inside') }), /cannot create .*z\.npy/],
    [
      'an export where the latents are',
      () => ({ export: root }),
      /a folder of its own; .* is where .*z\.npy is read from/,
    ],
    [
      'an export where the latents are, by a link',
      () => ({ export: link }),
      /a folder of its own; .* is where .*z\.npy is read from/,
    ],
    ['an export into a run', () => ({ export: otherRun }), /a folder of its own; .*other is a run, whose files might/],
    ['a destination below a file', () => ({ out: join(z, 'run') }), /cannot create .*part of the path is a file/],
    ['a destination with a long name', () => ({ out: join(root, 'x'.repeat(250)) }), /at most 245 bytes; got 250/],
  ])('%s', async (_, options, message) => {
    const before = readdirSync(root).filter(name => !name.startsWith('labels'));
    const progress = () => {
      throw new Error('a fit was begun');
    };
    await expect(run(options(), { ...silentLog, progress })).rejects.toThrow(message);
    expect(readdirSync(root).filter(name => !name.startsWith('labels'))).toEqual(before);
  });
});

test('an attribute of one’s own that InterFaceGAN’s files would call another one is not exported', async () => {
  const folder = join(temporaryFolder(), 'export');
  await expect(checkExport(folder, join(root, 'out'), [], ['Male', 'age'])).rejects.toThrow(
    "--export writes InterFaceGAN's names, where age is CelebA's Young; got an attribute of one's own called so",
  );
  expect(existsSync(folder)).toBe(false);
});

test('options of what is made afterwards may change while the fits are kept', async () => {
  const out = join(root, 'resumed');
  const stopping = new AbortController();
  const log: Log = {
    ...silentLog,
    progress: () => ({ update: done => done === 2 && stopping.abort(new Error('interrupted')), finish() {} }),
  };
  await expect(run({ out, condition: ['Young:Smiling'] }, log, stopping.signal)).rejects.toThrow('interrupted');
  const kept = readFileSync(join(`${out}.partial`, 'metrics.jsonl'), 'utf8');
  expect(kept.trim().split('\n')).toHaveLength(2);
  const changed = { condition: ['Young:Male'], labels: [csv(labelled)], name: ['dimples'], threads: 2 };
  await run({ ...changed, out, resume: true });
  expect(readFileSync(join(out, 'metrics.jsonl'), 'utf8').startsWith(kept)).toBe(true);
  const at = join(root, 'at-once');
  await run({ ...changed, out: at });
  const names = readdirSync(at).filter(name => !['manifest.json', 'timings.jsonl', 'config.json'].includes(name));
  expect(names).toContain('Young_c_Male_boundary.npy');
  for (const name of names) expect(readFileSync(join(out, name)).equals(readFileSync(join(at, name))), name).toBe(true);

  const exported = join(root, 'exported');
  await run({ ...changed, out, resume: true, export: exported }); // kept, and exported all the same
  expect(readdirSync(exported)).toContain('age_boundary.npy');
});

test('a condition of an attribute that got no boundary is left out with a warning; the fits stay', async () => {
  const warnings: string[] = [];
  const flat = write('Bangs_scores.npy', [1000, 1], new Float32Array(1000));
  const log = { ...silentLog, warn: (line: string) => warnings.push(line) };
  const result = await run({ scores: [...scores, flat], condition: ['Young:Bangs'] }, log);
  expect(existsSync(join(result.out, 'Young_boundary.npy'))).toBe(true);
  expect(warnings.at(-1)).toBe('--condition Young:Bangs is left out: Bangs has got no boundary');
  expect(warnings.filter(line => line.startsWith('no boundary of Bangs: '))).toHaveLength(1);
});

test('a success is told in a few lines', async () => {
  const lines = fit.print!(await run({})).split('\n');
  expect(lines.length).toBeLessThanOrEqual(8);
  expect(lines[0]).toMatch(/run-\d+: boundaries of 3 of 40 attributes, fitted to 1000 faces$/);
  expect(lines[1]).toMatch(/^mean test accuracy \d\.\d{3}, F1 \d\.\d{3}, AUC \d\.\d{3}$/);
  expect(lines.at(-1)).toMatch(/^everything: .*boundaries\.csv$/);
});

describe('latents of another kind', () => {
  const shifted = latents.map((value, at) => value + (at % size === 0 ? 8 : 0));
  test.each<[string, Float32Array, RegExp | undefined]>([
    ['as they are drawn', latents, undefined],
    ['with a row that is no number', latents.map((value, at) => (at < size ? Number.NaN : value)), undefined],
    ['of no numbers at all', latents.map(() => Number.NaN), undefined],
    ['three times as long', latents.map(value => 3 * value), /have a mean length of 12\.0, where .* √16 = 4\.00/],
    ['of length 1', latents.map(value => value / 4), /mean length of 1\.00/],
    ['around another centre, as w of a StyleGAN', shifted, /lie around a mean of 0\.\d+ of their length/],
  ])('%s', (_, given, words) => {
    const found = strangenessOf(given, size);
    if (words === undefined) expect(found).toBe(undefined);
    else expect(found).toMatch(words);
  });

  test('are told once', async () => {
    const warnings: string[] = [];
    mkdirSync(join(root, 'w'));
    const w = write('w/z.npy', [1000, size], shifted);
    await run({ latents: w }, { ...silentLog, warn: line => warnings.push(line) });
    expect(warnings.filter(line => line.includes('w/z.npy lie around a mean'))).toHaveLength(1);
  });
});
