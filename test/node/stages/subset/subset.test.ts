// Drawing from a file of labels alone: both layouts, packed or not, mistakes, and the whole CelebA as the user runs it.
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Log, silentLog } from '../../../../src/node/log/log.ts';
import { readLabelTable } from '../../../../src/node/stages/prepare/label-table.ts';
import { subset } from '../../../../src/node/stages/subset/stage.ts';
import { survivesMutations } from '../../../helpers/fuzz.ts';
import { sharedFolder } from '../../../helpers/shared.ts';
import { temporaryFolder } from '../../../helpers/temp-folder.ts';
import { makeTinyCeleba, type TinyCeleba } from '../../../helpers/tiny-celeba.ts';

const launcher = resolve(import.meta.dirname, '../../../../bin/face-tuning.js');
const root = temporaryFolder();
const signal = new AbortController().signal;
let number = 0;
const fresh = () => join(root, `subset-${number++}`);
const run = (given: object, log: Log = silentLog) => subset.run(subset.options.parse(given), { log, signal });
const names = (out: string) => readFileSync(join(out, 'names.txt'), 'utf8').trim().split('\n');
let tiny: TinyCeleba;
const official = () => join(tiny.folder, 'list_attr_celeba.txt');

beforeAll(async () => {
  tiny = await makeTinyCeleba(join(root, 'celeba'), 0);
  tiny.labels = Array.from({ length: 120 }, (_, i) => {
    const labels = Array.from({ length: 40 }, (_, a) => ((i + a) % 4 === 0 ? ' 1' : '-1'));
    return `${i}.jpg ${labels.join(' ')}`;
  });
  tiny.write();
});

test('names and report of both layouts, packed or not, are the same', async () => {
  const out = fresh();
  const summary = await run({ labels: official(), count: 40, out });
  expect(summary).toMatchObject({ wholeImages: 120, subsetImages: 40, bad: 0 });
  expect(summary.largestDeviation).toMatchObject({ percentagePoints: 0 });
  expect(new Set(names(out)).size).toBe(40);
  const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'));
  expect(report.wholeFrequencies).toMatchObject({ Young: 0.25 });
  expect(report.subsetFrequencies).toEqual(report.wholeFrequencies);

  const [packed, csv] = [join(root, 'labels.gz'), join(root, 'labels.csv')];
  writeFileSync(packed, gzipSync(readFileSync(official())));
  const rows = tiny.labels.map(line => line.replaceAll(/\s+/g, ','));
  writeFileSync(csv, `image_id,${tiny.header.names.replaceAll(' ', ',')}\n${rows.join('\n')}\n`);
  writeFileSync(`${csv}.gz`, gzipSync(readFileSync(csv)));
  for (const labels of [packed, csv, `${csv}.gz`]) {
    const other = fresh();
    await run({ labels, count: 40, out: other });
    expect(names(other), labels).toEqual(names(out));
  }
  const another = fresh();
  await run({ labels: packed, count: 40, seed: 1, out: another });
  expect(names(another)).not.toEqual(names(out));
});

test('the splits of a table keep their shares', async () => {
  const labels = join(root, 'splits.csv');
  const rows = Array.from({ length: 120 }, (_, i) => `${i}.jpg,${i % 2},${['train', 'train', 'val', 'test'][i % 4]}\n`);
  writeFileSync(labels, `name,tall,split\n${rows.join('')}`);
  const out = fresh();
  await run({ labels, count: 40, out });
  const counts = [0, 0, 0, 0];
  for (const name of names(out)) counts[Number.parseInt(name, 10) % 4]!++;
  expect([counts[0]! + counts[1]!, counts[2], counts[3]]).toEqual([20, 10, 10]);
});

test('a bad row is skipped and named; many stop, as does asking for too much', async () => {
  const [one, many] = [join(root, 'one.txt'), join(root, 'many.txt')];
  const lines = readFileSync(official(), 'utf8').split('\n');
  writeFileSync(one, lines.map((line, i) => (i === 9 ? `${line} 1` : line)).join('\n'));
  writeFileSync(many, lines.map((line, i) => (i > 9 && i < 20 ? `${line} 1` : line)).join('\n'));
  const warnings: string[] = [];
  const out = fresh();
  await run({ labels: one, count: 119, out }, { ...silentLog, warn: line => warnings.push(line) });
  expect(warnings).toEqual(['skipped 1 × a row must have 40 labels; got 41 (7.jpg)']);
  expect(names(out)).not.toContain('7.jpg');
  await expect(run({ labels: many, count: 10, out: fresh() })).rejects.toThrow(/at most 1 % .* 10 of 120 are/);
  await expect(run({ labels: official(), count: 121, out: fresh() })).rejects.toThrow(
    'a subset must have at most the 120 pictures that there are; got 121',
  );
  await expect(run({ labels: join(root, 'absent.txt'), out: fresh() })).rejects.toThrow(/cannot read .*absent.txt/);
});

test('mutations of a packed file are read or refused in one line', async () => {
  const path = join(root, 'mutated.gz');
  await survivesMutations(gzipSync(readFileSync(official())), bytes => {
    writeFileSync(path, bytes);
    return readLabelTable(path);
  });
});

describe.skipIf(sharedFolder === undefined)('20,000 of the whole CelebA', () => {
  const out = join(root, 'whole');
  beforeAll(async () => {
    const labels = join(sharedFolder!, 'celeba', 'list_attr_celeba.full.txt.gz');
    await promisify(execFile)(process.execPath, [launcher, 'subset', '--labels', labels, '--out', out]);
  });

  test('deviate by at most 0.02 percentage points in every attribute', () => {
    const { largestDeviation, wholeImages, wholeFrequencies, subsetFrequencies } = JSON.parse(
      readFileSync(join(out, 'report.json'), 'utf8'),
    );
    expect(wholeImages).toBe(202_599);
    expect(new Set(names(out)).size).toBe(20_000);
    expect(largestDeviation.percentagePoints).toBeLessThanOrEqual(0.02);
    const deviations = Object.keys(wholeFrequencies).map(name => wholeFrequencies[name] - subsetFrequencies[name]);
    expect(100 * Math.max(...deviations.map(Math.abs))).toBeCloseTo(largestDeviation.percentagePoints, 10);
  });

  test('are drawn in seconds and in little memory', () => {
    const { seconds, peakMemoryMB } = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'));
    expect(seconds).toBeLessThan(30); // 4 s alone on the machine; other work may run beside
    expect(peakMemoryMB).toBeLessThan(500);
  });
});
