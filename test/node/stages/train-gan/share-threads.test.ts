// Threads that share a minibatch: the gradients of one session, the same bytes after a resume, averages of their own.
import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../../src/core/math/random.ts';
import { type GanCheckpoint, GanTrainer, type GanTrainingConfig } from '../../../../src/core/training/gan/trainer.ts';
import { cpuDevice } from '../../../../src/node/devices/device.ts';
import { openShares } from '../../../../src/node/stages/train-gan/share-threads.ts';
import { relativeError } from '../../../core/graph/helpers.ts';
import { logistic, relativistic } from '../../../helpers/losses.ts';
import { tinyGan, tinyStyle } from '../../../helpers/tiny-networks.ts';

const base: GanTrainingConfig = {
  architecture: tinyStyle,
  loss: relativistic(0.5, 2),
  adam: { beta1: 0, beta2: 0.99 },
  plan: {
    startResolution: 4,
    resolution: 8,
    fadeKimg: 0,
    stabiliseKimg: 0,
    growKimg: [0.024],
    totalKimg: 1,
    minibatch: 8,
    maxMinibatch: 8,
    learningRate: 0.002,
    decayKimg: 0,
  },
  discriminatorSteps: 0,
  averageHalfLives: [0.01, 0.04],
  seed: 3,
};
const random = createRandom(1);
const images = { resolution: 8, count: 24, pixels: Uint8Array.from({ length: 24 * 192 }, () => random.integer(256)) };

/** @param threads 0 for one session. @param updaters threads that update the parameters. */
async function trained(
  config: GanTrainingConfig,
  threads: number,
  steps: number,
  from?: GanCheckpoint,
  updaters = threads,
): Promise<GanCheckpoint> {
  const shares = threads === 0 ? undefined : openShares(threads, 'cpu', updaters);
  const trainer = new GanTrainer(cpuDevice(1), config, images, from, { shares });
  try {
    for (let step = 0; step < steps; step++) await trainer.step();
    return trainer.checkpoint();
  } finally {
    await trainer.release();
    await shares?.close();
  }
}

describe.each([
  ['style', base],
  ['style, statistics within a share', { ...base, architecture: { ...tinyStyle, minibatchStatistic: 'stddev' } }],
  ['PGGAN', { ...base, architecture: tinyGan, loss: logistic(0.5, 2) }],
  ['with a mean', { ...base, adam: { ...base.adam, beta1: 0.5 } }],
] as const)('%s', (_, config: GanTrainingConfig) => {
  test.each([1, 2])('%i threads have the gradients of one session', async threads => {
    const [whole, shared] = [await trained(config, 0, 1), await trained(config, threads, 1)];
    expect(Object.keys(shared.tensors).sort()).toEqual(Object.keys(whole.tensors).sort());
    // After one step the variance is (1 − β₂) · gradient².
    const gradients = ({ tensors }: GanCheckpoint) =>
      Object.entries(tensors)
        .filter(([name]) => name.includes('/variance/'))
        .flatMap(([, { data }]) => [...data].map(Math.sqrt));
    expect(gradients(whole).some(value => value > 0)).toBe(true);
    expect(relativeError(gradients(shared), gradients(whole))).toBeLessThan(1e-5);
  });

  test('a resumed training has the same bytes, also where the networks grow', async () => {
    const whole = await trained(config, 2, 5);
    const half = await trained(config, 2, 2);
    expect(whole.progress.resolution).toBe(8);
    expect(half.progress.resolution).toBe(4);
    expect(await trained(config, 2, 3, half)).toEqual(whole);
  });
});

test('the update in one pass over memory is that of the graph', async () => {
  const [whole, shared] = [await trained(base, 0, 1), await trained(base, 1, 1)];
  for (const [name, { data }] of Object.entries(whole.tensors)) {
    if (!/^(generatorEma1?|generator|discriminator)\//.test(name)) continue;
    // Adam's first step is rate · sign(gradient): gradients that cancel to rounding may have either sign.
    const apart = data.filter((value, at) => Math.abs(value - shared.tensors[name]!.data[at]!) > 1e-5).length;
    expect(apart / data.length, name).toBeLessThan(0.02);
  }
});

test('threads that only update, beside a GPU, change no byte', async () => {
  expect(await trained(base, 1, 5, undefined, 3)).toEqual(await trained(base, 1, 5));
});

test('many threads make no warnings of Node', async () => {
  const warnings: Error[] = [];
  const keep = (warning: Error) => warnings.push(warning);
  process.on('warning', keep);
  await openShares(1, 'cpu', 12).close();
  await new Promise(setImmediate); // warnings come in a turn of their own
  process.off('warning', keep);
  expect(warnings).toEqual([]);
});
