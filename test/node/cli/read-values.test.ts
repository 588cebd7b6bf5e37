// Checks that values are read as people type them: ranges of seeds, lists of words, paths with commas, other minus signs.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { programFromStages } from '../../../src/node/cli/command-from-stage.ts';
import { stages } from '../../../src/node/cli/stages.ts';
import { temporaryFolder } from '../../helpers/temp-folder.ts';

const root = temporaryFolder();

/** @returns the options that the stage is given for a command line. */
async function parse(...argv: string[]) {
  let received: Record<string, unknown> = {};
  const program = programFromStages({ name: 'face-tuning', version: '1.2.3' }, stages, async (_, config) => {
    received = config;
  });
  await program.parseAsync(argv, { from: 'user' });
  return received;
}
const edit = (...flags: string[]) => parse('edit', '--bundle', 'b', '--out', 'o.png', ...flags);
const fitWith = (...flags: string[]) => parse('fit', '--out', 'o', ...flags);

describe('seeds', () => {
  test.each([
    [
      ['--seed', '0-3'],
      [0, 1, 2, 3],
    ],
    [
      ['--seed', '0..2', '9'],
      [0, 1, 2, 9],
    ],
    [
      ['--seed', '5–6,1'],
      [5, 6, 1],
    ],
    [
      ['--seed', '0', '1', '2'],
      [0, 1, 2],
    ],
    [
      ['--seed', '0, 1 2;'],
      [0, 1, 2],
    ],
    [
      ['--seed', '4', '--seed', '7-7'],
      [4, 7],
    ],
    [['--seed=3:5'], [3, 4, 5]],
  ])('%j', async (flags, seed) => {
    expect((await edit(...flags)).seed).toEqual(seed);
  });

  test('so long that they are a slip are refused', async () => {
    await expect(edit('--seed', '0-99999999')).rejects.toThrow(
      '--seed must have ranges of at most 1000000 numbers; got "0-99999999". Give a shorter one',
    );
  });

  test.each(['three', '3-', '9-3', '1-2-3', ''])('"%s" is refused with how it is done', async text => {
    await expect(edit('--seed', text)).rejects.toThrow(
      /^--seed must be whole numbers, such as 7 or 0,1,2 or 0-63 from the smaller to the larger; got "/,
    );
  });

  test('that are too small or no whole numbers keep their rule', async () => {
    await expect(edit('--seed', '−5')).rejects.toThrow('--seed must be at least 0; got -5');
    await expect(edit('--seed', '1.5')).rejects.toThrow('--seed must be a whole number; got 1.5');
  });
});

test('moves part at a comma before the next move only', async () => {
  expect((await edit('--move', 'Young=-0,5')).move).toEqual(['Young=-0,5']);
  expect((await edit('--move', 'Young=−0,5..0,5, Male=1', 'Smiling=p90')).move).toEqual([
    'Young=−0,5..0,5',
    'Male=1',
    'Smiling=p90',
  ]);
});

test('a path with a comma is one path where it is there, and a shell may write out many', async () => {
  const [smith, plain] = [join(root, 'Smith, J'), join(root, 'b_boundary.npy')];
  mkdirSync(smith);
  writeFileSync(plain, '');
  expect((await fitWith('--import', smith)).import).toEqual([smith]);
  expect((await fitWith('--import', `${smith},${plain}`)).import).toEqual([smith, plain]);
  expect((await fitWith('--import', smith, plain, 'absent,too')).import).toEqual([smith, plain, 'absent', 'too']);
  await expect(fitWith('--import', '')).rejects.toThrow('--import must be a path, not empty; got ""');
});

test('a configuration file takes lists as their flags do', async () => {
  const path = join(root, 'options.json');
  writeFileSync(path, JSON.stringify({ seed: '0-2', move: 'Young=-0,5,Male=1', lock: 'Bald', row: 4 }));
  expect(await edit('--config', path)).toMatchObject({
    seed: [0, 1, 2],
    move: ['Young=-0,5', 'Male=1'],
    lock: ['Bald'],
    row: [4],
  });
});

test('numbers take the minus that this program prints, and a word too many is named', async () => {
  await expect(fitWith('--ratio', '−1')).rejects.toThrow('--ratio must be more than 0; got -1');
  await expect(parse('prepare', '--celeba', 'my', 'faces', '--out', 'o')).rejects.toThrow(
    'face-tuning prepare takes options only; got the further word "faces". Quote a value with spaces. See',
  );
});
