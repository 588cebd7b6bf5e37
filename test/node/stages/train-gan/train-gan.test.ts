// The GAN's training as a user runs it: presets, growth watched, checkpoints, kills, divergence, going on from a file.
import { execFileSync, spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ganPresetNames, ganPresets } from '../../../../src/core/training/gan/presets.ts';
import { ganLossNames } from '../../../../src/core/training/losses/losses.ts';
import {
  ganDetailsSchema,
  readTensors,
  trainingStateSchema,
  writeTensors,
} from '../../../../src/node/artefacts/networks.ts';
import { type Log, silentLog } from '../../../../src/node/log/log.ts';
import { commandOf } from '../../../../src/node/stages/framework/command-line.ts';
import { withPreset } from '../../../../src/node/stages/framework/stage.ts';
import { presets } from '../../../../src/node/stages/pipeline/presets.ts';
import { prepare } from '../../../../src/node/stages/prepare/stage.ts';
import { synthesize } from '../../../../src/node/stages/synthesize/stage.ts';
import { trainClassifier } from '../../../../src/node/stages/train-classifier/stage.ts';
import {
  checkAllAct,
  checkFall,
  ganTrainingConfig,
  shareCount,
} from '../../../../src/node/stages/train-gan/options.ts';
import { trainGan } from '../../../../src/node/stages/train-gan/stage.ts';
import { temporaryFolder } from '../../../helpers/temp-folder.ts';
import { makeTinyCeleba } from '../../../helpers/tiny-celeba.ts';

const program = resolve(import.meta.dirname, '../../../../bin/face-tuning.js');
const releaseCheckpoint = resolve(import.meta.dirname, '../../../../tools/release-checkpoint.mjs');
const root = temporaryFolder();
const dataset = join(root, 'dataset');
const context = { log: silentLog, signal: new AbortController().signal };
/** 4×4 up to 0.2 kimg, 8×8 fading up to 0.4 and in full up to 0.6. */
const tiny = { fmapBase: 16, fmapMax: 8, latentSize: 8, minibatch: 4, maxMinibatch: 4, threads: 1 };
const phases = { fadeKimg: 0.2, stabiliseKimg: 0.2, tickKimg: 0.1, kimg: 0.6 };
let number = 0;
const fresh = () => join(root, `gan-${number++}`);
const options = (given: Record<string, unknown>) => {
  // Options that cannot act are refused.
  const { growing, growKimg } = { ...ganPresets[(given.preset ?? 'cpu') as keyof typeof ganPresets], ...given };
  const { fadeKimg, stabiliseKimg, ...others } = phases;
  const grown = { fadeKimg, ...((growKimg as readonly number[]).length === 0 && { stabiliseKimg }) };
  return trainGan.options.parse(withPreset(trainGan, { dataset, ...tiny, ...others, ...(growing && grown), ...given }));
};
const checkpoints = (folder: string) => readdirSync(folder).filter(name => name.startsWith('checkpoint'));

beforeAll(async () => {
  const { folder } = await makeTinyCeleba(join(root, 'celeba'), 60, 18, 22);
  await prepare.run(prepare.options.parse({ celeba: folder, resolution: 8, out: dataset }), context);
});

test('grids are kept at every tick and at each new resolution, and the last checkpoint', async () => {
  const out = fresh();
  const summary = await trainGan.run(options({ out }), context);
  expect(summary).toMatchObject({ imagesShown: 600, resolution: 8, samples: 'samples-0000000600-8px.png' });
  expect(checkpoints(out)).toEqual(['checkpoint-0000000600.safetensors']);
  const grids = readdirSync(out).filter(name => name.startsWith('samples'));
  expect(grids).toEqual([
    'samples-0000000100-4px.png',
    'samples-0000000200-4px.png', // what 4×4 came to
    'samples-0000000300-8px.png',
    'samples-0000000400-8px.png',
    'samples-0000000500-8px.png',
    'samples-0000000600-8px.png',
  ]);
});

test.each(ganPresetNames)('preset %s trains', async preset => {
  const out = fresh();
  const isStyle = preset === 'style';
  const growth = isStyle
    ? { startResolution: 4, growKimg: [0.04], fadeKimg: 0 }
    : { fadeKimg: 0.02, stabiliseKimg: 0.02 };
  const kernels = ganPresets[preset].minibatchStatistic === 'discrimination' ? { minibatchKernels: 3 } : {};
  const config = options({ preset, out, ...(ganPresets[preset].growing ? growth : {}), kimg: 0.09, ...kernels });
  expect(config).toMatchObject({ generatorNorm: ganPresets[preset].generatorNorm, beta2: ganPresets[preset].beta2 });
  await trainGan.run(config, context);
  const { tensors } = await readTensors(join(out, 'generator.safetensors'), trainingStateSchema.partial());
  const values = Object.values(tensors).flatMap(({ data }) => [...data]);
  expect(values.length).toBeGreaterThan(1000);
  expect(values.every(Number.isFinite)).toBe(true);
});

