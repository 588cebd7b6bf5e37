// The examples run; that of the README as a stranger would run it, importing the package by name.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { expect, test, vi } from 'vitest';
import { temporaryFolder } from './helpers/temp-folder.ts';
import { writeTinyBundle } from './helpers/tiny-bundle.ts';

const root = resolve(import.meta.dirname, '..');
const example = join(root, 'examples/edit.mjs');

/** The first JavaScript block below the heading "Library". */
function libraryExample(): string | undefined {
  const guide = readFileSync(join(root, 'docs/guide.md'), 'utf8');
  return /^## Library$.*?^```js\n(.*?)^```$/ms.exec(guide)?.[1];
}

test('the guide shows the example as it is', () => {
  expect(libraryExample()).toBe(readFileSync(example, 'utf8'));
});

test('the example of an edit runs', async () => {
  const folder = temporaryFolder();
  const starter = join(root, 'models/celeba-64');
  if (existsSync(starter)) symlinkSync(join(root, 'models'), join(folder, 'models'), 'junction');
  else await writeTinyBundle(join(folder, 'models/celeba-64'));
  const said = execFileSync(process.execPath, [example], { cwd: folder, encoding: 'utf8' });
  expect(said).toMatch(/^older\.png: \d+ % of the direction is left\n$/);
  const { width, height } = await sharp(join(folder, 'older.png')).metadata();
  expect(width).toBe(2 * height);
});

test('the example of the engine learns what it is to learn', async () => {
  const said = vi.spyOn(console, 'log').mockImplementation(() => {});
  await import('../examples/engine.ts');
  const lines = said.mock.calls.map(([line]) => /^step \d+: loss ([\d.]+), ([\d.]+) % right$/.exec(line as string)!);
  said.mockRestore();
  const losses = lines.map(([, loss]) => Number(loss));
  expect(losses).toEqual(losses.toSorted((a, b) => b - a));
  expect(losses.at(-1)).toBeLessThan(losses[0]! / 10);
  expect(Number(lines.at(-1)![2])).toBe(100);
});
