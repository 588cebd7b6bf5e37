// Ten steps of a tiny GAN at 8×8 on drawn images, the same on any device.
import { createRandom } from '../../../src/core/math/random.ts';
import type { Device } from '../../../src/core/runtime/device.ts';
import { ganPresets } from '../../../src/core/training/gan/presets.ts';
import { GanTrainer, type GanTrainingConfig, type StepMetrics } from '../../../src/core/training/gan/trainer.ts';
import { type GanLossName, ganLosses, ganLossNames } from '../../../src/core/training/losses/losses.ts';

export type LossKind = GanLossName;
export const lossKinds = ganLossNames;

/** @returns the losses of each step, by name. */
export async function tenSteps(device: Device, loss: LossKind): Promise<StepMetrics[]> {
  const config: GanTrainingConfig = {
    architecture: {
      ...ganPresets.cpu,
      kind: 'pggan',
      resolution: 8,
      latentSize: 16,
      fmapBase: 32,
      fmapDecay: 1,
      fmapMax: 8,
    },
    loss: ganLosses[loss].create({ ...ganPresets.cpu, gamma: 0.3, penaltyInterval: 4, lambda: 10, drift: 0.001 }),
    adam: { beta1: 0, beta2: 0.99 },
    plan: {
      startResolution: 8,
      resolution: 8,
      fadeKimg: 0,
      stabiliseKimg: 1,
      totalKimg: 1,
      minibatch: 4,
      maxMinibatch: 4,
      learningRate: 0.001,
      decayKimg: 0,
    },
    discriminatorSteps: 1,
    seed: 3,
  };
  const random = createRandom(1);
  const images = { resolution: 8, count: 20, pixels: Uint8Array.from({ length: 3840 }, () => random.integer(256)) };
  const trainer = new GanTrainer(device, config, images);
  const metrics: StepMetrics[] = [];
  for (let step = 0; step < 10; step++) metrics.push(await trainer.step());
  await trainer.release();
  return metrics;
}
