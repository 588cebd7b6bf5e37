// Every mistake a user can make is one clear line on standard error and exit code 2, and nothing is written.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { launcher, mistake } from '../../helpers/mistake.ts';
import { smallDisk } from '../../helpers/small-disk.ts';
import { temporaryFolder } from '../../helpers/temp-folder.ts';
import { writeTinyBundle } from '../../helpers/tiny-bundle.ts';
import { makeTinyCeleba, type TinyCeleba } from '../../helpers/tiny-celeba.ts';

const root = temporaryFolder();
let number = 0;
const fresh = (name: string) => join(root, `${name}-${number++}`);

let good: TinyCeleba;
beforeAll(async () => {
  good = await makeTinyCeleba(fresh('celeba'), 40, 18, 22);
});

describe('what an earlier stage made', () => {
  const dataset = fresh('dataset');
  beforeAll(() => {
    const flags = ['--celeba', good.folder, '--out', dataset, '--resolution', '4'];
    expect(spawnSync(process.execPath, [launcher, 'prepare', ...flags]).status).toBe(0);
  });

  test('of another version', () => {
    const later = fresh('later');
    cpSync(dataset, later, { recursive: true });
    const path = join(later, 'manifest.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"schemaVersion": 1', '"schemaVersion": 9'));
    const out = fresh('gan');
    expect(mistake('train', 'gan', '--dataset', later, '--out', out)).toMatch(/schema version 1; it has 9: update/);
    expect(existsSync(out)).toBe(false);
  });

  test('is not looked for in a folder of runs that is none', () => {
    const report = (runs: string) => mistake('report', '--runs', runs, '--out', fresh('page'));
    const absent = fresh('absent');
    expect(report(absent)).toBe(`cannot read ${absent}: no such file or folder; check the path`);
    const file = join(dataset, 'manifest.json');
    expect(report(file)).toBe(`cannot read ${file}: a part of the path is a file, not a folder; check the path`);
  });

  test('is never overwritten unasked', () => {
    const before = readFileSync(join(dataset, 'manifest.json'), 'utf8');
    const flags = ['--celeba', good.folder, '--out', dataset, '--resolution', '8'];
    expect(mistake('prepare', ...flags)).toMatch(/is a finished run; give --force to replace it/);
    expect(mistake('prepare', ...flags, '--resume')).toMatch(/other options: resolution was 4, is 8 now; give --force/);
    expect(readFileSync(join(dataset, 'manifest.json'), 'utf8')).toBe(before);
  });
});

describe('a bundle and a picture', () => {
  const bundle = fresh('bundle');
  beforeAll(() => writeTinyBundle(bundle, 64));
  const editTo = (out: string, ...flags: string[]) =>
    mistake('edit', '--bundle', bundle, '--out', out, '--move', 'Young=1', ...flags);

  test('that exists is never overwritten unasked', () => {
    const out = `${fresh('strip')}.png`;
    writeFileSync(out, 'a strip');
    expect(editTo(out)).toBe(`${out} exists; give --force to replace it or choose another --out`);
    expect(readFileSync(out, 'utf8')).toBe('a strip');
  });

  test('with a misspelt lock or move', () => {
    const out = `${fresh('strip')}.png`;
    expect(editTo(out, '--lock', 'Mael')).toBe('unknown attribute "Mael". Did you mean "Male"?');
    expect(editTo(out, '--move', 'Yung=1')).toBe('unknown attribute "Yung". Did you mean "Young"?');
    expect(editTo(out, '--move', 'age=2')).toBe(
      'unknown attribute "age". Did you mean "Young", turned round: age=2 is Young=-2?',
    );
    expect(editTo(out, '--lock', ',')).toBe('--lock must be a name, not empty; got ""');
    expect(existsSync(out)).toBe(false);
  });

  test('with options of a queue, and none', () => {
    const out = fresh('idle');
    expect(editTo(out, '--shared', root)).toBe(
      '--shared is for work that a queue hands out; give --queue too, or leave it out',
    );
    const flags = ['--bundle', bundle, '--out', out, '--mixed'];
    expect(mistake('evaluate', 'edits', ...flags)).toMatch(/^--mixed is for work that a queue hands out; give --queue/);
    expect(existsSync(`${out}.partial`)).toBe(false);
  });

  test('too large to be written, told before any face is drawn', () => {
    const out = join(fresh('missing'), 'strip.png');
    expect(editTo(out, '--seed', '0-99', '--steps', '99', '--scale', '32')).toMatch(
      /^a picture must have at most 65535 pixels a side and 256 million in all; this would be \d+×\d+\. Give a smaller/,
    );
    expect(existsSync(join(out, '..'))).toBe(false);
  });

  test('with a changed byte', () => {
    const [path, out] = [join(bundle, 'generator.safetensors'), `${fresh('strip')}.png`];
    writeFileSync(
      path,
      Uint8Array.from(readFileSync(path), (byte, at) => (at === 99 ? byte ^ 1 : byte)),
    );
    expect(editTo(out)).toMatch(/^\S+generator\.safetensors was changed/);
    expect(existsSync(out)).toBe(false);
  });
});

describe('an option', () => {
  test.each<[string[], RegExp | string]>([
    [['pipeline', '--celeba', 'a', '--out', 'b', '--preset', 'qick'], /got "qick"\. Did you mean "quick"\?$/],
    [['pipeline', '--celeba', 'a', '--out', 'b', '--device', 'webgp'], /got "webgp"\. Did you mean "webgpu"\?$/],
    [['prepare', '--celba', 'a'], 'unknown option --celba. Did you mean "--celeba"? See face-tuning prepare --help'],
    [['prepare', '--celeba', 'a', '--out', ''], '--out must be a path, not empty; got ""'],
    [['prepare', '--celeba', 'a', '--out', 'b', '--resolution', '48'], /power of two from 4 to 1024; got 48$/],
    [['prepare', '--config', 'absent.json'], 'cannot read absent.json: no such file or folder; check the path'],
    [['edit', '--bundle', 'a', '--out', 'b.png', '--move', 'Young'], /^a move must be <attribute>=<strength>, /],
    [
      ['edit', '--bundle', 'a', '--out', 'b.png', '--move', 'Young=p100'],
      /^a probability must lie between 0 and 100 %/,
    ],
    [['edit', '--bundle', 'a', '--out', 'b', '--move', 'Young=1'], /^--out must end in \.png, .*; got b$/],
    [['edit', '--bundle', 'a', '--out', 'b.png', '--move', 'Young=1', '--seed', '0-x'], /^--seed must be whole num/],
    [['prepare', '--celeba', 'a', '--out', 'b'.repeat(250)], /^the name of --out must have at most 245 bytes; got 250/],
    [['evaluate', '--out', 'b'], 'unknown option --out. See face-tuning evaluate --help'],
    [['evaluate', 'edits', '--out', 'b'], '--bundle is required'],
    [['evaluate', 'generator', '--generator', 'a', '--out', 'b'], '--dataset is required'],
    [['import', 'boundaries', '--out', 'b'], '--boundaries is required'],
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
    for (const flags of [[], ['--force'], ['--resume']]) {
      expect(mistake('pipeline', '--celeba', good.folder, '--out', out, ...flags)).toMatch(
        /must be a new folder or an earlier pipeline's; .* holds other files/,
      );
    }
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
