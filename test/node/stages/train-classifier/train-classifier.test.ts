// The classifier's training as a user runs it: its table, the judge, chromaticity, and kills at any moment.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { attributeNames } from '../../../../src/core/attributes.ts';
import type { AttributeResult } from '../../../../src/core/measures/answers/attribute-metrics.ts';
import { classifierRunner } from '../../../../src/core/models/inference.ts';
import { openDataset } from '../../../../src/node/artefacts/dataset.ts';
import { classifierDetailsSchema, readTensors } from '../../../../src/node/artefacts/networks.ts';
import { cpuDevice } from '../../../../src/node/devices/device.ts';
import { silentLog } from '../../../../src/node/log/log.ts';
import { commandOf } from '../../../../src/node/stages/framework/command-line.ts';
import { withPreset } from '../../../../src/node/stages/framework/stage.ts';
import { prepare } from '../../../../src/node/stages/prepare/stage.ts';
import { belowBaseline, sameAnswer } from '../../../../src/node/stages/train-classifier/results.ts';
import { trainClassifier } from '../../../../src/node/stages/train-classifier/stage.ts';
import { temporaryFolder } from '../../../helpers/temp-folder.ts';
import { makeTinyCeleba } from '../../../helpers/tiny-celeba.ts';

const launcher = resolve(import.meta.dirname, '../../../../bin/face-tuning.js');
const root = temporaryFolder();
const dataset = join(root, 'dataset');
const context = { log: silentLog, signal: new AbortController().signal };
const tiny = { width: 2, maxWidth: 4, minibatch: 8, shift: 1, epochs: 2, threads: 1 };
let number = 0;
const fresh = () => join(root, `classifier-${number++}`);
const options = (given: Record<string, unknown>) =>
  trainClassifier.options.parse(withPreset(trainClassifier, { dataset, ...tiny, ...given }));
const train = (given: Record<string, unknown>) => trainClassifier.run(options(given), context);
const json = (...path: string[]) => JSON.parse(readFileSync(join(...path), 'utf8'));
const lines = (...path: string[]) =>
  readFileSync(join(...path), 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));

beforeAll(async () => {
  const { folder } = await makeTinyCeleba(join(root, 'celeba'), 100, 18, 22);
  await prepare.run(prepare.options.parse({ celeba: folder, resolution: 8, out: dataset }), context);
});

test('what is known of each attribute stands in the run, and what the bundle needs with the weights', async () => {
  const out = fresh();
  const summary = await train({ out });
  expect(summary).toMatchObject({ trainingImages: 80, testImages: 10 });
  expect(trainClassifier.print!(summary)).toMatch(/; train accuracy over 10 of 80 training images$/);
  const results: AttributeResult[] = json(out, 'attributes.json');
  const { details } = await readTensors(join(out, 'classifier.safetensors'), classifierDetailsSchema);
  expect(details.architecture).toEqual({
    resolution: 8,
    width: 2,
    maxWidth: 4,
    normalisation: 'range',
    attributes: [...attributeNames],
  });
  expect(details.thresholds).toEqual(results.map(row => row.threshold));
  expect(details.calibration).toEqual(results.map(({ slope, intercept }) => ({ slope, intercept })));
  for (const row of results) {
    expect(row.gain).toBeCloseTo(row.testAccuracy - row.majorityBaseline, 12);
    expect(row.slope).toBeGreaterThan(0);
  }
  expect(summary.belowBaseline).toEqual(belowBaseline(results));
  const [header] = readFileSync(join(out, 'attributes.csv'), 'utf8').split('\n');
  for (const title of [
    'majority baseline',
    'gain',
    'its error',
    'calibration error before',
    'MCNN-AUX test accuracy',
  ]) {
    expect(header!.split(',')).toContain(title);
  }
  const validated = lines(out, 'metrics.jsonl').filter(line => 'validationLoss' in line);
  expect(validated.map(line => line.step)).toEqual([10, 20]);
});

