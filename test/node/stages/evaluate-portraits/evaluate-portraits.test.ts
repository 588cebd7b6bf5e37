// The measure of portraits, over drawn pictures and untrained networks: what it counts, and that it can be interrupted.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { attributeNames } from '../../../../src/core/attributes.ts';
import type { ScoredDirection } from '../../../../src/core/directions/scored.ts';
import { silentLog } from '../../../../src/node/log/log.ts';
import { evaluatePortraits } from '../../../../src/node/stages/evaluate-portraits/stage.ts';
import { prepare } from '../../../../src/node/stages/prepare/stage.ts';
import { temporaryFolder } from '../../../helpers/temp-folder.ts';
import { noBoundary, writeTinyBundle } from '../../../helpers/tiny-bundle.ts';
import { makeTinyCeleba } from '../../../helpers/tiny-celeba.ts';
import { tinyClassifier, tinyStyle } from '../../../helpers/tiny-networks.ts';
import { writeTinyClassifier } from '../../../helpers/tiny-runs.ts';

const root = temporaryFolder();
const [bundle, judge, dataset] = ['bundle', 'judge', 'dataset'].map(name => join(root, name)) as [
  string,
  string,
  string,
];
let pictures: string;
let celeba: string;
const context = { log: silentLog, signal: new AbortController().signal };
const options = (given: object) =>
  evaluatePortraits.options.parse({
    ...{ bundle, judge, dataset, pictures, faces: 2, attributes: ['Young', 'Male'], threads: 1 },
    ...given,
  });

beforeAll(async () => {
  const { folder, imageFolder } = await makeTinyCeleba(join(root, 'celeba'), 30);
  pictures = imageFolder;
  celeba = folder;
  await prepare.run(prepare.options.parse({ celeba: folder, resolution: 8, out: dataset }), context);
  await writeTinyBundle(bundle, 16, undefined, ['Brightness'], { kind: tinyStyle, encoder: true });
  await writeTinyClassifier(judge);
}, 60_000);

test('photos come nearer step by step, and edits of them stand beside those of seeds', {
  timeout: 120_000,
}, async () => {
  const out = join(root, 'portraits');
  const { likeness, edits } = await evaluatePortraits.run(options({ out }), context);
  const [encoded, refined, tuned] = likeness;
  expect(likeness.map(({ phase }) => phase)).toEqual(['encoded', 'refined', 'tuned']);
  expect(refined!.psnr).toBeGreaterThan(encoded!.psnr);
  expect(tuned!.psnr).toBeGreaterThan(refined!.psnr);
  expect(tuned!.featureDistance).toBeLessThan(encoded!.featureDistance);
  expect(edits.map(({ attribute }) => attribute)).toEqual(['Young', 'Male']);
  for (const share of edits.flatMap(({ photos, seeds }) => [
    photos.arrived,
    photos.flips,
    seeds.arrived,
    seeds.flips,
  ])) {
    expect(share).toBeGreaterThanOrEqual(0);
    expect(share).toBeLessThanOrEqual(1);
  }

  const [broken, stop] = [join(root, 'broken'), new AbortController()];
  const update = (done: number) => done >= 1 && stop.abort(new Error('stopped'));
  const log = { ...silentLog, progress: () => ({ update, finish: () => {} }) };
  const stopped = evaluatePortraits.run(options({ out: broken }), { log, signal: stop.signal });
  await expect(stopped).rejects.toThrow('stopped');
  await evaluatePortraits.run(options({ out: broken, resume: true }), context);
  for (const name of ['metrics.jsonl', 'portraits.json']) {
    expect(readFileSync(join(broken, name), 'utf8'), name).toBe(readFileSync(join(out, name), 'utf8'));
  }
  const others = join(root, 'others');
  mkdirSync(others);
  await expect(evaluatePortraits.run(options({ out, pictures: others, resume: true }), context)).rejects.toThrow(
    'pictures',
  );
});

test('an edit for which the locks leave no way changes nothing, and the others go on', {
  timeout: 60_000,
}, async () => {
  const locked = join(root, 'locked');
  const others = attributeNames.filter(name => name !== 'Young' && name !== noBoundary);
  const fullyLocked = (details: ScoredDirection) =>
    details.attribute === 'Young' ? { ...details, suggestedLocks: others.slice(0, 20) } : details;
  await writeTinyBundle(locked, 16, fullyLocked, [], { kind: tinyStyle, encoder: true });
  const { edits } = await evaluatePortraits.run(
    options({ bundle: locked, faces: 1, out: join(root, 'out-locked') }),
    context,
  );
  expect(edits[0]).toMatchObject({ attribute: 'Young', photos: { flips: 0 }, seeds: { flips: 0 } });
  expect(edits[1]!.photos.flips).toBeGreaterThanOrEqual(0);
});

