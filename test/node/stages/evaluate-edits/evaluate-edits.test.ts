// The stage `evaluate edits` on an untrained bundle: what it measures is what editing and scoring one by one give.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { attributeIndex, attributeNames } from '../../../../src/core/attributes.ts';
import type { ScoredDirection } from '../../../../src/core/directions/scored.ts';
import { cosine } from '../../../../src/core/math/linear-algebra.ts';
import { openBundle } from '../../../../src/node/artefacts/bundle.ts';
import { readJson } from '../../../../src/node/files/files.ts';
import { silentLog } from '../../../../src/node/log/log.ts';
import { type EditEvaluation, evaluateEdits } from '../../../../src/node/stages/evaluate-edits/stage.ts';
import { temporaryFolder } from '../../../helpers/temp-folder.ts';
import { makeTinyBundle, noBoundary, writeTinyBundle } from '../../../helpers/tiny-bundle.ts';

const root = temporaryFolder();
const bundle = join(root, 'bundle');
const warnings: string[] = [];
const log = { ...silentLog, warn: (line: string) => warnings.push(line) };
const run = (options: object) =>
  evaluateEdits.run(evaluateEdits.options.parse({ bundle, ...options }), { log, signal: new AbortController().signal });

beforeAll(async () => {
  mkdirSync(bundle);
  for (const [name, bytes] of Object.entries(await makeTinyBundle({}, 32))) writeFileSync(join(bundle, name), bytes);
});

test('attributes none of which can be moved are refused, before a face is drawn', async () => {
  const out = join(root, 'never');
  await expect(run({ out, attributes: [noBoundary] })).rejects.toThrow(
    `--attributes must have one that ${bundle} can move; got ${noBoundary}`,
  );
  expect(existsSync(`${out}.partial`)).toBe(false);
});

test('what is told of a move is what editing, drawing and scoring one by one give', async () => {
  const out = join(root, 'evaluation');
  const attributes = ['Young', noBoundary];
  const summary = await run({ out, attributes, faces: 3, seed: 1 });
  expect(summary).toMatchObject({ faces: 3, judge: expect.stringContaining('grades its own work') });
  expect(warnings).toEqual([`${noBoundary} is left out, having no boundary: only 3 generated faces have it`]);
  const { effects, linearity, cosines } = (await readJson(join(out, 'evaluation.json'))) as EditEvaluation;
  expect(effects.map(({ moved, locked, usual }) => [moved, locked, usual])).toEqual([['Young', false, true]]);
  const editor = await openBundle(bundle);
  const changes = new Float64Array(attributeNames.length);
  for (const seed of [1_000_003, 1_000_004, 1_000_005]) {
    for (const [target, sign] of [
      ['p10', -1],
      ['p90', 1],
    ] as const) {
      const moves = [`Young=${target}`];
      const { latent } = await editor.edit(await editor.resolve({ seed, moves }, { nearest: true }));
      const logits = await editor.score(await editor.render([latent]));
      for (const [a, logit] of logits.entries()) changes[a]! += (sign * logit) / 3;
    }
  }
  const { movable } = editor.bundle;
  await editor.release();
  // The editor looks a second time, closer by; the measurement takes the first answer.
  for (const [a, change] of changes.entries()) {
    expect(Math.abs(effects[0]!.all.changes[a]! - change)).toBeLessThan(0.02 + 0.1 * Math.abs(change));
  }
  expect(effects[0]!.women.faces + effects[0]!.men.faces).toBe(3);
  expect(Object.keys(linearity)).toEqual(movable.map(({ attribute }) => attribute));
  expect(cosines[0]![0]).toBeCloseTo(1, 12);
  expect(cosines[0]![1]).toBeCloseTo(cosine(movable[0]!.normal, movable[1]!.normal), 12);
});

