// Checks that an unfinished run can never pass for a finished one, whatever happens while it is written.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { UserError } from '../../../src/core/errors.ts';
import { type Log, silentLog } from '../../../src/node/log/log.ts';
import { acquireLock } from '../../../src/node/runs/lock.ts';
import { findInput, openRun, type Run, type RunDetails, withRun } from '../../../src/node/runs/run-folder.ts';
import { temporaryFolder } from '../../helpers/temp-folder.ts';

const root = temporaryFolder();
let count = 0;
const freshOut = () => join(root, `run-${count++}`);
const details = { stage: 'prepare', config: { seed: 7, resolution: 64, resume: false }, inputs: {} };

/** A log that can be asked what it was told. */
function recording() {
  const lines: string[] = [];
  return { lines, log: { ...silentLog, info: (line: string) => lines.push(line) } };
}

/** Begins or continues a run, does some work and is interrupted. @returns the run as the work saw it. */
async function interrupted(out: string, given: RunDetails, work: (run: Run) => void = () => {}): Promise<Run> {
  let seen: Run | undefined;
  const stopped = withRun(out, given, async run => {
    seen = run;
    work(run);
    throw new Error('interrupted');
  });
  await expect(stopped).rejects.toThrow('interrupted');
  return seen!;
}
const refused = (out: string, given: RunDetails, message: RegExp | string) =>
  expect(withRun(out, given, async () => ({}))).rejects.toThrow(message);

test('a finished run opens with its configuration, summary and artefacts', async () => {
  const out = freshOut();
  await withRun(out, details, async run => {
    writeFileSync(run.file('artefact.txt'), 'content');
    run.metrics({ loss: 2 });
    run.metrics({ loss: 1 });
    return { images: 3 };
  });

  const opened = await openRun(out, 'prepare');
  expect(opened.config).toEqual({ seed: 7, resolution: 64 }); // without what says how to begin
  expect(opened.summary).toEqual({ images: 3 });
  expect(readFileSync(opened.file('artefact.txt'), 'utf8')).toBe('content');
  expect(readFileSync(opened.file('metrics.jsonl'), 'utf8')).toBe('{"loss":2}\n{"loss":1}\n');
  expect(JSON.parse(readFileSync(opened.file('manifest.json'), 'utf8'))).toMatchObject({ stage: 'prepare', seed: 7 });
  expect(existsSync(`${out}.partial`) || existsSync(`${out}.lock`)).toBe(false);
});

test('an input is found where it was or beside the run, as long as it is the same', async () => {
  const [first, elsewhere] = [join(root, 'first'), join(root, 'elsewhere')];
  const [input, user] = [join(first, 'input'), join(first, 'user')];
  const made = (text: string) =>
    withRun(input, { ...details, force: true }, async run => {
      writeFileSync(run.file('artefact.txt'), text);
      return {};
    });
  await made('one');
  await withRun(user, { ...details, stage: 'fit', inputs: { input } }, async () => ({}));
  const at = async (folder: string, name = 'input') => findInput(await openRun(folder, 'fit'), name);
  expect(await at(user)).toBe(input);
  expect(await at(user, 'other')).toBeUndefined();
  await made('another');
  expect(await at(user)).toBeUndefined();
  await made('one');
  renameSync(first, elsewhere);
  expect(await at(join(elsewhere, 'user'))).toBe(join(elsewhere, 'input'));
  renameSync(join(elsewhere, 'input'), join(elsewhere, 'gone'));
  mkdirSync(join(elsewhere, 'input')); // no run any more
  expect(await at(join(elsewhere, 'user'))).toBeUndefined();
});

test('an unfinished run cannot be opened, under either name', async () => {
  const out = freshOut();
  await withRun(out, details, async run => {
    await expect(openRun(out, 'prepare')).rejects.toThrow(/must be a finished run of "prepare"; it is unfinished/);
    await expect(openRun(run.folder, 'prepare')).rejects.toThrow(/it is unfinished/);
    return {};
  });
  const other = freshOut();
  await interrupted(other, details);
  await expect(openRun(other, 'prepare')).rejects.toThrow(UserError);
});

test('a run that throws leaves nothing that opens, and no lock', async () => {
  const out = freshOut();
  const broken = withRun(out, details, () => Promise.reject(new Error('broken')));
  await expect(broken).rejects.toThrow('broken');
  await expect(openRun(out, 'prepare')).rejects.toThrow(UserError);
  expect(existsSync(`${out}.lock`)).toBe(false);
});