test('of a single attribute there are no others that an edit could change', async () => {
  const [one, seesOne] = [join(root, 'one'), join(root, 'sees-one')];
  await writeTinyBundle(one, 16, undefined, [], { kind: tinyStyle, encoder: true, attributes: ['red_scarf'] });
  await writeTinyClassifier(seesOne, { ...tinyClassifier, attributes: ['red_scarf'] });
  const given = { bundle: one, judge: seesOne, faces: 1, attributes: ['red_scarf'], out: join(root, 'out-one') };
  const { edits } = await evaluatePortraits.run(options(given), context);
  expect(edits).toMatchObject([{ attribute: 'red_scarf', photos: { flips: 0 }, seeds: { flips: 0 } }]);
});

test('photos and seeds on which something was chosen can be passed over', { timeout: 60_000 }, async () => {
  const facesOf = async (name: string, given: object) => {
    const out = join(root, name);
    await evaluatePortraits.run(options({ out, attributes: ['Young'], ...given }), context);
    const lines = readFileSync(join(out, 'metrics.jsonl'), 'utf8').trim().split('\n');
    return lines.map(line => JSON.parse(line).face as string);
  };
  const [first, second, ...seeds] = await facesOf('first-two', { faces: 2 });
  expect(await facesOf('second', { faces: 1, skip: 1 })).toEqual([second, seeds[1]]);
  expect(first).not.toBe(second);
});

test('a judge that was trained on other pictures, which may be these, is warned of', async () => {
  const signal = AbortSignal.abort(new Error('far enough'));
  const warnings: string[] = [];
  const log = { ...silentLog, warn: (line: string) => warnings.push(line) };
  const others = join(root, 'others');
  await prepare.run(prepare.options.parse({ celeba, resolution: 8, out: others, limit: 2 }), context);
  for (const learnt of [dataset, others]) {
    const trained = `${learnt}-judge`;
    await writeTinyClassifier(trained, undefined, 3, { dataset: learnt });
    const given = options({ judge: trained, out: join(root, 'warned') });
    await expect(evaluatePortraits.run(given, { log, signal })).rejects.toThrow('far enough');
  }
  expect(warnings).toEqual([expect.stringMatching(/^the judge was trained on other pictures than .*dataset holds/)]);
});

test('who judges is told, also where it is the classifier that labelled the faces', { timeout: 60_000 }, async () => {
  const labeller = join(root, 'labeller');
  await writeTinyClassifier(labeller, tinyClassifier, 2);
  const nameOf = async (name: string, given: object) => {
    const out = join(root, name);
    const result = await evaluatePortraits.run(options({ out, faces: 1, attributes: ['Young'], ...given }), context);
    expect(evaluatePortraits.print?.(result)).toContain(`judged by ${result.judge}`);
    return result.judge;
  };
  expect(await nameOf('judged', {})).toMatch(/^a judge that labelled nothing/);
  expect(await nameOf('judged-by-itself', { judge: labeller })).toContain('it grades its own work');
});

test('a dataset of other squares than CelebA’s, and a folder without its pictures, are one line before any work', async () => {
  const square = join(root, 'square');
  await prepare.run(prepare.options.parse({ celeba, resolution: 8, out: square, crop: 'square' }), context);
  const out = join(root, 'never');
  await expect(evaluatePortraits.run(options({ out, dataset: square }), context)).rejects.toThrow(
    /^--dataset must be of CelebA's aligned pictures.*prepared with --crop square/,
  );
  await expect(evaluatePortraits.run(options({ out, pictures: root }), context)).rejects.toThrow(
    /^--pictures must be the folder that the dataset was made of; \S+ in .*: missing/,
  );
});

test('more pictures than there are, and a model that opens no photos, are one line', async () => {
  const out = join(root, 'none');
  await expect(evaluatePortraits.run(options({ out, faces: 4 }), context)).rejects.toThrow(
    /--faces must be at most 3, the test pictures of .*; got 4/,
  );
  await expect(evaluatePortraits.run(options({ out, faces: 2, skip: 2 }), context)).rejects.toThrow(
    /--faces must be at most 1, the test pictures of .* after the 2 of --skip; got 2/,
  );
  const strange = join(root, 'strange');
  await writeTinyClassifier(strange, { ...tinyClassifier, attributes: ['red_scarf'] });
  await expect(evaluatePortraits.run(options({ out, judge: strange }), context)).rejects.toThrow(
    /^the judge must know the bundle's attributes/,
  );
  expect(existsSync(`${out}.partial`)).toBe(false);
  const blind = join(root, 'blind');
  await writeTinyBundle(blind, 16, undefined, [], { kind: tinyStyle });
  await expect(evaluatePortraits.run(options({ out, bundle: blind }), context)).rejects.toThrow(/encoder/);
  const refused = (given: object) => expect(evaluatePortraits.run(options({ out, ...given }), context)).rejects;
  await refused({ attributes: ['Yung'] }).toThrow('unknown attribute "Yung"');
  await refused({ attributes: ['Brightness'] }).toThrow(/--attributes must be those that the classifier of .* answers/);
  await refused({ attributes: ['Young', noBoundary] }).toThrow(/--attributes must be those that .* can move; got Bald/);
});