test('given locks are measured in place of suggested ones, and with a field in both ways', async () => {
  const [held, out] = [join(root, 'with-field'), join(root, 'locked')];
  await writeTinyBundle(held, 32, undefined, ['dimples'], { field: true });
  const locks = ['Male', 'Smiling', 'dimples'];
  const { pairs, means } = await run({ bundle: held, out, attributes: ['Young', 'Male'], faces: 6, locks });
  expect(pairs.map(({ free, locked, held }) => [free.moved, locked?.hold, held?.hold])).toEqual([
    ['Male', 'linear', 'field'],
    ['Young', 'linear', 'field'],
  ]);
  const [male, young] = pairs;
  expect(male!.held!.locks).toEqual(['Smiling', 'dimples']);
  expect(young!.held!.locks).toEqual(locks);
  const { flipsOf, lockedFlips } = young!.held!.all;
  const [ofMale, ofSmiling] = ['Male', 'Smiling'].map(name => flipsOf[attributeIndex(name)]!);
  expect(lockedFlips).toBeCloseTo((ofMale! + ofSmiling!) / 2, 12);
  expect(means.field!.lockedFlips).toBeCloseTo((lockedFlips + male!.held!.all.lockedFlips) / 2, 12);
  const byField = [male, young].map(pair => pair!.held!.all);
  expect(means.field!.heldAgreement).toBeCloseTo((byField[0]!.heldAgreement + byField[1]!.heldAgreement) / 2, 12);
  for (const { heldAgreement, agreement } of byField) expect(heldAgreement).toBeLessThanOrEqual(agreement);
  const table = evaluateEdits.print!({ out, judge: 'it', faces: 6, means, pairs });
  expect(table).toMatch(/locked flip, by field {2}agrees and all hold, by field/);
  expect(table).toContain('where half agree if nothing changes; judged by it');
  const misspelt = run({ bundle: held, out: join(root, 'b'), attributes: ['Young'], locks: ['Mail'] });
  await expect(misspelt).rejects.toThrow(/^--locks must be attributes .*got "Mail"\. Did you mean "Male"/);
  expect(existsSync(join(root, 'b.partial'))).toBe(false);
});

test('what edits do by default is measured where the field is usual and there is nothing to lock', async () => {
  const [usual, out] = [join(root, 'usual'), join(root, 'by-field')];
  const byField = (details: ScoredDirection) => ({ ...details, hold: 'field' as const });
  await writeTinyBundle(usual, 32, byField, [], { field: true });
  const { pairs, means } = await run({ bundle: usual, out, attributes: ['Young'], faces: 4 });
  const held = { hold: 'field', locks: [], usual: true };
  expect(pairs[0]).toMatchObject({ free: { hold: 'linear', usual: false }, held });
  expect(pairs[0]!.locked).toBeUndefined();
  expect(means.flipsLocked).toBe(pairs[0]!.held!.all.flips);
});

test('names that are numbers do not mix up the cosines', async () => {
  const [own, out] = [join(root, 'own'), join(root, 'numbers')];
  await writeTinyBundle(own, 32, undefined, [], { attributes: ['b', '7', 'a'] });
  await run({ bundle: own, out, faces: 2 });
  const { linearity, cosines } = (await readJson(join(out, 'evaluation.json'))) as EditEvaluation;
  const editor = await openBundle(own);
  const normalOf = (name: string) => editor.bundle.movable.find(({ attribute }) => attribute === name)!.normal;
  const names = Object.keys(linearity);
  expect(names).toEqual(['7', 'b', 'a']);
  expect(cosines).toEqual(names.map(a => names.map(b => expect.closeTo(cosine(normalOf(a), normalOf(b)), 12))));
  await editor.release();
});

test('locks that leave an attribute no way are refused before anything is written', async () => {
  const [narrow, out] = [join(root, 'narrow'), join(root, 'c')];
  await writeTinyBundle(narrow, 8, undefined);
  const locks = ['Male', 'Smiling', 'Bangs', 'Eyeglasses', 'Pale_Skin', 'Big_Nose', 'Chubby', 'Goatee'];
  const moved = run({ bundle: narrow, out, attributes: ['Young'], faces: 2, locks });
  await expect(moved).rejects.toThrow(/^cannot move Young: its locks must leave at least 5 % of its direction/);
  expect(existsSync(`${out}.partial`)).toBe(false);
});

test('any number of threads writes the same bytes', async () => {
  const [one, three] = [join(root, 'one'), join(root, 'three')];
  const options = { attributes: ['Young', 'Male', 'Smiling', 'Bald'], faces: 20, unlockedFaces: 10 };
  await run({ out: one, threads: 1, ...options });
  await run({ out: three, threads: 3, ...options });
  for (const name of ['evaluation.json', 'evaluation.csv', 'metrics.jsonl']) {
    expect(readFileSync(join(three, name), 'utf8')).toBe(readFileSync(join(one, name), 'utf8'));
  }
});

test('an attribute that is misspelt, or that the classifier does not see, is refused before any work', async () => {
  const lit = join(root, 'lit');
  await writeTinyBundle(lit, 8, undefined, ['Brightness']);
  await expect(run({ bundle: lit, out: join(root, 'a'), attributes: ['Young', 'Brightness'] })).rejects.toThrow(
    `--attributes must be those that the classifier of ${lit} answers about; got Brightness, which can be moved`,
  );
  await expect(run({ out: join(root, 'a'), attributes: ['Yung'] })).rejects.toThrow(/Did you mean "Young"/);
  expect(existsSync(join(root, 'a.partial'))).toBe(false);
});
