// Checks that a run finds its place where people put it: mount points, links, the folder one stands in, leftovers.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { openRun, withRun } from '../../../src/node/runs/run-folder.ts';
import { placeOf } from '../../../src/node/runs/run-place.ts';
import { smallDisk } from '../../helpers/small-disk.ts';
import { temporaryFolder } from '../../helpers/temp-folder.ts';

const root = temporaryFolder();
let count = 0;
const fresh = (name: string) => join(root, `${name}-${count++}`);
const details = { stage: 'prepare', config: { seed: 7 }, inputs: {} };

/** Makes a run with one artefact. */
const make = (out: string, content: string, more: object = {}) =>
  withRun(out, { ...details, ...more }, async run => {
    writeFileSync(run.file(`${content}.txt`), content);
    return { content };
  });

const disk = smallDisk('size=1m');

test.skipIf(disk === undefined)('a run is written into a mount point, resumed there, replaced there', async () => {
  const out = disk!;
  mkdirSync(join(out, 'lost+found'));
  const stopped = withRun(out, details, async run => {
    writeFileSync(run.file('checkpoint'), '1');
    throw new Error('interrupted');
  });
  await expect(stopped).rejects.toThrow('interrupted');
  await expect(openRun(out, 'prepare')).rejects.toThrow(/it is unfinished; run that stage again, with --resume/);
  await withRun(out, { ...details, resume: true }, async run => {
    expect(readFileSync(run.file('checkpoint'), 'utf8')).toBe('1');
    return {};
  });
  const entries = ['checkpoint', 'config.json', 'lost+found', 'manifest.json'];
  expect(readdirSync(out).sort()).toEqual(entries);

  await expect(make(out, 'new')).rejects.toThrow(/is a finished run; give --force/);
  await make(out, 'new', { force: true });
  expect((await openRun(out, 'prepare')).summary).toEqual({ content: 'new' });
  expect(readdirSync(out).sort()).toEqual(['config.json', 'lost+found', 'manifest.json', 'new.txt']);
  expect(existsSync(`${out}.partial`) || existsSync(`${out}.lock`)).toBe(false);

  // A power cut after half of the files had moved: the next command moves the rest.
  const { partial, replaced } = await placeOf(out);
  mkdirSync(partial);
  for (const name of ['manifest.json', 'new.txt']) renameSync(join(out, name), join(partial, name));
  await expect(make(out, 'newer')).rejects.toThrow(/is a finished run; give --force/);
  expect((await openRun(out, 'prepare')).summary).toEqual({ content: 'new' });
  expect(existsSync(partial) || existsSync(replaced)).toBe(false);

  // Where the old run was to be set aside, as another input makes it anew, and half of it had been.
  const { earlier } = await placeOf(out);
  for (const folder of [partial, earlier]) mkdirSync(folder);
  writeFileSync(join(out, 'more.txt'), 'old');
  renameSync(join(out, 'new.txt'), join(earlier, 'new.txt'));
  copyFileSync(join(out, 'manifest.json'), join(partial, 'manifest.json'));
  writeFileSync(join(partial, 'newer.txt'), 'newer');
  renameSync(join(out, 'manifest.json'), replaced);
  await expect(make(out, 'newest')).rejects.toThrow(/is a finished run; give --force/);
  expect(readdirSync(out).sort()).toEqual(['.earlier', 'lost+found', 'manifest.json', 'newer.txt']);
  expect(readdirSync(earlier).sort()).toEqual(['config.json', 'manifest.json', 'more.txt', 'new.txt']);
});

test('a power cut after the new run had its name leaves nothing behind, or what took a minute', async () => {
  for (const [seconds, isKept] of [
    [undefined, false], // an empty folder, which stood there before
    [5, false],
    [61, true],
  ] as const) {
    const out = fresh(`cut-${seconds}`);
    await make(out, 'new');
    const { replaced, earlier } = await placeOf(out);
    mkdirSync(replaced);
    const manifest = readFileSync(join(out, 'manifest.json'), 'utf8');
    const old = manifest.replace(/"seconds": [\d.e-]+/, `"seconds": ${seconds}`);
    if (seconds !== undefined) writeFileSync(join(replaced, 'manifest.json'), old);
    await expect(make(out, 'newer')).rejects.toThrow(/is a finished run; give --force/);
    expect([existsSync(replaced), existsSync(earlier)]).toEqual([false, isKept]);
  }
});

test('a link to an empty folder elsewhere is followed, and so is one to a folder that is not there yet', async () => {
  const elsewhere = fresh('elsewhere');
  mkdirSync(elsewhere);
  for (const target of [join(elsewhere, 'there'), join(elsewhere, 'not-yet')]) {
    if (target.endsWith('there')) mkdirSync(target);
    const link = fresh('link');
    symlinkSync(target, link);
    await make(link, 'x');
    expect(readFileSync(join(target, 'x.txt'), 'utf8')).toBe('x');
    expect((await openRun(link, 'prepare')).summary).toEqual({ content: 'x' });
  }
});

test('what file managers leave behind is no content; anything else is named', async () => {
  const out = fresh('finder');
  mkdirSync(out);
  for (const name of ['.DS_Store', 'Thumbs.db', '._x', 'desktop.ini']) writeFileSync(join(out, name), '');
  await make(out, 'x');
  const other = fresh('other');
  mkdirSync(other);
  writeFileSync(join(other, '.DS_Store'), '');
  writeFileSync(join(other, 'thesis.txt'), '');
  await expect(make(other, 'x')).rejects.toThrow(/holds other files, such as thesis\.txt\. Choose another folder/);
});

test('the folder that a shell stands in keeps its place', () => {
  const out = fresh('here');
  mkdirSync(out);
  const code =
    `import { withRun } from ${JSON.stringify(resolve('dist/node/runs/run-folder.js'))};` +
    `await withRun('.', { stage: 'prepare', config: {}, inputs: {} }, async () => ({}));` +
    `process.stdout.write((await import('node:fs')).readdirSync('.').sort().join());`;
  const flags = ['--input-type=module', '-e', code];
  const { stdout, stderr } = spawnSync(process.execPath, flags, { cwd: out, encoding: 'utf8' });
  expect(stdout, stderr).toBe('config.json,manifest.json');
});

test('a name that is too long, or links in a circle, are told before any work', async () => {
  const work = async () => {
    throw new Error('work was begun');
  };
  const long = join(root, 'x'.repeat(250));
  await expect(withRun(long, details, work)).rejects.toThrow(
    /^the name of --out must have at most 245 bytes; got 250 with xxx.*; choose a shorter one$/,
  );
  const [a, b] = [fresh('circle'), fresh('circle')];
  symlinkSync(a, b);
  symlinkSync(b, a);
  await expect(withRun(join(a, 'out'), details, work)).rejects.toThrow(
    /^cannot .*: its symbolic links lead in a circle/,
  );
});
