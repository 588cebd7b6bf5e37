// A training of a week must not grow: memory over hundreds of steps, and where the time goes.
import { expect, test } from 'vitest';
import { ganPresets } from '../../../src/core/training/gan/presets.ts';
import { GanTrainer, type GanTrainingConfig } from '../../../src/core/training/gan/trainer.ts';
import { cpuDevice } from '../../../src/node/devices/device.ts';
import { logistic } from '../../helpers/losses.ts';

const resolution = 16;
const config: GanTrainingConfig = {
  architecture: { ...ganPresets.cpu, kind: 'pggan', resolution, latentSize: 32, fmapBase: 64, fmapMax: 32 },
  loss: logistic(0.3, 8),
  adam: { beta1: 0, beta2: 0.99 },
  plan: {
    startResolution: resolution,
    resolution,
    fadeKimg: 0,
    stabiliseKimg: 0,
    totalKimg: 1000,
    minibatch: 8,
    maxMinibatch: 8,
    learningRate: 0.001,
    decayKimg: 0,
  },
  discriminatorSteps: 1,
  seed: 1,
};

test('after 200 steps at 16×16 memory grows by less than 1 MB a hundred steps', async () => {
  const pixels = Uint8Array.from({ length: 64 * 3 * resolution ** 2 }, (_, at) => (at * 97) % 256);
  const trainer = new GanTrainer(cpuDevice(1), config, { resolution, count: 64, pixels });
  const points: { step: number; megabytes: number }[] = [];
  for (let step = 1; step <= 1000; step++) {
    await trainer.step();
    if (step > 200) points.push({ step, megabytes: process.memoryUsage.rss() / 2 ** 20 });
  }
  await trainer.release();
  expect(100 * slope(points)).toBeLessThan(1);
}, 120_000);

/** Slope of the straight line through the points by least squares, in MB a step. */
function slope(points: readonly { step: number; megabytes: number }[]): number {
  const mean = (value: (point: (typeof points)[number]) => number) =>
    points.reduce((sum, point) => sum + value(point), 0) / points.length;
  const [x, y] = [mean(({ step }) => step), mean(({ megabytes }) => megabytes)];
  return mean(({ step, megabytes }) => (step - x) * (megabytes - y)) / mean(({ step }) => (step - x) ** 2);
}