test('a training too short to grow in full is refused, and says what it takes', async () => {
  await expect(trainGan.run(options({ out: fresh(), kimg: 0.3 }), context)).rejects.toThrow(
    '--kimg 0.3 ends before the networks have grown to 8×8, which takes 0.4; give more --kimg',
  );
});

test('the command that repeats a run names the preset and what differs from it', () => {
  const config = options({ preset: 'report', out: 'x', learningRate: 0.001 });
  const command = commandOf(trainGan, config);
  expect(command).toContain('--preset report');
  expect(command).toContain('--learning-rate 0.001');
  expect(command).not.toContain('--discriminator-norm');
});

test('a lower resolution than the dataset’s is trained for; a higher one is refused', async () => {
  const out = fresh();
  await trainGan.run(options({ out, resolution: 4, kimg: 0.05 }), context);
  expect(existsSync(join(out, 'samples-0000000052-4px.png'))).toBe(true);
  await expect(trainGan.run(options({ out: fresh(), resolution: 16 }), context)).rejects.toThrow(
    "--resolution must be at most the dataset's 8; got 16",
  );
});

test('a generator of chromaticities says so, and needs a classifier of them', async () => {
  const out = fresh();
  await trainGan.run(options({ out, normalisation: 'chromaticity', kimg: 0.45, measureKimg: 0 }), context);
  const { details } = await readTensors(join(out, 'generator.safetensors'), ganDetailsSchema);
  expect(details.normalisation).toBe('chromaticity');
  const classifierOf = async (normalisation: string) => {
    const config = { dataset, out: fresh(), normalisation, width: 2, epochs: 1, shift: 0, threads: 1 };
    await trainClassifier.run(trainClassifier.options.parse(config), context);
    return config.out;
  };
  const label = (classifier: string) =>
    synthesize.run(synthesize.options.parse({ generator: out, classifier, out: fresh(), count: 10 }), context);
  await expect(label(await classifierOf('range'))).rejects.toThrow(
    'a generator of chromaticities needs a classifier of them; got one of normalisation range. Train it with',
  );
  expect(await label(await classifierOf('chromaticity'))).toMatchObject({ count: 10 });
});

test('settings that belong to another kind, or do not fit the threads, are refused before any work', async () => {
  const style = { preset: 'style', fadeKimg: 0, measureKimg: 0, startResolution: 4, growKimg: [0.1] };
  const refused = (given: Record<string, unknown>) => trainGan.run(options({ out: fresh(), ...given }), context);
  await expect(refused({ ...style, generatorNorm: 'batch' })).rejects.toThrow(
    'generatorNorm must be none for kind style',
  );
  await expect(refused({ ...style, minibatchStatistic: 'discrimination' })).rejects.toThrow(
    'minibatchStatistic must be none or stddev for kind style',
  );
  await expect(refused({ fallKimg: 0.1 })).rejects.toThrow(
    '--fall-kimg 0.1 would end the training before the networks have grown, which takes 0.4 thousand images (0 are shown)',
  );
  await expect(refused({ dataParallel: true, discriminatorSteps: 1 })).rejects.toThrow(
    '--discriminator-steps 0; got 1',
  );
  await expect(refused({ dataParallel: true, discriminatorSteps: 0, generatorNorm: 'batch' })).rejects.toThrow(
    '--data-parallel keeps no running statistics',
  );
  await expect(refused({ judge: 'any', measureKimg: 0 })).rejects.toThrow('--judge measures nothing');
  // The last entry counts for all sides that follow.
  const grown = (growKimg: number[], fadeKimg: number) =>
    ganTrainingConfig(options({ out: fresh(), growKimg, fadeKimg, kimg: 1, startResolution: 4 }), 32);
  const tooShort = '--grow-kimg 0.05 must be at least the --fade-kimg 0.1';
  expect(() => grown([0.1, 0.05], 0.1)).toThrow(tooShort);
  expect(() => grown([0.05], 0.1)).toThrow(tooShort);
  expect(grown([0.05], 0.05).plan.growKimg).toEqual([0.05]);
  await expect(refused({ minibatch: 7, maxMinibatch: 7 })).rejects.toThrow(
    '--minibatch-statistic stddev needs equal groups of 2 images or more; a minibatch of 7 has none of up to 4.',
  );
  await expect(refused({ ...style, learningRate: 5e-5 })).rejects.toThrow('--final-rate must be at most');
  // Without a fade the last block comes with the first step at its side.
  await expect(refused({ ...style, kimg: 0.1 })).rejects.toThrow('takes 0.1 and a step');
  await expect(refused({ ...style, kimg: 1, fallKimg: 0.1 })).rejects.toThrow('give at least 1');
});

