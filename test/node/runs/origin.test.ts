// Checks that a run is resumed by what makes its result: contents of inputs and options that change bytes, not spellings.
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { silentLog } from '../../../src/node/log/log.ts';
import { type RunDetails, withRun } from '../../../src/node/runs/run-folder.ts';
import { pathOption, threadsOption } from '../../../src/node/stages/framework/options.ts';
import { temporaryFolder } from '../../helpers/temp-folder.ts';

const root = temporaryFolder();
let count = 0;
const fresh = (name: string) => join(root, `${name}-${count++}`);

const options = z.strictObject({
  dataset: pathOption(),
  labels: z.array(pathOption()).default([]),
  judge: pathOption().optional(),
  rate: z.number().default(1),
  threads: threadsOption('a part'),
});

/** A finished run of the stage before. */
async function datasetOf(content: string, out = fresh('dataset')): Promise<string> {
  await withRun(out, { stage: 'prepare', config: {}, inputs: {}, force: true }, async run => {
    writeFileSync(run.file('images.npy'), content);
    return {};
  });
  return out;
}

type Given = { readonly dataset: string } & Partial<z.output<typeof options>>;

function detailsOf(given: Given, more: Partial<RunDetails> = {}): RunDetails {
  const { dataset, labels = [], judge } = given;
  const inputs = {
    dataset,
    ...(judge !== undefined && { judge }),
    ...Object.fromEntries(labels.map((path, i) => [`labels ${i}`, path])),
  };
  return { stage: 'train gan', options, config: { rate: 1, threads: 1, ...given }, inputs, resume: true, ...more };
}

/** Begins or goes on, and is interrupted. @returns whether it went on. */
async function sitting(out: string, given: Given, more: Partial<RunDetails> = {}): Promise<boolean> {
  let resumed = false;
  const stopped = withRun(out, detailsOf(given, more), async run => {
    resumed = run.resumed;
    throw new Error('interrupted');
  });
  await expect(stopped).rejects.toThrow('interrupted');
  return resumed;
}

test('another spelling of a path, a copied folder and another number of threads go on', async () => {
  const dataset = await datasetOf('a');
  const copy = fresh('copy');
  cpSync(dataset, copy, { recursive: true });
  const out = fresh('gan');
  await sitting(out, { dataset });
  for (const given of [
    { dataset: `${dataset}/` },
    { dataset: relative(process.cwd(), dataset) },
    { dataset: copy },
    { dataset, threads: 7 },
  ]) {
    expect(await sitting(out, given), JSON.stringify(given)).toBe(true);
  }
  const kept = JSON.parse(readFileSync(join(`${out}.partial`, 'config.json'), 'utf8'));
  expect(kept.threads).toBe(7); // the latest sitting's
});

test('a dataset that was made again with the same result is the same, one with another result is not', async () => {
  const dataset = await datasetOf('a');
  const out = fresh('gan');
  await sitting(out, { dataset });
  await datasetOf('a', dataset);
  expect(await sitting(out, { dataset })).toBe(true);
  await datasetOf('b', dataset);
  expect(await sitting(out, { dataset })).toBe(false);
});

test('another path with another content is refused, and nothing is lost', async () => {
  const [dataset, other] = [await datasetOf('a'), await datasetOf('b')];
  const out = fresh('gan');
  await sitting(out, { dataset });
  await expect(withRun(out, detailsOf({ dataset: other }), async () => ({}))).rejects.toThrow(
    `cannot resume ${out}: dataset was "${dataset}", is "${other}" now`,
  );
  await expect(withRun(out, detailsOf({ dataset, rate: 2 }), async () => ({}))).rejects.toThrow(/rate was 1, is 2 now/);
  await expect(withRun(out, detailsOf({ dataset, judge: other }), async () => ({}))).rejects.toThrow(
    /judge was not set, is/,
  );
  expect(await sitting(out, { dataset })).toBe(true);
});

test('lists of files are compared by content too, and more or fewer of them are a difference', async () => {
  const dataset = await datasetOf('a');
  const [first, second, copy] = ['1', '2', '1'].map((content, i) => {
    const path = fresh(`labels-${i}`);
    writeFileSync(path, content);
    return path;
  }) as [string, string, string];
  const out = fresh('fit');
  await sitting(out, { dataset, labels: [first, second] });
  expect(await sitting(out, { dataset, labels: [copy, second] })).toBe(true);
  for (const labels of [[first], [second, first], [first, second, copy]]) {
    const changed = withRun(out, detailsOf({ dataset, labels }), async () => ({}));
    await expect(changed, labels.join()).rejects.toThrow(/labels was \[/);
  }
  const resumable = ['labels'];
  expect(await sitting(out, { dataset, labels: [second] }, { resumable })).toBe(true);
});

test('a finished run is kept under other spellings, and made again when a file of it has changed', async () => {
  const dataset = await datasetOf('a');
  const out = fresh('gan');
  const lines: string[] = [];
  const log = { ...silentLog, info: (line: string) => lines.push(line) };
  let made = 0;
  const make = (given: Given) => withRun(out, detailsOf(given, { log }), async () => ({ made: ++made }));
  expect(await make({ dataset })).toEqual({ made: 1 });
  expect(await make({ dataset: `${dataset}/.`, threads: 3 })).toEqual({ made: 1 });
  expect(lines.pop()).toMatch(/^train gan: kept /);
});

test('runs that an earlier version began, which recorded fewer inputs and no content, go on', async () => {
  const [dataset, judge] = [await datasetOf('a'), await datasetOf('j')];
  const manifest = join(dataset, 'manifest.json');
  const { content, ...old } = JSON.parse(readFileSync(manifest, 'utf8'));
  expect(content).toMatch(/^[0-9a-f]{64}$/);
  writeFileSync(manifest, JSON.stringify(old));
  const out = fresh('gan');
  await sitting(out, { dataset, judge }, { inputs: { dataset } });
  expect(await sitting(out, { dataset, judge: `${judge}/` })).toBe(true);
  expect(existsSync(`${out}.partial`)).toBe(true);
});
