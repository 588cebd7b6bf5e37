// Commands as earlier versions spelt them become those of today; all others stay as they are.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { currentSpelling } from '../../../src/node/cli/former-spellings.ts';
import { temporaryFolder } from '../../helpers/temp-folder.ts';

const translated = async (line: string) => (await currentSpelling(line.split(' '))).argv.join(' ');

test.each([
  ['evaluate --bundle b --out o', 'evaluate edits --bundle b --out o'],
  ['evaluate --out o --judge j --bundle=b', 'evaluate edits --out o --judge j --bundle=b'],
  ['evaluate --generator g --dataset d --out o', 'evaluate generator --generator g --dataset d --out o'],
  ['fit --import a --import b --out o', 'import boundaries --boundaries a --boundaries b --out o'],
  ['fit --condition Young:Male --import=a --out o', 'import boundaries --condition Young:Male --boundaries=a --out o'],
])('%s', async (before, now) => {
  expect(await translated(before)).toBe(now);
});

test.each([
  'evaluate edits --bundle b --out o',
  'evaluate generator --generator g --dataset d --out o',
  'evaluate --out o',
  'evaluate --help',
  'fit --synthesis s --import a --out o',
  'fit --latents z --scores s --import a --out o',
  'fit --synthesis s --out o',
  'edit --bundle b --out o',
])('%s stays', async line => {
  const { argv, notice } = await currentSpelling(line.split(' '));
  expect(argv.join(' ')).toBe(line);
  expect(notice).toBeUndefined();
});

test('one line says how the command is spelt now', async () => {
  const { notice } = await currentSpelling(['fit', '--import', 'a', '--out', 'o']);
  expect(notice).toBe('"face-tuning fit --import" is called "face-tuning import boundaries --boundaries" now');
});

test('a configuration file chooses too; one that cannot be read is left to the command', async () => {
  const path = join(temporaryFolder(), 'options.json');
  writeFileSync(path, '{"generator": "g", "dataset": "d"}');
  expect(await translated(`evaluate --out o --config ${path}`)).toBe(`evaluate generator --out o --config ${path}`);
  expect(await translated(`evaluate --config=${path}`)).toBe(`evaluate generator --config=${path}`);
  expect(await translated('evaluate --config absent.json')).toBe('evaluate --config absent.json');
  writeFileSync(path, '{"import": ["a"]}');
  expect((await currentSpelling(['fit', '--config', path])).notice).toMatch(
    /"face-tuning import boundaries --boundaries" now, and the key "import" of the --config file "boundaries"$/,
  );
});

test.skipIf(process.platform === 'win32')('a pipe, which can be read but once, is left to the command', async () => {
  const pipe = join(temporaryFolder(), 'options');
  execFileSync('mkfifo', [pipe]);
  expect(await translated(`evaluate --out o --config ${pipe}`)).toBe(`evaluate --out o --config ${pipe}`);
});
