// The stage `evaluate --bundle` on an untrained bundle: what it measures is what editing and scoring one by one give.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { attributeNames } from '../../../src/core/attributes.ts';
import { openBundle } from '../../../src/node/io/bundle.ts';
import { readJson } from '../../../src/node/io/files.ts';
import { silentLog } from '../../../src/node/io/log.ts';
import { evaluate } from '../../../src/node/pipeline/evaluate.ts';
import type { Effect } from '../../../src/node/pipeline/evaluate-edits.ts';
import { temporaryFolder } from '../../helpers/temp-folder.ts';
import { makeTinyBundle, noBoundary } from '../../helpers/tiny-bundle.ts';

const root = temporaryFolder();
const bundle = join(root, 'bundle');
const warnings: string[] = [];
const log = { ...silentLog, warn: (line: string) => warnings.push(line) };
const run = (options: object) =>
  evaluate.run(evaluate.options.parse({ bundle, ...options }), { log, signal: new AbortController().signal });

beforeAll(async () => {
  mkdirSync(bundle);
  for (const [name, bytes] of Object.entries(await makeTinyBundle({}, 32))) writeFileSync(join(bundle, name), bytes);
});

test('changes are means over faces, with and without the lock; what has no boundary is left out and told', async () => {
  const out = join(root, 'evaluation');
  const attributes = ['Young', 'Male', noBoundary];
  const { effects } = (await run({ out, attributes, faces: 3, strength: 1, seed: 7 })) as { effects: Effect[] };
  expect(effects.map(({ moved, locked }) => [moved, locked])).toEqual([
    ['Young', false],
    ['Young', true],
    ['Male', false],
  ]);
  expect(warnings).toEqual([
    `${noBoundary} with nothing locked is left out: ${noBoundary} has no boundary`,
    `${noBoundary} with Male locked is left out: ${noBoundary} has no boundary`,
  ]);
  const editor = await openBundle(bundle);
  const sums = new Float64Array(attributeNames.length);
  for (const seed of [7, 8, 9]) {
    for (const side of [-1, 1]) {
      const { latent } = editor.edit({ seed, moves: [`Young=${side}`], locks: ['Male'] });
      const logits = await editor.score(await editor.render([latent]));
      for (const [a, logit] of logits.entries()) sums[a]! += side * logit;
    }
  }
  await editor.release();
  for (const [a, sum] of sums.entries()) expect(effects[1]!.changes[a]).toBeCloseTo(sum / 3, 4);
  expect(await readJson(join(out, 'evaluation.json'))).toMatchObject({ faces: 3, strength: 1, effects });
});

test('a misspelt attribute or lock is refused before anything is written', async () => {
  await expect(run({ out: join(root, 'a'), attributes: ['Yung'] })).rejects.toThrow(/Did you mean "Young"/);
  await expect(run({ out: join(root, 'a'), lock: 'Mael' })).rejects.toThrow(/unknown attribute "Mael"/);
});

test('a bundle and a generator are measured one at a time', async () => {
  const message = 'evaluate measures either edits or a generator: give one of --bundle and --generator; got';
  const generator = join(root, 'gan');
  await expect(run({ out: join(root, 'a'), generator })).rejects.toThrow(`${message} both`);
  await expect(run({ out: join(root, 'a'), bundle: undefined })).rejects.toThrow(`${message} neither`);
  expect(existsSync(join(root, 'a.partial'))).toBe(false);
});
