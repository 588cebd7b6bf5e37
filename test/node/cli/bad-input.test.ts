// Every mistake a user can make is one clear line on standard error and exit code 2, and nothing is written.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { smallDisk } from '../../helpers/small-disk.ts';
import { temporaryFolder } from '../../helpers/temp-folder.ts';
import { makeTinyCeleba, type TinyCeleba } from '../../helpers/tiny-celeba.ts';

const launcher = resolve(import.meta.dirname, '../../../bin/face-tuning.js');
const root = temporaryFolder();
let number = 0;
const fresh = (name: string) => join(root, `${name}-${number++}`);

/** Runs a command that must fail. @returns the line it says. */
function mistake(...argv: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, ...argv], { encoding: 'utf8' });
  const said = stderr.split('\n').filter(line => !/^(warning: skipped|\d+ of \d+ pictures|prepare)/.test(line));
  expect({ status, stdout, lines: said.length, end: said[1] }, stderr).toEqual({
    status: 2,
    stdout: '',
    lines: 2,
    end: '',
  });
  expect(said[0]).toMatch(/^error: /);
  return said[0]!.slice('error: '.length);
}

let good: TinyCeleba;
beforeAll(async () => {
  good = await makeTinyCeleba(fresh('celeba'), 40, 18, 22);
});

describe('a CelebA folder', () => {
  /** A copy of the good folder with one mistake. @returns what `prepare` says of it. */
  function prepareSpoilt(spoil: (folder: string) => void): string {
    const [folder, out] = [fresh('celeba'), fresh('dataset')];
    cpSync(good.folder, folder, { recursive: true });
    spoil(folder);
    const line = mistake('prepare', '--celeba', folder, '--out', out, '--resolution', '4');
    expect(existsSync(out) || existsSync(`${out}.lock`)).toBe(false);
    return line.replaceAll(folder, '<folder>');
  }
  const edited = (folder: string, file: string, edit: (text: string) => string) =>
    writeFileSync(join(folder, file), edit(readFileSync(join(folder, file), 'utf8')));
  const labels = 'list_attr_celeba.txt';

  test.each<[string, (folder: string) => void, RegExp]>([
    [
      'is absent',
      folder => rmSync(folder, { recursive: true }),
      /^cannot read <folder>\S+: no such file or folder; ch/,
    ],
    ['has a wrong count', f => edited(f, labels, text => text.replace('40', '41')), /line 1 says 41 pictures, 40 rows/],
    [
      'has an unknown attribute',
      f => edited(f, labels, text => text.replace('Young', 'Yung')),
      /line 2 has the unknown attribute "Yung"\. Did you mean "Young"\?$/,
    ],
    [
      'has short rows',
      f => edited(f, labels, text => text.replaceAll(/^(\d+\.jpg.*) \S+$/gm, '$1')),
      /40 of 40 are: 40 × a row must have 40 labels; got 39 \(first: 000001\.jpg\)/,
    ],
    ['has an empty table', f => writeFileSync(join(f, labels), ''), /line 1 must be the number of pictures; got ""$/],
    [
      'lacks a picture',
      f => rmSync(join(f, 'img_align_celeba/000007.jpg')),
      /1 of 40 are: 1 × missing \(first: 000007\.jpg\); \S+|1 of 40 are: 1 × missing \(first: 000007\.jpg\)\. Repair/,
    ],
    ['has an empty picture', f => writeFileSync(join(f, 'img_align_celeba/000007.jpg'), ''), /1 × not a picture/],
  ])('that %s', (_, spoil, message) => {
    expect(prepareSpoilt(spoil)).toMatch(message);
  });
});

describe('an option', () => {
  test.each<[string[], RegExp | string]>([
    [['pipeline', '--celeba', 'a', '--out', 'b', '--preset', 'qick'], /got "qick"\. Did you mean "quick"\?$/],
    [['pipeline', '--celeba', 'a', '--out', 'b', '--device', 'webgpu'], /^--device must be cpu.*; got "webgpu"$/],
    [['prepare', '--celba', 'a'], 'unknown option --celba. Did you mean "--celeba"? See face-tuning prepare --help'],
    [['prepare', '--celeba', 'a', '--out', ''], '--out must be a path, not empty; got ""'],
    [['prepare', '--celeba', 'a', '--out', 'b', '--resolution', '48'], /power of two from 4 to 1024; got 48$/],
    [['prepare', '--config', 'absent.json'], 'cannot read absent.json: no such file or folder; check the path'],
    [['edit', '--bundle', 'a', '--out', 'b', '--move', 'Yung=1'], 'unknown attribute "Yung". Did you mean "Young"?'],
    [['edit', '--bundle', 'a', '--out', 'b', '--move', 'Young'], /^a move must be <attribute>=<strength> or/],
    [['evaluate', '--out', 'b'], /give one of --bundle and --generator; got neither$/],
    [['evaluate', '--generator', 'a', '--out', 'b'], /^--generator needs --dataset, the run folder of prepare/],
  ])('%j', (argv, message) => {
    expect(mistake(...argv)).toMatch(message);
    expect(existsSync('b')).toBe(false);
  });
});

describe('a folder to write', () => {
  const prepareTo = (out: string, ...flags: string[]) =>
    mistake('prepare', '--celeba', good.folder, '--out', out, '--resolution', '64', ...flags);

  test('that holds other files, for a stage and for the pipeline', () => {
    const out = fresh('thesis');
    mkdirSync(out);
    writeFileSync(join(out, 'thesis.txt'), 'years of work');
    expect(prepareTo(out, '--force')).toMatch(/must be a new folder or an earlier run; .* holds other files/);
    expect(mistake('pipeline', '--celeba', good.folder, '--out', out)).toMatch(/is not empty; give --resume/);
    expect(readdirSync(out)).toEqual(['thesis.txt']);
  });

  test('whose name is a file’s', () => {
    const out = fresh('file');
    writeFileSync(out, 'content');
    expect(prepareTo(out)).toMatch(/^cannot use .*: a part of the path is a file/);
    expect(prepareTo(join(out, 'inside'))).toMatch(/^cannot create .*: /);
    expect(mistake('pipeline', '--celeba', good.folder, '--out', out)).toMatch(
      /^cannot create .*: a part of the path is a file/,
    );
    expect(readFileSync(out, 'utf8')).toBe('content');
  });

  const readOnly = smallDisk('ro');
  test.skipIf(readOnly === undefined)('that cannot be written', () => {
    expect(prepareTo(join(readOnly!, 'out'))).toMatch(
      /^cannot create .*: the file system is read-only; choose another/,
    );
    expect(mistake('pipeline', '--celeba', good.folder, '--out', join(readOnly!, 'out'))).toMatch(/is read-only/);
  });

  const full = smallDisk('size=200k');
  test.skipIf(full === undefined)('on a full disk', () => {
    const out = join(full!, 'out');
    expect(prepareTo(out)).toMatch(/^cannot write .*images\.npy: the disk is full; free some space and run again$/);
    expect(readdirSync(full!)).toEqual(['out.partial']);
    expect(mistake('train', 'gan', '--dataset', out, '--out', join(full!, 'gan'))).toMatch(
      /it is unfinished; run that/,
    );
  });
});
