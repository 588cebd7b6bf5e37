// Checks that an unfinished run can never pass for a finished one, whatever happens while it is written.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { UserError } from '../../../src/core/errors.ts';
import { silentLog } from '../../../src/node/log/log.ts';
import { beginRun, openRun, withRun } from '../../../src/node/runs/run-folder.ts';
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

test('a finished run opens with its configuration, summary and artefacts', async () => {
  const out = freshOut();
  const run = await beginRun(out, details);
  writeFileSync(run.file('artefact.txt'), 'content');
  run.metrics({ loss: 2 });
  run.metrics({ loss: 1 });
  await run.finish({ images: 3 });

  const opened = await openRun(out, 'prepare');
  expect(opened.config).toEqual({ seed: 7, resolution: 64 }); // without what says how to begin
  expect(opened.summary).toEqual({ images: 3 });
  expect(readFileSync(opened.file('artefact.txt'), 'utf8')).toBe('content');
  expect(readFileSync(opened.file('metrics.jsonl'), 'utf8')).toBe('{"loss":2}\n{"loss":1}\n');
  expect(JSON.parse(readFileSync(opened.file('manifest.json'), 'utf8'))).toMatchObject({ stage: 'prepare', seed: 7 });
  expect(existsSync(`${out}.partial`) || existsSync(`${out}.lock`)).toBe(false);
});

test('an unfinished run cannot be opened, under either name', async () => {
  const out = freshOut();
  const run = await beginRun(out, details);
  await expect(openRun(out, 'prepare')).rejects.toThrow(/must be a finished run of "prepare"; it is unfinished/);
  await expect(openRun(run.folder, 'prepare')).rejects.toThrow(/it is unfinished/);
  await run.abandon();
  await expect(openRun(out, 'prepare')).rejects.toThrow(UserError);
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
  const manifest = join(out, 'manifest.json');
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"schemaVersion": 1', '"schemaVersion": 9'));
  await expect(openRun(out, 'prepare')).rejects.toThrow(/schema version 1; it has 9: update face-tuning/);
});

test('a finished run is kept unless force is given, and then until the new one is complete', async () => {
  const out = freshOut();
  await withRun(out, details, async () => ({ version: 'old' }));
  await expect(beginRun(out, details)).rejects.toThrow(/--force/);
  const run = await beginRun(out, { ...details, force: true });
  expect((await openRun(out, 'prepare')).summary).toEqual({ version: 'old' });
  await run.finish({ version: 'new' });
  expect((await openRun(out, 'prepare')).summary).toEqual({ version: 'new' });
});

test('a folder with other files is never replaced, not even with force', async () => {
  const out = freshOut();
  mkdirSync(out);
  writeFileSync(join(out, 'thesis.txt'), 'years of work');
  await expect(beginRun(out, { ...details, force: true })).rejects.toThrow(/holds other files/);
});

test('resume continues a run of the same options, whatever `resume` itself was', async () => {
  const out = freshOut();
  const first = await beginRun(out, details);
  writeFileSync(first.file('checkpoint'), '1');
  await first.abandon();
  const second = await beginRun(out, { ...details, config: { ...details.config, resume: true }, resume: true });
  expect(second.resumed).toBe(true);
  expect(readFileSync(second.file('checkpoint'), 'utf8')).toBe('1');
  await second.abandon();
  const third = await beginRun(out, details);
  expect(third.resumed).toBe(false);
  expect(existsSync(third.file('checkpoint'))).toBe(false);
  await third.abandon();
});

test('resume with another option is refused and the difference named; with another input it starts again', async () => {
  const out = freshOut();
  const input = join(root, 'input.txt');
  writeFileSync(input, 'a');
  await (await beginRun(out, { ...details, inputs: { labels: input } })).abandon();
  const changed = { ...details, config: { seed: 7, resolution: 32 }, inputs: { labels: input }, resume: true };
  await expect(beginRun(out, changed)).rejects.toThrow(/resolution was 64, is 32 now/);
  writeFileSync(input, 'b');
  const { lines, log } = recording();
  const otherInput = await beginRun(out, { ...details, inputs: { labels: input }, resume: true, log });
  expect(otherInput.resumed).toBe(false);
  expect(lines).toEqual([`prepare: starting ${out} again: the content of labels (${input}) has changed`]);
  await otherInput.abandon();
  const forced = await beginRun(out, { ...changed, force: true });
  expect(forced.resumed).toBe(false);
  await forced.abandon();
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

test('lines written after the state that is resumed are dropped', async () => {
  const out = freshOut();
  const first = await beginRun(out, details);
  for (const step of [1, 2, 3]) {
    first.metrics({ step, loss: 1 / step });
    first.timings({ step, seconds: Math.random() });
  }
  await first.abandon();
  const second = await beginRun(out, { ...details, resume: true });
  await second.rewind(({ step }) => Number(step) <= 2);
  second.metrics({ step: 3, loss: 1 / 3 });
  await second.finish({});
  const lines = (name: string) => readFileSync(join(out, name), 'utf8').trim().split('\n');
  expect(lines('metrics.jsonl')).toEqual([1, 2, 3].map(step => JSON.stringify({ step, loss: 1 / step })));
  expect(lines('timings.jsonl')).toHaveLength(2);
});

test('a run is written by one process at a time; the lock of a dead one is taken over', async () => {
  const out = freshOut();
  const run = await beginRun(out, details);
  await expect(beginRun(out, details)).rejects.toThrow(`is being written by process ${process.pid}`);
  await run.abandon();
  writeFileSync(`${out}.lock`, `${process.ppid} ${hostname()}\n`);
  await expect(beginRun(out, details)).rejects.toThrow(`is being written by process ${process.ppid}`);
  writeFileSync(`${out}.lock`, '1 another-machine\n');
  await expect(beginRun(out, details)).rejects.toThrow(/is being written on another-machine/);
  writeFileSync(`${out}.lock`, `999999999 ${hostname()}\n`);
  await (await beginRun(out, details)).abandon();
});

test('inputs are finished runs or files, and never the output', async () => {
  const out = freshOut();
  await withRun(out, details, async () => ({}));
  await expect(beginRun(out, { ...details, inputs: { dataset: out }, force: true })).rejects.toThrow(/not be an input/);
  await expect(beginRun(freshOut(), { ...details, inputs: { dataset: root } })).rejects.toThrow(
    /must be a finished run/,
  );
  const absent = { ...details, inputs: { dataset: join(root, 'absent') } };
  await expect(beginRun(freshOut(), absent)).rejects.toThrow(/cannot read .*absent: no such file/);
});
