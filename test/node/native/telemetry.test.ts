// Nothing leaves the machine: ONNX Runtime, which reports its use unless told not to, is told not to.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../helpers/temp-folder.ts';
import { writeTinyBundle } from '../../helpers/tiny-bundle.ts';

const root = temporaryFolder();
const dist = resolve(import.meta.dirname, '../../../dist/node');

/** Opens a bundle, in this process's child and in threads of it. @returns the files that it leaves in its home folder. */
function filesLeft(home: string): string[] {
  const { ORT_DISABLE_TELEMETRY: _, ...env } = process.env;
  const program = `
    const { openDrawer } = await import('${join(dist, 'server/service/drawer.js')}');
    const { openBundle, readBundleFolder } = await import('${join(dist, 'artefacts/bundle.js')}');
    const drawer = await openDrawer(await readBundleFolder('${join(root, 'bundle')}'), 1);
    await drawer.close();
    await (await openBundle('${join(root, 'bundle')}')).release();`;
  const file = join(root, 'program.mjs');
  writeFileSync(file, program);
  execFileSync(process.execPath, [file], { env: { ...env, HOME: home, XDG_CACHE_HOME: home } });
  return readdirSync(home, { recursive: true, encoding: 'utf8' });
}

test('networks are computed, in threads too, without an identifier or reports in the home folder', async () => {
  await writeTinyBundle(join(root, 'bundle'));
  mkdirSync(join(root, 'home'));
  expect(filesLeft(join(root, 'home'))).toEqual([]);
});
