// The tool that adds a field to a bundle: edits in a straight line stay, and locks can hold along a curve.
import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { openBundle } from '../../src/node/artefacts/bundle.ts';
import { temporaryFolder } from '../helpers/temp-folder.ts';
import { writeTinyBundle } from '../helpers/tiny-bundle.ts';

const tool = resolve(import.meta.dirname, '../../tools/add-field.mjs');
const folder = temporaryFolder();

test('a bundle without a field gets one, and what was made with the old one still opens', async () => {
  const [old, made] = [join(folder, 'old'), join(folder, 'new')];
  await writeTinyBundle(old, 16, undefined, ['dimples']);
  const { stdout } = await promisify(execFile)(process.execPath, [tool, old, made, '2048']);
  expect(stdout).toMatch(/Young R² -?\d\.\d{3}\n.*Brightness R² .*mean R² \d\.\d{3}\n$/s);
  const [before, after] = [await openBundle(old), await openBundle(made)];
  expect(after.bundle.field?.steadiness).toBe(1); // as `bundle` has it
  expect(after.bundle.formerly).toEqual([before.bundle.sha256]);
  expect(after.bundle.directions).toEqual(before.bundle.directions);
  const request = { seed: 3, moves: ['Young=0.5'], locks: ['Male', 'dimples'] };
  expect(after.edit(request)).toEqual(before.edit(request));
  expect(after.edit({ ...request, hold: 'field' }).latent).not.toEqual(before.edit(request).latent);
  await before.release();
  await after.release();
  const again = promisify(execFile)(process.execPath, [tool, made, join(folder, 'again'), '2048']);
  await expect(again).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('has a field') });
});

test('too few faces are one line', async () => {
  const refused = promisify(execFile)(process.execPath, [tool, folder, join(folder, 'none'), '100']);
  await expect(refused).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('2048 faces or more') });
});
