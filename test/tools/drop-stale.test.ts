// The tool that removes outputs of sources that are gone, and maps: those, and nothing else.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../helpers/temp-folder.ts';

const root = temporaryFolder();

test('outputs without a source go, and maps, others stay', () => {
  const write = (...path: string[]) => {
    mkdirSync(join(root, ...path.slice(0, -1)), { recursive: true });
    writeFileSync(join(root, ...path), '');
  };
  write('src', 'core', 'formats', 'kept.ts');
  write('src', 'web', 'page', 'view.tsx');
  const kept = [
    ['core', 'formats', 'kept.js'],
    ['core', 'formats', 'kept.d.ts'],
    ['core', 'tsconfig.tsbuildinfo'],
    ['web', 'page', 'view.js'],
    ['studio', 'page.js'],
  ];
  const stale = [
    ['core', 'kept.js'],
    ['core', 'formats', 'moved.d.ts'],
    ['web', 'page', 'gone.js.map'],
    ['web', 'page', 'view.js.map'],
  ];
  for (const path of [...kept, ...stale]) write('dist', ...path);
  mkdirSync(join(root, 'tools'));
  copyFileSync(resolve(import.meta.dirname, '../../tools/drop-stale.mjs'), join(root, 'tools', 'drop-stale.mjs'));
  execFileSync(process.execPath, [join(root, 'tools', 'drop-stale.mjs')]);
  for (const path of kept) expect(existsSync(join(root, 'dist', ...path)), path.join('/')).toBe(true);
  for (const path of stale) expect(existsSync(join(root, 'dist', ...path)), path.join('/')).toBe(false);
});