test('runs that are absent, of another stage or of another schema version are refused', async () => {
  const out = freshOut();
  await expect(openRun(out, 'prepare')).rejects.toThrow(/there is none/);
  await withRun(out, details, async () => ({}));
  await expect(openRun(out, 'train gan')).rejects.toThrow(/must be a run of "train gan"; it is one of "prepare"/);
  await expect(openRun(out, 'fit', 'import boundaries')).rejects.toThrow(/a run of "fit" or "import boundaries"; it/);
  const manifest = join(out, 'manifest.json');
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"schemaVersion": 1', '"schemaVersion": 9'));
  await expect(openRun(out, 'prepare')).rejects.toThrow(/schema version 1; it has 9: update face-tuning/);
});

test('a finished run is kept unless force is given, and then until the new one is complete', async () => {
  const out = freshOut();
  await withRun(out, details, async () => ({ version: 'old' }));
  await refused(out, details, /--force/);
  await withRun(out, { ...details, force: true }, async () => {
    expect((await openRun(out, 'prepare')).summary).toEqual({ version: 'old' });
    return { version: 'new' };
  });
  expect((await openRun(out, 'prepare')).summary).toEqual({ version: 'new' });
});

test('a folder with other files is never replaced, not even with force', async () => {
  const out = freshOut();
  mkdirSync(out);
  writeFileSync(join(out, 'thesis.txt'), 'years of work');
  await refused(out, { ...details, force: true }, /holds other files/);
});

test('a manifest of something else makes no run, and what lies where a run is written is not deleted', async () => {
  const site = freshOut();
  mkdirSync(site);
  writeFileSync(join(site, 'index.html'), 'a web application');
  writeFileSync(join(site, 'manifest.json'), '{"name":"a web application"}');
  for (const force of [false, true])
    await refused(site, { ...details, force }, /holds other files, such as index.html/);
  expect(readFileSync(join(site, 'index.html'), 'utf8')).toBe('a web application');

  const out = freshOut();
  mkdirSync(`${out}.partial`);
  writeFileSync(join(`${out}.partial`, 'thesis.txt'), 'years of work');
  await refused(out, { ...details, force: true }, /\.partial holds other files, such as thesis\.txt/);
  expect(readFileSync(join(`${out}.partial`, 'thesis.txt'), 'utf8')).toBe('years of work');

  const older = freshOut(); // a run of another version may be replaced
  mkdirSync(older);
  writeFileSync(join(older, 'manifest.json'), '{"schemaVersion":0,"stage":"prepare"}');
  await withRun(older, { ...details, force: true }, async () => ({}));
  expect(existsSync(`${older}.lock`) || existsSync(`${site}.lock`)).toBe(false);
});

test('a run does not replace the folder that it reads a file of', async () => {
  const out = freshOut();
  await withRun(out, details, async run => {
    writeFileSync(run.file('bundle.json'), '{}');
    return {};
  });
  const reading = { ...details, inputs: { bundle: join(out, 'bundle.json') } };
  await refused(out, { ...reading, force: true }, /bundle\.json lies in .*, which is made anew/);
  const link = freshOut();
  symlinkSync(out, link);
  const byLink = { ...details, inputs: { bundle: join(link, 'bundle.json') }, force: true };
  await refused(out, byLink, /bundle\.json lies in .*, which is made anew/);
  await refused(out, { ...byLink, inputs: { run: link } }, /out must not be an input of the run/);
  expect(readFileSync(join(out, 'bundle.json'), 'utf8')).toBe('{}');
});

test('resume continues a run of the same options, whatever `resume` itself was', async () => {
  const out = freshOut();
  const first = await interrupted(out, details, run => writeFileSync(run.file('checkpoint'), '1'));
  expect(first.resumed).toBe(false);
  const resuming = { ...details, config: { ...details.config, resume: true }, resume: true };
  const second = await interrupted(out, resuming);
  expect(second.resumed).toBe(true);
  expect(readFileSync(second.file('checkpoint'), 'utf8')).toBe('1');
  const third = await interrupted(out, details);
  expect(third.resumed).toBe(false);
  expect(existsSync(third.file('checkpoint'))).toBe(false);
});

test('a run that goes on with another option which may change says so, but not of threads', async () => {
  const out = freshOut();
  const length = { ...details, resume: true, resumable: ['kimg', 'threads'] };
  const config = { ...details.config, kimg: 8, threads: 1 };
  await interrupted(out, { ...length, config });
  const { lines, log } = recording();
  const longer = await interrupted(out, { ...length, config: { ...config, kimg: 2, threads: 2 }, log });
  expect(longer.resumed).toBe(true);
  expect(lines).toEqual(['prepare: going on with other options: kimg was 8, is 2 now']);
  await interrupted(out, { ...length, config: { ...config, kimg: 2, threads: 2 }, log });
  expect(lines).toHaveLength(1);
});

