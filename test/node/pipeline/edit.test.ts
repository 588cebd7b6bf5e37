// Stage `edit`: strips and single images from a bundle, each with the recipe inside that makes it again.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { readRecipes } from '../../../src/core/recipe/recipe.ts';
import { openBundle } from '../../../src/node/io/bundle.ts';
import { type Log, silentLog } from '../../../src/node/io/log.ts';
import { edit } from '../../../src/node/pipeline/edit.ts';
import { encodeGrid } from '../../../src/node/report/image-grid.ts';
import { temporaryFolder } from '../../helpers/temp-folder.ts';
import { noBoundary, writeTinyBundle } from '../../helpers/tiny-bundle.ts';

const folder = temporaryFolder();
const bundle = join(folder, 'tiny');
beforeAll(() => writeTinyBundle(bundle));

const run = (options: object, log: Log = silentLog) =>
  edit.run(edit.options.parse({ bundle, threads: 1, ...options }), { log, signal: new AbortController().signal });
const pixels = (png: Uint8Array) => sharp(png).raw().toBuffer();

test('a strip a seed, with the residuals', async () => {
  const out = join(folder, 'strip.png');
  const summary = await run({ seed: [7, 8], move: ['Young=-0.5'], lock: ['Male', 'Eyeglasses'], steps: 5, out });
  expect(summary).toMatchObject({ out, faces: 2, frames: 5, residuals: { Young: expect.any(Number) } });
  const { width, height } = await sharp(out).metadata();
  expect([width, height]).toEqual([5 * 24 + 4 * 2, 2 * 24 + 2]);
});

test('the recipe inside makes the last frame again', async () => {
  const out = join(folder, 'face.png');
  await run({ seed: [7], move: ['Young=0.5..-0.5'], lock: ['Male'], steps: 1, scale: 1, out });
  const png = readFileSync(out);
  const recipes = readRecipes(png);
  expect(recipes).toMatchObject([{ seed: 7, bundle: { name: 'tiny' }, locks: ['Male'], geometry: 'sphere' }]);
  const editor = await openBundle(bundle, { threads: 1 });
  const images = await editor.render([editor.edit(recipes[0]!).latent]);
  expect(await pixels(png)).toEqual(await pixels(await encodeGrid(images, { resolution: 8, columns: 1 })));
  await editor.release();
});

test('warns where the locks leave little of a direction', async () => {
  const warnings: string[] = [];
  const log = { ...silentLog, warn: (message: string) => warnings.push(message) };
  // 14 of the 16 directions of this tiny latent are locked.
  const lock = ['Male', 'Bangs', 'Smiling', 'Eyeglasses', 'Chubby', 'Goatee', 'Big_Nose', 'Pale_Skin'];
  lock.push('Wearing_Hat', 'Rosy_Cheeks', 'Attractive', 'Big_Lips', 'Blurry', 'Mustache');
  const { residuals } = await run({ move: ['Young=0.01'], lock, out: join(folder, 'little.png') }, log);
  const { Young: left } = residuals as { Young: number };
  expect(left).toBeLessThan(0.3);
  expect(warnings).toEqual([
    `the locks leave ${(100 * left).toFixed(0)} % of the direction of Young: it will hardly show`,
  ]);
});

test('what it refuses leaves no file', async () => {
  const out = join(folder, 'refused.png');
  await expect(run({ move: ['Yuong=1'], out })).rejects.toThrow('Did you mean "Young"?');
  await expect(run({ move: ['Young=1'], lock: ['Mael'], out })).rejects.toThrow('Did you mean "Male"?');
  await expect(run({ move: [`${noBoundary}=1`], out })).rejects.toThrow(/only 3 generated faces have it/);
  await expect(run({ move: ['Young=99'], out })).rejects.toThrow(/There is room for/);
  await expect(run({ move: ['Young=1'], bundle: folder, out })).rejects.toThrow(/cannot read .*bundle\.json: no such/);
  expect(existsSync(out)).toBe(false);
});

test('an existing file is only replaced when asked', async () => {
  const out = join(folder, 'once.png');
  await run({ move: ['Young=0.1'], out });
  await expect(run({ move: ['Young=0.1'], out })).rejects.toThrow(/exists; give --force/);
  await run({ move: ['Young=0.1'], out, force: true });
});
