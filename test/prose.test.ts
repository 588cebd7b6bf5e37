// Keeps comments plain: none opens with a word that puts the subject last, such as "Of distances.".
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');

const words = '(?:Of|So many|What|Who|Which)\\b';
const slashes = {
  block: new RegExp(`/\\*\\*?\\s*(?:\\*\\s+)?${words}`, 'g'),
  line: new RegExp(`(?:^|\\s)// ${words}`),
  wholeLine: /^\s*\/\//,
};
const hashes = {
  block: new RegExp(`"""\\s*${words}`, 'g'),
  line: new RegExp(`(?:^|\\s)# ${words}`),
  wholeLine: /^\s*#/,
};

/** @param name of the file, whose ending tells the language. @returns the lines on which such a comment opens, from 1. */
function invertedOpenings(name: string, text: string): number[] {
  const { block, line, wholeLine } = /\.(py|sh)$/.test(name) ? hashes : slashes;
  const lines = text.split('\n');
  const inBlocks = [...text.matchAll(block)].map(({ 0: found, index }) => {
    return text.slice(0, index + found.length).split('\n').length;
  });
  const inLines = lines.flatMap((each, at) => {
    const goesOn = wholeLine.test(each) && at > 0 && wholeLine.test(lines[at - 1]!);
    return line.test(each) && !goesOn ? [at + 1] : [];
  });
  return [...inBlocks, ...inLines].sort((a, b) => a - b);
}

const files = ['src', 'test', 'tools', 'examples'].flatMap(folder =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(path => /\.(ts|tsx|mjs|js|css|py|sh)$/.test(path))
    .map(path => join(root, folder, path)),
);

test('no comment opens with Of, So many, What, Who or Which', () => {
  expect(files.length).toBeGreaterThan(300);
  const found = files
    .map(path => ({ path: relative(root, path), text: readFileSync(path, 'utf8') }))
    .filter(({ path }) => path !== 'test/prose.test.ts')
    .flatMap(({ path, text }) => invertedOpenings(path, text).map(at => `${path}:${at}`));
  expect(found).toEqual([]);
});

test('openings are found in every kind of comment, and nowhere else', () => {
  const typescript = [
    '// What it was.', // 1: found
    'const x = 1; // Of faces',
    '/** Which distances. */',
    '/**',
    ' * So many of them.', // 5: found, as are 2 and 3
    ' * Of these a second line may speak.',
    ' * @param x What it is.',
    ' */',
    '// The table is read',
    '// Of course this goes on.', // 10: goes on
    '// Offsets, Whichever and Whatever are other words.',
    "const address = 'https://example.org'; const what = '## What edits do';",
  ].join('\n');
  expect(invertedOpenings('a.ts', typescript)).toEqual([1, 2, 3, 5]);
  const python = [
    '# What it was.',
    'x = 1  # Of faces',
    'def f():',
    '    """Of each pair."""',
    '    # Mean',
    '    # Of all',
  ];
  expect(invertedOpenings('a.py', python.join('\n'))).toEqual([1, 2, 4]);
});
