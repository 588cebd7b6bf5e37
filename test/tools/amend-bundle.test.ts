// The tool that gives a bundle another name, card and opening face: faces and edits stay.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { openBundle } from '../../src/node/artefacts/bundle.ts';
import { temporaryFolder } from '../helpers/temp-folder.ts';
import { writeTinyBundle } from '../helpers/tiny-bundle.ts';

const tool = resolve(import.meta.dirname, '../../tools/amend-bundle.mjs');
const folder = temporaryFolder();
const at = (name: string) => join(folder, name);

test('name, card and opening face change, and what was made with the old bundle still opens', async () => {
  await writeTinyBundle(at('old'));
  writeFileSync(at('card.md'), '# Another card\n');
  const said = ['--name', 'other', '--card', at('card.md'), '--opening-seed', '7'];
  await promisify(execFile)(process.execPath, [tool, at('old'), at('new'), ...said]);
  const [before, after] = [await openBundle(at('old')), await openBundle(at('new'))];
  const { sha256 } = before.bundle;
  expect(after.bundle).toMatchObject({ name: 'other', openWith: { seed: 7 }, formerly: [sha256] });
  expect(readFileSync(join(at('new'), 'MODEL_CARD.md'), 'utf8')).toBe('# Another card\n');
  const request = { seed: 3, moves: ['Young=0.5'], locks: ['Male'] };
  expect(after.edit(request)).toEqual(before.edit(request));
  await before.release();
  await after.release();
});

test('a seed that is no number is refused before anything is written', async () => {
  const refused = promisify(execFile)(process.execPath, [tool, at('old'), at('none'), '--opening-seed', 'x']);
  await expect(refused).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('seed') });
  expect(existsSync(at('none'))).toBe(false);
});
