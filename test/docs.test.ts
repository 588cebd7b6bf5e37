// Keeps the documents' links true: each relative link leads to a file that is there, and to a heading in it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { marked, type Tokens } from 'marked';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');

const documents = [
  join(root, 'README.md'),
  join(root, 'CONTRIBUTING.md'),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.md'))
    .map(path => join(root, 'docs', path)),
];

/** @returns the anchors that GitHub gives a document's headings. */
function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>();
  marked.walkTokens(marked.lexer(markdown), token => {
    if (token.type !== 'heading') return;
    const words = plainText((token as Tokens.Heading).tokens).toLowerCase();
    const slug = words.replace(/[^\p{L}\p{N}\p{M} _-]/gu, '').replaceAll(' ', '-');
    let anchor = slug;
    for (let copy = 1; anchors.has(anchor); copy++) anchor = `${slug}-${copy}`;
    anchors.add(anchor);
  });
  return anchors;
}

function plainText(tokens: readonly Tokens.Generic[]): string {
  return tokens.map(token => (token.tokens ? plainText(token.tokens) : (token.text ?? ''))).join('');
}

function linksOf(markdown: string): string[] {
  const links: string[] = [];
  marked.walkTokens(marked.lexer(markdown), token => {
    if (token.type === 'link' || token.type === 'image') links.push((token as Tokens.Link).href);
  });
  return links;
}

/** @param path of the document, which need not be there. @returns its links that lead nowhere. */
function broken(path: string, markdown: string): string[] {
  return linksOf(markdown).filter(link => {
    if (/^[a-z]+:/.test(link)) return false;
    const [file, anchor] = link.split('#').map(decodeURIComponent);
    const target = file === '' ? path : join(dirname(path), file!);
    if (target !== path && !existsSync(target)) return true;
    if (anchor === undefined) return false;
    return !anchorsOf(target === path ? markdown : readFileSync(target, 'utf8')).has(anchor);
  });
}

test.each(documents.map(path => relative(root, path)))('every link of %s leads somewhere', name => {
  const path = join(root, name);
  expect(broken(path, readFileSync(path, 'utf8'))).toEqual([]);
});

test('a link to a missing file, picture or heading is found', () => {
  const text = [
    '# One',
    '## `Two`, and 3×3: *three*',
    '[a](README.md) [b](missing.md) ![c](docs/missing.png) [d](#one) [e](#two)',
    '[f](#two-and-33-three) [j](#two-and-three) [g](README.md#terms) [h](README.md#no-such-heading) [i](https://example.org/x)',
  ].join('\n\n');
  const found = ['missing.md', 'docs/missing.png', '#two', '#two-and-three', 'README.md#no-such-heading'];
  expect(broken(join(root, 'imaginary.md'), text)).toEqual(found);
});

test('decisions and the guide link to an entry of the log, which as a whole is too long to look through', () => {
  const resting = documents.filter(path => /decisions|guide\.md$/.test(path));
  expect(resting.length).toBeGreaterThan(10);
  const links = resting.flatMap(path => linksOf(readFileSync(path, 'utf8')));
  expect(links.filter(link => link.endsWith('log.md'))).toEqual([]);
});

test('the README can be read in a few minutes', () => {
  expect(readFileSync(join(root, 'README.md'), 'utf8').match(/\S+/g)!.length).toBeLessThanOrEqual(700);
});