test('an unfinished run of a minute or more is set aside when it is begun anew without --resume', async () => {
  const out = freshOut();
  const first = await interrupted(out, details, run => writeFileSync(run.file('checkpoint'), '1'));
  const manifest = join(first.folder, 'manifest.json');
  const hourAgo = new Date(Date.now() - 3_600_000).toISOString();
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replace(/"started": "[^"]+"/, `"started": "${hourAgo}"`));
  const { lines, log } = recording();
  const second = await interrupted(out, { ...details, log });
  expect(existsSync(second.file('checkpoint'))).toBe(false);
  expect(readFileSync(join(`${out}.earlier`, 'checkpoint'), 'utf8')).toBe('1');
  expect(lines).toEqual([
    `prepare: the unfinished run that was there is now ${out}.earlier; to go on with it, name it ${out}.partial and give --resume`,
  ]);
});

test.each([
  ['of a minute or more', 61, {}, true],
  ['of less', 59, {}, false],
  ['that --force gave up', 61, { force: true }, false],
])('a finished run %s is set aside where another input makes it anew', async (_, seconds, more, isKept) => {
  const out = freshOut();
  const input = join(root, 'set-aside.txt');
  writeFileSync(input, 'a');
  const asked = { ...details, inputs: { labels: input }, resume: true, ...more };
  const make = (text: string, log?: Log) =>
    withRun(out, { ...asked, ...(log && { log }) }, async run => {
      writeFileSync(run.file('weights'), text);
      return {};
    });
  await make('old');
  const manifest = join(out, 'manifest.json');
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replace(/"seconds": [\d.e-]+/, `"seconds": ${seconds}`));
  writeFileSync(input, 'b');
  const { lines, log } = recording();
  await make('new', log);
  expect(readFileSync(join(out, 'weights'), 'utf8')).toBe('new');
  expect(existsSync(join(`${out}.earlier`, 'weights'))).toBe(isKept);
  expect(lines.slice(1)).toEqual(isKept ? [`prepare: the run that was there is now ${out}.earlier`] : []);
  if (isKept) expect((await openRun(`${out}.earlier`, 'prepare')).manifest.seconds).toBe(seconds);
});

test('a failure after the run has got its name leaves no folder of an unfinished one', async () => {
  const out = freshOut();
  const input = join(root, 'again.txt');
  const given = { ...details, inputs: { labels: input }, resume: true };
  writeFileSync(input, 'a');
  await withRun(out, given, async () => ({}));
  const manifest = join(out, 'manifest.json');
  writeFileSync(manifest, JSON.stringify({ ...JSON.parse(readFileSync(manifest, 'utf8')), seconds: 100 }));
  writeFileSync(input, 'b');
  const info = (line: string) => {
    if (line.includes('is now')) throw new Error('nobody listens');
  };
  const failed = withRun(out, { ...given, log: { ...silentLog, info } }, async () => ({ made: 2 }));
  await expect(failed).rejects.toThrow('nobody listens');
  expect((await openRun(out, 'prepare')).summary).toEqual({ made: 2 });
  expect(existsSync(`${out}.partial`)).toBe(false);
});

test('resume with another option is refused and the difference named; with another input it starts again', async () => {
  const out = freshOut();
  const input = join(root, 'input.txt');
  writeFileSync(input, 'a');
  await interrupted(out, { ...details, inputs: { labels: input } });
  const changed = { ...details, config: { seed: 7, resolution: 32 }, inputs: { labels: input }, resume: true };
  await refused(out, changed, /resolution was 64, is 32 now/);
  writeFileSync(input, 'b');
  const { lines, log } = recording();
  const otherInput = await interrupted(out, { ...details, inputs: { labels: input }, resume: true, log });
  expect(otherInput.resumed).toBe(false);
  expect(lines).toEqual([`prepare: starting ${out} again: the content of labels (${input}) has changed`]);
  expect((await interrupted(out, { ...changed, force: true })).resumed).toBe(false);
});

test('resume keeps a finished run as long as its options and inputs are the same, and says so', async () => {
  const out = freshOut();
  const input = join(root, 'labels.txt');
  writeFileSync(input, 'a');
  const { lines, log } = recording();
  const asked = { ...details, inputs: { labels: input }, resume: true, log };
  let made = 0;
  const make = (more: object = {}) => withRun(out, { ...asked, ...more }, async () => ({ made: ++made }));
  expect([await make(), await make()]).toEqual([{ made: 1 }, { made: 1 }]);
  expect(lines.pop()).toBe(`prepare: kept ${out}: it is finished, its options and inputs have not changed`);
  writeFileSync(input, 'b');
  expect(await make()).toEqual({ made: 2 });
  expect(lines.pop()).toBe(`prepare: making ${out} again: the content of labels (${input}) has changed`);
  const other = { config: { seed: 8, resolution: 64 } };
  await expect(make(other)).rejects.toThrow(/was made with other options: seed was 7, is 8 now; give --force/);
  expect(await make({ ...other, force: true })).toEqual({ made: 3 });
  expect(existsSync(`${out}.lock`)).toBe(false);
});