test('minibatches are shared among as many threads as divide them, in whole groups', () => {
  const shares = (threads: number, given: Record<string, unknown> = {}) => {
    const eight = { preset: 'style', resolution: 64, minibatch: 8, maxMinibatch: 8, fadeKimg: 0, kimg: 600 };
    const config = options({ out: 'none', ...eight, ...given, threads });
    return shareCount(config, ganTrainingConfig(config, 64));
  };
  expect([1, 2, 3, 4, 8, 16].map(threads => shares(threads))).toEqual([1, 2, 2, 2, 2, 2]);
  expect([3, 8, 16].map(threads => shares(threads, { minibatch: 32, maxMinibatch: 32 }))).toEqual([2, 8, 8]);
  // At 64×64 each of three threads would have 4 of 12 images, at 32×32 a third of 20.
  expect(shares(3, { minibatch: 12, maxMinibatch: 20 })).toBe(1);
  expect(shares(4, { statisticGroup: 0 })).toBe(1);
  expect(shares(8, { minibatchStatistic: 'none' })).toBe(8);
});

describe('options that cannot act beside the others', () => {
  const run = (given: Record<string, unknown>) =>
    trainGan.run(options({ out: fresh(), dataset: 'none', ...given }), context);

  test.each([
    [
      { gamma: 2, finalGamma: 0.4 },
      '--final-gamma does nothing with --gamma-kimg 0; got 0.4. Leave it out, or give --gamma-kimg above 0',
    ],
    [{ loss: 'wgan-gp', gamma: 2 }, '--gamma does nothing with --loss wgan-gp; got 2. Leave it out, or give --loss '],
    [{ preset: 'g', penaltyInterval: 4 }, '--penalty-interval does nothing with --loss wgan-gp; got 4'],
    [{ preset: 'style', stabiliseKimg: 2 }, '--stabilise-kimg does nothing with --grow-kimg 20,40,120; got 2'],
    [{ growing: false, growKimg: [10] }, '--grow-kimg does nothing with --growing false; got 10'],
    [{ growing: false, maxMinibatch: 32 }, '--max-minibatch does nothing with --growing false; got 32'],
    [{ growing: false, scaleGamma: true }, '--scale-gamma does nothing with --growing false; got true'],
    [{ minibatchKernels: 50 }, '--minibatch-kernels does nothing with --minibatch-statistic stddev; got 50'],
    [{ lambda: 5 }, '--lambda does nothing with --loss logistic-r1; got 5. Leave it out, or give --loss '],
  ])('%o is refused before any work', async (given, line) => {
    await expect(run(given)).rejects.toThrow(line);
  });

  test('are accepted where they act, or are what the preset says', () => {
    const accepted = (given: Record<string, unknown>) => checkAllAct(options({ out: fresh(), ...given }));
    for (const preset of ganPresetNames) accepted({ preset });
    for (const loss of ganLossNames) accepted({ preset: 'style', loss });
    for (const { trainGan: given } of Object.values(presets)) accepted(given);
    accepted({ gamma: 2, finalGamma: 0.4, gammaKimg: 100 });
    accepted({ loss: 'wgan-gp', lambda: 5, drift: 0.01 });
    accepted({ preset: 'style', growing: false, minibatch: 8, maxMinibatch: 8, scaleGamma: false });
    accepted({ decayKimg: 0, decay: 'cosine', finalRate: 1e-4 }); // a fall may be begun when it is resumed
  });

  test('stay in a run that an earlier version began with them', async () => {
    const out = fresh();
    const given = { out, kimg: 0.45, measureKimg: 0 };
    const stopped = new AbortController();
    stopped.abort(new Error('stopped'));
    await expect(trainGan.run(options(given), { ...context, signal: stopped.signal })).rejects.toThrow('stopped');
    const config = join(`${out}.partial`, 'config.json');
    writeFileSync(config, JSON.stringify({ ...JSON.parse(readFileSync(config, 'utf8')), lambda: 5 }));
    await expect(trainGan.run(options({ ...given, lambda: 5 }), context)).rejects.toThrow('--lambda does nothing');
    expect(await trainGan.run(options({ ...given, lambda: 5, resume: true }), context)).toMatchObject({
      imagesShown: 452,
    });
  });

  test('are refused where there is nothing to resume yet but an empty folder', async () => {
    const out = fresh();
    mkdirSync(out);
    await expect(trainGan.run(options({ out, lambda: 5, resume: true }), context)).rejects.toThrow(
      '--lambda does nothing',
    );
  });
});