test('without test pictures the training ones are told whole, and what is unknown of one attribute hides no mean', async () => {
  // The .npy files end in their data: a split of 2 is the test's, and a row of labels has 40.
  const changed = (name: string, file: string, change: (data: Buffer) => void) => {
    const to = join(root, name);
    cpSync(dataset, to, { recursive: true });
    const bytes = readFileSync(join(to, file));
    change(bytes.subarray(bytes.length - (file === 'labels.npy' ? 4000 : 100)));
    writeFileSync(join(to, file), bytes);
    return to;
  };
  const untested = changed('untested', 'split.npy', data => {
    for (const [at, split] of data.entries()) if (split === 2) data[at] = 1;
  });
  const out = fresh();
  expect(await train({ out, dataset: untested })).toMatchObject({ testImages: 0 });
  const shares = json(out, 'attributes.json').map((row: AttributeResult) => row.trainAccuracy);
  expect(shares.some((share: number) => share > 0 && share < 1)).toBe(true);

  const constant = changed('constant', 'labels.npy', data => {
    for (let at = 0; at < data.length; at += 40) data[at] = 0;
  });
  const { auc } = await train({ out: fresh(), dataset: constant });
  expect(auc).toBeGreaterThan(0);
  expect(auc).toBeLessThan(1);
});

test('an attribute is below the baseline where it loses more than two standard errors', () => {
  const row = (gain: number, gainError: number) =>
    ({ attribute: attributeNames[0], gain, gainError }) as Parameters<typeof belowBaseline>[0][number];
  expect(belowBaseline([row(0.25, 0), row(-0.05, 0.02), row(-0.05, 0.03)])).toEqual([attributeNames[0]]);
});

test('an attribute on which all test pictures get one answer, which is not theirs, is told', async () => {
  const row = (answerFrequency: number, labelFrequency: number) => ({ answerFrequency, labelFrequency });
  const frequencies = [row(0, 0.1), row(1, 0.9), row(0.1, 0.1), row(0, 0), row(Number.NaN, Number.NaN)];
  const rows = frequencies.map(
    (each, i) => ({ ...each, attribute: `a${i}` }) as Parameters<typeof sameAnswer>[0][number],
  );
  expect(sameAnswer(rows)).toEqual(['a0', 'a1']);
  const warnings: string[] = [];
  const log = { ...silentLog, warn: (line: string) => warnings.push(line) };
  const out = fresh();
  await trainClassifier.run(options({ out, epochs: 0.1, patience: 0 }), { ...context, log });
  const [first] = sameAnswer(json(out, 'attributes.json'));
  expect(warnings).toEqual([expect.stringContaining(`${out} gives all test pictures the same answer on ${first}`)]);
});

describe('the judge', () => {
  test('is another network, of half of the people, by one word', async () => {
    const out = fresh();
    const config = trainClassifier.options.parse(withPreset(trainClassifier, { preset: 'judge', dataset, out }));
    expect(config).toMatchObject({ seed: 1, identityShare: 0.5 });
    for (const option of ['width', 'jitter', 'cutout', 'shift'] as const) {
      expect(config[option]).not.toBe(options({ out })[option]);
    }
    expect(commandOf(trainClassifier, config)).toBe(
      `face-tuning train classifier --dataset ${dataset} --preset judge --out ${out}`,
    );
    expect(await train({ preset: 'judge', out, minibatch: 4, width: 2, cutout: 4 })).toMatchObject({
      trainingImages: 40,
    });
  });

  test('that would hide whole pictures is refused before any work', async () => {
    await expect(train({ preset: 'judge', out: fresh() })).rejects.toThrow(
      /^--cutout must be less than the 8 pixels of a side, .*; got 16 from --preset judge\. .*: --cutout 2$/,
    );
    await expect(train({ cutout: 8, out: fresh() })).rejects.toThrow('is left; got 8. Give a quarter of the side');
    await expect(train({ shift: 4, out: fresh() })).rejects.toThrow(
      /^--shift must be less than half the 8 pixels of a side, .*; got 4\. Give a tenth of the side: --shift 0$/,
    );
  });

  test('of a dataset without identities is trained on half of the pictures, and that is said', async () => {
    const celeba = await makeTinyCeleba(join(root, 'kaggle'), 60, 18, 22);
    celeba.toKaggle();
    const anonymous = join(root, 'anonymous');
    await prepare.run(prepare.options.parse({ celeba: celeba.folder, resolution: 8, out: anonymous }), context);
    expect([...(await openDataset(anonymous)).identities].every(person => person === -1)).toBe(true);
    const warnings: string[] = [];
    const log = { ...silentLog, warn: (line: string) => warnings.push(line) };
    const config = options({ dataset: anonymous, out: fresh(), identityShare: 0.5 });
    const summary = await trainClassifier.run(config, { ...context, log });
    expect(summary).toMatchObject({ trainingImages: 24 });
    expect(warnings[0]).toContain('has pictures of unknown people');
  });
});