test('a finished run is kept on a machine with other threads; one that goes on is not mixed', async () => {
  const out = freshOut();
  const on = (threads: number) => ({ ...details, config: { ...details.config, threads }, resume: true });
  await interrupted(out, on(2));
  await refused(out, on(4), /threads was 2, is 4 now; resume with the same options/);
  expect(await withRun(out, on(2), async () => ({ made: 1 }))).toEqual({ made: 1 });
  expect(await withRun(out, on(4), async () => ({ made: 2 }))).toEqual({ made: 1 });
});

test('lines written after the state that is resumed are dropped', async () => {
  const out = freshOut();
  await interrupted(out, details, run => {
    for (const step of [1, 2, 3]) {
      run.metrics({ step, loss: 1 / step });
      run.timings({ step, seconds: Math.random() });
    }
  });
  await withRun(out, { ...details, resume: true }, async run => {
    await run.rewind(({ step }) => Number(step) <= 2);
    run.metrics({ step: 3, loss: 1 / 3 });
    return {};
  });
  const lines = (name: string) => readFileSync(join(out, name), 'utf8').trim().split('\n');
  expect(lines('metrics.jsonl')).toEqual([1, 2, 3].map(step => JSON.stringify({ step, loss: 1 / step })));
  expect(lines('timings.jsonl')).toHaveLength(2);
});

test('a run is written by one process at a time; the lock of a dead one is taken over', async () => {
  const out = freshOut();
  const force = { ...details, force: true };
  await withRun(out, details, async () => {
    await refused(out, details, `is being written by process ${process.pid}`);
    return {};
  });
  writeFileSync(`${out}.lock`, `${process.ppid} ${hostname()}\n`);
  await refused(out, force, `is being written by process ${process.ppid}`);
  writeFileSync(`${out}.lock`, '1 another-machine\n');
  await refused(out, force, /is being written on another-machine/);
  writeFileSync(`${out}.lock`, `999999999 ${hostname()}\n`);
  await withRun(out, force, async () => ({}));
});

test('a lock that cannot be read is told of by name, and not waited for', async () => {
  const out = freshOut();
  mkdirSync(`${out}.lock`);
  await refused(out, details, `cannot read ${out}.lock: it is a folder, not a file`);
});

test('a lock that is being made is waited for, and of many that take over a dead one a single one gets it', async () => {
  const path = join(root, 'fresh.lock');
  writeFileSync(path, '');
  setTimeout(() => writeFileSync(path, `${process.ppid} ${hostname()}\n`), 120);
  await expect(acquireLock(path, 'it')).rejects.toThrow(`it is being written by process ${process.ppid}`);
  writeFileSync(path, `999999999 ${hostname()}\n`);
  const taken = await Promise.allSettled(Array.from({ length: 8 }, () => acquireLock(path, 'it')));
  expect(taken.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(readdirSync(root).filter(name => name.startsWith('fresh.lock.'))).toEqual([]);
});

test('inputs are finished runs or files, and never the output', async () => {
  const out = freshOut();
  await withRun(out, details, async () => ({}));
  await refused(out, { ...details, inputs: { dataset: out }, force: true }, /not be an input/);
  await refused(freshOut(), { ...details, inputs: { dataset: root } }, /must be a finished run/);
  const absent = { ...details, inputs: { dataset: join(root, 'absent') } };
  await refused(freshOut(), absent, /cannot read .*absent: no such file/);
});

test('runs of the former stage `evaluate` open under the name of the stage that makes them now, and are kept', async () => {
  const gan = freshOut();
  await withRun(gan, { ...details, stage: 'train gan' }, async () => ({}));
  for (const [input, stage] of [
    ['bundle', 'evaluate edits'],
    ['generator', 'evaluate generator'],
  ] as const) {
    const out = freshOut();
    await withRun(out, { ...details, stage: 'evaluate', inputs: { [input]: gan } }, async () => ({ input }));
    expect((await openRun(out, stage)).summary).toEqual({ input });
    const again = { ...details, stage, inputs: { [input]: gan }, resume: true };
    expect(await withRun(out, again, () => Promise.reject(new Error('made again')))).toEqual({ input });
  }
});