describe('a training whose length is not known beforehand', () => {
  const style = { preset: 'style', startResolution: 4, growKimg: [0.1], fadeKimg: 0, measureKimg: 0, tickKimg: 0.1 };
  const rates = (out: string) =>
    readFileSync(join(out, 'metrics.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as { imagesShown: number; learningRate?: number })
      .filter(({ learningRate }) => learningRate !== undefined);

  test('is stopped, resumed with a fall of its rate, and ends with it', async () => {
    const out = fresh();
    const controller = new AbortController();
    const config = { ...style, out, kimg: 10, decayKimg: 0, warmupKimg: 0, statisticGroup: 2 };
    const stopping = {
      ...silentLog,
      progress: () => ({ update: () => controller.abort(new Error('stop')), finish() {} }),
    };
    await expect(trainGan.run(options(config), { log: stopping as never, signal: controller.signal })).rejects.toThrow(
      'stop',
    );
    const resumed = { ...config, resume: true, fallKimg: 0.4, threads: 2 };
    await expect(trainGan.run(options({ ...resumed, fallKimg: 0.05 }), context)).rejects.toThrow(
      'before the networks have grown, which takes 0.1 thousand images (0.004 are shown)',
    );
    const summary = await trainGan.run(options(resumed), context);
    expect(summary).toMatchObject({ imagesShown: 404 }); // 4 before it was stopped
    const shown = rates(out);
    expect(shown[0]!.learningRate).toBeCloseTo(0.0014, 5);
    expect(shown.at(-1)!.learningRate).toBeLessThan(0.00012);
    expect(shown.at(-1)!.learningRate).toBeGreaterThanOrEqual(0.0001);
    const falling = shown.map(({ learningRate }) => learningRate!);
    expect(falling).toEqual([...falling].sort((a, b) => b - a));
  });

  test('falls from the rate that it had come to, whatever the plan says on resume', async () => {
    const out = fresh();
    const controller = new AbortController();
    const config = { ...style, out, kimg: 0.4, decayKimg: 0.4, decay: 'linear', warmupKimg: 0, statisticGroup: 2 };
    const update = (done: number) => done >= 200 && controller.abort(new Error('stop'));
    const log = { ...silentLog, progress: () => ({ update, finish() {} }) };
    const stopped = trainGan.run(options(config), { log: log as never, signal: controller.signal });
    await expect(stopped).rejects.toThrow('stop');
    const last = rates(`${out}.partial`)
      .map(({ learningRate }) => learningRate!)
      .at(-1)!;
    expect(last).toBeLessThan(0.0009);
    await trainGan.run(options({ ...config, kimg: 10, resume: true, fallKimg: 0.2 }), context);
    const falling = rates(out).map(({ learningRate }) => learningRate!);
    expect(falling).toEqual([...falling].sort((a, b) => b - a));
    expect(falling.at(-1)).toBeLessThan(0.00012);
  });

  test('keeps the average that a judge finds nearest', async () => {
    const judge = fresh();
    const classifier = { dataset, out: judge, width: 2, epochs: 1, shift: 0, threads: 1 };
    await trainClassifier.run(trainClassifier.options.parse(classifier), context);
    const out = fresh();
    const config = { ...style, out, kimg: 0.4, decayKimg: 0, judge, measureKimg: 0.1, averages: [0.001, 100] };
    // At 8×8, where SWD has no level, nothing is measured but what the judge sees.
    const summary = await trainGan.run(options(config), context);
    const best = summary.best as { imagesShown: number; halfLifeKimg: number; frechet: number };
    const measured = readFileSync(join(out, 'metrics.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as { imagesShown: number; frechet?: number[] })
      .filter(({ frechet }) => frechet !== undefined);
    expect(measured.length).toBeGreaterThan(2);
    const all = measured.flatMap(({ imagesShown, frechet }) =>
      frechet!.map((distance, at) => ({ imagesShown, halfLifeKimg: config.averages[at]!, frechet: distance })),
    );
    const least = all.reduce((a, b) => (b.frechet < a.frechet ? b : a));
    expect(best).toMatchObject(least);
  });

  test('forgets a best average that was found after the state which is gone on from, but not the one before', async () => {
    const judge = fresh();
    const classifier = { dataset, out: judge, width: 2, epochs: 1, shift: 0, threads: 1 };
    await trainClassifier.run(trainClassifier.options.parse(classifier), context);
    const out = fresh();
    const config = { ...style, out, kimg: 0.4, decayKimg: 0, judge, measureKimg: 0.1, averages: [0.001] };
    const stop = new AbortController();
    const update = (done: number) => done >= 200 && stop.abort(new Error('stopped'));
    const log = { ...silentLog, progress: () => ({ update, finish() {} }) };
    await expect(trainGan.run(options(config), { log, signal: stop.signal })).rejects.toThrow('stopped');
    const best = join(`${out}.partial`, 'best.safetensors');
    const { tensors, details } = await readTensors(best, z.looseObject({}));
    // As after a kill at 300, with a best of before that is better than any to come.
    await writeTensors(join(`${out}.partial`, 'best-before.safetensors'), tensors, { ...details, frechet: -1 });
    await writeTensors(best, tensors, { ...details, imagesShown: 300, frechet: -2 });
    const summary = await trainGan.run(options({ ...config, resume: true }), context);
    expect(summary.best).toMatchObject({ ...details, frechet: -1 });
    expect(existsSync(join(out, 'best-before.safetensors'))).toBe(false);
  });

  test('goes on from the checkpoint before where the last one is damaged', async () => {
    const out = fresh();
    const config = { ...style, out, kimg: 0.4, decayKimg: 0, tickKimg: 0.1, keep: 2 };
    const stop = new AbortController();
    const update = (done: number) => done >= 200 && stop.abort(new Error('stopped'));
    const log = { ...silentLog, progress: () => ({ update, finish() {} }) };
    await expect(trainGan.run(options(config), { log, signal: stop.signal })).rejects.toThrow('stopped');
    const names = readdirSync(`${out}.partial`).filter(name => name.startsWith('checkpoint-'));
    expect(names.sort()).toHaveLength(2);
    truncateSync(join(`${out}.partial`, names[1]!), 500);
    const warnings: string[] = [];
    const hearing = { ...silentLog, warn: (line: string) => warnings.push(line) };
    await trainGan.run(options({ ...config, resume: true }), { ...context, log: hearing });
    expect(warnings).toEqual([expect.stringMatching(new RegExp(`${names[1]}.*; going on from ${names[0]}$`))]);
    const whole = fresh();
    await trainGan.run(options({ ...config, out: whole }), context);
    const generatorOf = (run: string) => readFileSync(join(run, 'generator.safetensors'));
    expect(generatorOf(out).equals(generatorOf(whole))).toBe(true);
  });

  test('a judge has no say in a fade, nor once it is left out', async () => {
    const judge = fresh();
    const classifier = { dataset, out: judge, width: 2, epochs: 1, shift: 0, threads: 1 };
    await trainClassifier.run(trainClassifier.options.parse(classifier), context);
    const out = fresh();
    const pggan = { startResolution: 4, measureKimg: 0.1, averages: [0.1], out };
    const controller = new AbortController();
    const stopping: Log = {
      ...silentLog,
      progress: () => ({ update: done => done >= 550 && controller.abort(new Error('stopped')), finish() {} }),
    };
    const stopped = trainGan.run(options({ ...pggan, judge }), { log: stopping, signal: controller.signal });
    await expect(stopped).rejects.toThrow('stopped');
    const judged = readFileSync(join(`${out}.partial`, 'metrics.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as { imagesShown: number; frechet?: number[] })
      .filter(({ frechet }) => frechet !== undefined)
      .map(({ imagesShown }) => imagesShown);
    expect(judged).toEqual([400, 500]); // 8×8 fades in from 200 on, which would be judged at 300 too
    expect(existsSync(join(`${out}.partial`, 'best.safetensors'))).toBe(true);
    const summary = await trainGan.run(options({ ...pggan, resume: true }), context);
    expect(summary).toMatchObject({ imagesShown: 600 });
    expect(summary).not.toHaveProperty('best');
  });

  test('another fall than was begun is refused', () => {
    const config = ganTrainingConfig(options({ ...style, out: 'none', kimg: 1 }), 8);
    const progress = { imagesShown: 500, fall: { startKimg: 0.4, endKimg: 0.6 } };
    expect(() => checkFall(0.2, progress, config)).not.toThrow();
    expect(() => checkFall(0, progress, config)).not.toThrow();
    expect(() => checkFall(0.1, progress, config)).toThrow('--fall-kimg 0.2 was begun before; got 0.1');
  });
});

describe.each([
  ['PGGAN', { ...tiny, ...phases, kimg: 1.2, tickKimg: 0.05 }],
  [
    'style, on two threads that share the minibatch',
    {
      ...tiny,
      ...{ preset: 'style', startResolution: 4, growKimg: 0.4, averages: '0.02,0.1', kimg: 1.2, decayKimg: 0.5 },
      ...{ tickKimg: 0.05, threads: 2, measureKimg: 0, statisticGroup: 2 },
    },
  ],
])('%s, killed with SIGKILL while it trains, across a growth', (_, config) => {
  test('and resumed, it ends with the same bytes', async () => {
    const [whole, broken] = [fresh(), fresh()];
    const flags = (out: string) => [
      program,
      ...['train', 'gan', '--dataset', dataset, '--out', out, '--resume'],
      ...Object.entries(config).map(
        ([key, value]) => `--${key.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}=${value}`,
      ),
    ];
    await ended(flags(whole));
    // Killed once in the first resolution and once after the growth, as its checkpoints tell.
    for (const images of [100, 500]) {
      const child = spawn(process.execPath, flags(broken), { stdio: 'ignore' });
      while (
        !(existsSync(`${broken}.partial`) && checkpoints(`${broken}.partial`).some(name => shown(name) >= images))
      ) {
        expect(child.exitCode).toBe(null);
        await setTimeout(5);
      }
      child.kill('SIGKILL');
      await new Promise(done => child.on('close', done));
      expect(existsSync(broken)).toBe(false);
      expect(checkpoints(`${broken}.partial`).length).toBeLessThanOrEqual(3); // two are kept, a third may just be written
    }
    await ended(flags(broken));
    for (const name of ['checkpoint-0000001200.safetensors', 'generator.safetensors', 'metrics.jsonl']) {
      expect(readFileSync(join(broken, name)).equals(readFileSync(join(whole, name))), name).toBe(true);
    }
  }, 180_000);
});

function shown(name: string): number {
  return Number(/\d+/.exec(name)![0]);
}

async function ended(flags: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, flags, { stdio: ['ignore', 'ignore', 'pipe'] });
  const said: string[] = [];
  child.stderr.on('data', chunk => said.push(String(chunk)));
  const code = await new Promise(done => child.on('close', done));
  expect(code, said.join('')).toBe(0);
}

describe('going on from a checkpoint', () => {
  const from = join(root, 'from.safetensors');
  beforeAll(async () => {
    const out = fresh();
    await trainGan.run(options({ out }), context);
    const { tensors, details } = await readTensors(join(out, checkpoints(out)[0]!), trainingStateSchema.loose());
    await writeTensors(from, tensors, details);
  });

  test('counts its images, and may change rates and lengths', async () => {
    const out = fresh();
    const config = options({ out, startFrom: from, kimg: 0.7, learningRate: 1e-5 });
    expect(await trainGan.run(config, context)).toMatchObject({ imagesShown: 700 });
    const before = (await readTensors(from, trainingStateSchema.loose())).tensors;
    const { tensors } = await readTensors(join(out, checkpoints(out)[0]!), trainingStateSchema.loose());
    const name = 'generator/blocks/4/conv1/weight';
    const moved = tensors[name]!.data.map((value, at) => Math.abs(value - before[name]!.data[at]!));
    expect(Math.max(...moved)).toBeGreaterThan(0);
    expect(Math.max(...moved)).toBeLessThan(1e-3);
    // A further average begins as a copy of the first.
    await trainGan.run({ ...config, averages: [1, 2], out: fresh() }, context);
  });

  test('made for release, in half precision and with the networks alone, begins moving average and optimisers anew', async () => {
    const { tensors } = await readTensors(from, trainingStateSchema.loose());
    const bare = join(root, 'bare.safetensors');
    execFileSync(process.execPath, [releaseCheckpoint, from, bare]);
    const { tensors: networks, details } = await readTensors(bare, trainingStateSchema.loose());
    expect([...new Set(Object.keys(networks).map(name => name.split('/')[0]))].sort()).toEqual([
      'discriminator',
      'generator',
    ]);
    for (const [name, { data }] of Object.entries(networks)) {
      const exact = tensors[name.replace('generator/', 'generatorEma/')]!.data;
      data.forEach((value, at) => {
        expect(Math.abs(value - exact[at]!)).toBeLessThanOrEqual(Math.abs(exact[at]!) / 2048 + 2 ** -25);
      });
    }
    const out = fresh();
    const config = options({ out, startFrom: bare, kimg: 0.7, learningRate: 1e-5 });
    expect(await trainGan.run(config, context)).toMatchObject({ imagesShown: 700 });
    const after = (await readTensors(join(out, checkpoints(out)[0]!), trainingStateSchema.loose())).tensors;
    const steps = after['generatorAdam/step']!.data[0]!;
    expect(steps).toBeGreaterThan(0);
    expect(steps).toBeLessThan(tensors['generatorAdam/step']!.data[0]!);
    for (const name of ['generator/blocks/4/conv1/weight', 'generatorEma/blocks/4/conv1/weight']) {
      const moved = after[name]!.data.map((value, at) =>
        Math.abs(value - networks['generator/blocks/4/conv1/weight']!.data[at]!),
      );
      expect(Math.max(...moved)).toBeGreaterThan(0);
      expect(Math.max(...moved)).toBeLessThan(1e-3);
    }
    const { 'discriminator/output/bias': _, ...fewer } = networks;
    await writeTensors(bare, fewer, details);
    await expect(trainGan.run({ ...config, out: fresh() }, context)).rejects.toThrow(
      /holds other networks: discriminator\/output\/bias is not in it/,
    );
  });

  test('of style networks with fewer channels begins wider ones, optimisers and averages anew', async () => {
    const style = {
      preset: 'style',
      startResolution: 4,
      growKimg: [0.1],
      fadeKimg: 0,
      measureKimg: 0,
      statisticGroup: 2,
    };
    const narrow = fresh();
    await trainGan.run(options({ ...style, out: narrow, fmapBase: 8, fmapMax: 4, kimg: 0.4 }), context);
    const startFrom = join(root, 'narrow.safetensors');
    copyFileSync(join(narrow, checkpoints(narrow)[0]!), startFrom);
    const lines: string[] = [];
    const log = { ...silentLog, info: (line: string) => lines.push(line) };
    // 4×4 keeps its 4 channels; 8×8 has 4 in place of 2.
    const wider = { ...style, fmapMax: 4, startFrom, kimg: 0.5, learningRate: 1e-4 };
    const out = fresh();
    await trainGan.run(options({ ...wider, out, fmapBase: 16 }), { ...context, log });
    expect(lines).toContain('train gan: the networks are widened; moving averages and optimisers begin anew');
    const { tensors } = await readTensors(join(out, checkpoints(out)[0]!), trainingStateSchema.loose());
    expect(tensors['generator/toRGB/8/weight']!.shape).toEqual([3, 4, 1, 1]);
    expect(tensors['generatorAdam/step']!.data[0]).toBe(25);
    await expect(trainGan.run(options({ ...wider, out: fresh(), fmapMax: 8, fmapBase: 16 }), context)).rejects.toThrow(
      /holds other networks: generator\/constant is \[4,4,4\] in it, \[8,4,4\] here; give the options/,
    );
  });

  test('is not needed any more once the new training has one of its own', async () => {
    const startFrom = join(root, 'gone.safetensors');
    copyFileSync(from, startFrom);
    const out = fresh();
    const config = { out, startFrom, kimg: 0.9 };
    const stop = new AbortController();
    const update = (done: number) => done >= 750 && stop.abort(new Error('stopped'));
    const log = { ...silentLog, progress: () => ({ update, finish() {} }) };
    await expect(trainGan.run(options(config), { log, signal: stop.signal })).rejects.toThrow('stopped');
    rmSync(startFrom);
    const { tensors, details } = await readTensors(from, trainingStateSchema.loose());
    const other = join(root, 'other.safetensors');
    await writeTensors(other, tensors, { ...details, recent: {} });
    await expect(trainGan.run(options({ ...config, startFrom: other, resume: true }), context)).rejects.toThrow(
      'cannot resume',
    );
    const { startFrom: _, ...without } = config;
    expect(await trainGan.run(options({ ...without, resume: true }), context)).toMatchObject({ imagesShown: 900 });
    const { inputs } = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'));
    expect(inputs.startFrom.path).toBe(startFrom);
  });

  test('is what a finished training is gone on from, and the refusal says so', async () => {
    const out = fresh();
    await trainGan.run(options({ out }), context);
    await expect(trainGan.run(options({ out, kimg: 0.8, resume: true }), context)).rejects.toThrow(
      `kimg was 0.6, is 0.8 now; it is finished: go on from it with --start-from ${out}/checkpoint-`,
    );
    await expect(trainGan.run(options({ out, learningRate: 1e-5, resume: true }), context)).rejects.toThrow(
      /is 0.00001 now; give --force to replace it/,
    );
  });

  test('of other networks is refused in one line', async () => {
    await expect(
      trainGan.run(options({ out: fresh(), startFrom: from, latentSize: 9, kimg: 0.8 }), context),
    ).rejects.toThrow(/holds other networks: latentSize is 8 in it, 9 here; give the options it was trained with/);
    for (const [changed, told] of [
      [{ equalised: false }, 'equalised is true in it, false here'],
      [{ normalisation: 'chromaticity' }, 'normalisation is range in it, chromaticity here'],
      [{ resolution: 4 }, 'has grown to 8×8; --resolution must be at least that, got 4'],
    ] as const) {
      const given = options({ out: fresh(), startFrom: from, kimg: 0.8, ...changed });
      await expect(trainGan.run(given, context)).rejects.toThrow(told);
    }
    // Checkpoints of before say nothing of their networks, and shapes alone can tell.
    const { tensors, details } = await readTensors(from, trainingStateSchema.loose());
    const silent = join(root, 'silent.safetensors');
    await writeTensors(silent, tensors, { ...details, networks: undefined });
    await expect(
      trainGan.run(options({ out: fresh(), startFrom: silent, latentSize: 9, kimg: 0.8 }), context),
    ).rejects.toThrow(
      /holds other networks: generator\/blocks\/4\/conv0\/weight is \[128,8\] in it, \[128,9\] here; give the options/,
    );
  });

  test('in the folder that would be emptied is refused, and stays', async () => {
    const out = fresh();
    const startFrom = join(`${out}.partial`, 'checkpoint-0000000600.safetensors');
    mkdirSync(`${out}.partial`);
    writeFileSync(join(`${out}.partial`, 'config.json'), '{}'); // as every unfinished run has it
    copyFileSync(from, startFrom);
    const setAside = join(`${out}.earlier`, 'checkpoint-0000000600.safetensors');
    mkdirSync(`${out}.earlier`);
    copyFileSync(from, setAside);
    for (const path of [startFrom, setAside]) {
      await expect(trainGan.run(options({ out, startFrom: path, kimg: 0.8 }), context)).rejects.toThrow(
        /checkpoint-0000000600\.safetensors lies in \S+, which is made anew; copy it elsewhere/,
      );
      expect(existsSync(path)).toBe(true);
    }
  });

  test('that has seen all images goes on with a fall alone, and one that has grown further than is due is refused', async () => {
    await expect(trainGan.run(options({ out: fresh(), startFrom: from, kimg: 0.6 }), context)).rejects.toThrow(
      `--kimg must be more than the 0.6 that ${from} has seen; got 0.6`,
    );
    const slow = options({ out: fresh(), startFrom: from, stabiliseKimg: 0.7, kimg: 2 });
    const fallen = fresh();
    const falling = options({ out: fallen, startFrom: from, kimg: 0.6, fallKimg: 0.1 });
    const controller = new AbortController();
    const update = () => controller.abort(new Error('stop'));
    const log = { ...silentLog, progress: () => ({ update, finish() {} }) };
    await expect(trainGan.run(falling, { log: log as never, signal: controller.signal })).rejects.toThrow('stop');
    const { fallKimg: _, ...left } = falling; // the checkpoint knows of the fall
    expect((await trainGan.run({ ...left, fallKimg: 0, resume: true }, context)).imagesShown).toBe(700);
    await expect(trainGan.run(slow, context)).rejects.toThrow(/has grown to 8×8, where these options are at 4×4/);
  });

  test('that is spoilt stops with a line that names step and tensor; what was saved before stays', async () => {
    const { tensors, details } = await readTensors(from, trainingStateSchema.loose());
    tensors['discriminator/blocks/8/conv0/weight']!.data[3] = Number.NaN;
    const spoilt = join(root, 'spoilt.safetensors');
    await writeTensors(spoilt, tensors, details);
    const out = fresh();
    await expect(trainGan.run(options({ out, startFrom: spoilt, kimg: 0.8 }), context)).rejects.toThrow(
      /^discriminatorLoss is NaN at step 151; discriminator\/\S+ holds NaN; the checkpoints before/,
    );
    expect(existsSync(out)).toBe(false);
    expect(checkpoints(`${out}.partial`)).toEqual([]);
  });
});