test('a network of chromaticities says so, and is blind to brightness', async () => {
  const image = Float32Array.from({ length: 3 * 8 * 8 }, (_, i) => 0.2 + 0.7 * Math.sin(i) ** 2);
  const half = image.map(value => (value - 1) / 2); // half of each byte
  const differenceOf = async (normalisation: string) => {
    const out = fresh();
    await train({ out, normalisation, loss: 'mse' });
    const { details, tensors } = await readTensors(join(out, 'classifier.safetensors'), classifierDetailsSchema);
    expect(details.architecture.normalisation).toBe(normalisation);
    const runner = await classifierRunner(cpuDevice(1), details.architecture, tensors, 1);
    const [bright, dark] = [await runner.run(image), await runner.run(half)];
    await runner.release();
    return Math.max(...bright.map((logit, i) => Math.abs(logit - dark[i]!)));
  };
  expect(await differenceOf('chromaticity')).toBeLessThan(1e-4);
  expect(await differenceOf('range')).toBeGreaterThan(1e-3);
});

describe('killed with SIGKILL while it trains', () => {
  test('and resumed, it ends with the same bytes', async () => {
    const flags = (out: string) => [
      launcher,
      ...['train', 'classifier', '--dataset', dataset, '--out', out, '--resume', '--threads=1', '--patience=6'],
      ...['--width=2', '--max-width=4', '--minibatch=8', '--shift=1', '--epochs=60'],
    ];
    const [whole, broken] = [fresh(), fresh()];
    await ended(flags(whole));
    const checkpoint = join(`${broken}.partial`, 'checkpoint.safetensors');
    const child = spawn(process.execPath, flags(broken), { stdio: 'ignore' });
    while (!existsSync(checkpoint)) {
      expect(child.exitCode).toBe(null);
      await setTimeout(2);
    }
    child.kill('SIGKILL');
    await new Promise(done => child.on('close', done));
    expect(existsSync(broken)).toBe(false);
    await ended(flags(broken));
    for (const name of ['classifier.safetensors', 'attributes.json', 'metrics.jsonl']) {
      expect(readFileSync(join(broken, name)).equals(readFileSync(join(whole, name))), name).toBe(true);
    }
  });
});

test('stopped while it is measured, it keeps what was trained: resumed, it ends with the same bytes', async () => {
  const [whole, broken] = [fresh(), fresh()];
  await train({ out: whole });
  const stop = new AbortController();
  const progress = (label: string, total: number) => ({
    update: (done: number) => label === 'evaluate' && stop.abort(new Error(`stopped at ${done}/${total}`)),
    finish: () => {},
  });
  const stopped = trainClassifier.run(options({ out: broken }), {
    log: { ...silentLog, progress },
    signal: stop.signal,
  });
  await expect(stopped).rejects.toThrow('stopped at 10/30');
  const trained: string[] = [];
  const log = { ...silentLog, info: (line: string) => trained.push(line) };
  await trainClassifier.run(options({ out: broken, resume: true }), { ...context, log });
  expect(trained).toEqual([]);
  for (const name of ['classifier.safetensors', 'attributes.json', 'metrics.jsonl']) {
    expect(readFileSync(join(broken, name)).equals(readFileSync(join(whole, name))), name).toBe(true);
  }
});

async function ended(flags: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, flags, { stdio: ['ignore', 'ignore', 'pipe'] });
  const said: string[] = [];
  child.stderr.on('data', chunk => said.push(String(chunk)));
  const code = await new Promise(done => child.on('close', done));
  expect(code, said.join('')).toBe(0);
}

test('a training that diverges ends with a line that says what to do, and no run', async () => {
  const out = fresh();
  await expect(train({ out, learningRate: 1e30 })).rejects.toThrow(
    /^the classifier's loss is NaN at step \d+; train with a lower --learning-rate/,
  );
  expect(existsSync(out)).toBe(false);
});
