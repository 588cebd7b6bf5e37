// Keeps the rooms in order: an import may point down this list, never up (design: layout).
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

/** From the ground up. A file may import its own row and any row above it in this list. */
const rooms: readonly (readonly string[])[] = [
  ['core/errors.ts', 'core/attributes.ts'],
  ['core/math'],
  ['core/formats'],
  ['core/graph'],
  ['core/runtime'],
  ['core/nn'],
  ['core/models'],
  ['core/training', 'core/latent', 'core/metrics'],
  ['core/bundle', 'core/recipe'],
  ['core/index.ts'],
  ['node/data', 'node/io', 'node/report', 'node/workers'],
  ['node/pipeline'],
  ['node/cli', 'node/server', 'node/index.ts'],
  ['web'],
];

const source = resolve(import.meta.dirname, '../src');

function rankOf(path: string): number {
  return rooms.findIndex(row => row.some(room => path === room || path.startsWith(`${room}/`)));
}

function* importsOf(path: string): Generator<string> {
  const text = readFileSync(join(source, path), 'utf8');
  for (const [, target] of text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)) {
    if (target!.startsWith('.')) yield relative(source, resolve(source, dirname(path), target!));
  }
}

const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
  path => /\.tsx?$/.test(path) && !path.endsWith('.d.ts'),
);

test('every source file stands in a known room', () => {
  expect(files.filter(path => rankOf(path) < 0)).toEqual([]);
});

test('imports point down, and web and node never meet', () => {
  const wrong: string[] = [];
  for (const path of files) {
    for (const target of importsOf(path)) {
      const upward = rankOf(target) > rankOf(path);
      const across = /^(node|web)\//.exec(path)?.[1] !== undefined && target.match(/^(node|web)\//) !== null;
      const meets = across && target.split('/')[0] !== path.split('/')[0];
      if (upward || meets || rankOf(target) < 0) wrong.push(`${path} imports ${target}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('each file says in its first line why it exists', () => {
  const silent = files.filter(path => !/^\/\/ \S|^\/\*\*? \S/.test(readFileSync(join(source, path), 'utf8')));
  expect(silent).toEqual([]);
});
