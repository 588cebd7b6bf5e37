// Keeps CONTRIBUTING.md true: each example still applies to the tree, and touches no more files than are named there.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const folder = 'test/fixtures/additions';

/** Files that an addition of each kind touches, at most. */
const files = { action: 2, loss: 3, metric: 3, op: 3, stage: 3 } as const;

/** Whether a file counts: tests do not, but for the list of cases by which an operation is tested. */
function counts(path: string): boolean {
  return path === 'test/core/graph/cases.ts' || !(path.startsWith('test/') || path === 'docs/options.md');
}

test('every kind of addition has its example, which CONTRIBUTING.md links', () => {
  const names = Object.keys(files).map(kind => `${kind}.patch`);
  expect(readdirSync(join(root, folder)).sort()).toEqual(names);
  const guide = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
  expect(names.filter(name => !guide.includes(`(${folder}/${name})`))).toEqual([]);
});

test.each(Object.entries(files))(
  'the example of an addition "%s" applies, and touches %i files at most',
  (kind, most) => {
    const git = (...words: string[]) =>
      execFileSync('git', ['apply', ...words, join(folder, `${kind}.patch`)], { cwd: root, encoding: 'utf8' });
    git('--check');
    const touched = git('--numstat')
      .trim()
      .split('\n')
      .map(line => line.split('\t')[2]!);
    expect(touched.filter(counts).length, touched.join(', ')).toBeLessThanOrEqual(most);
  },
);
