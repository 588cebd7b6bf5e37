// The slope of softplus far from 0, where a discriminator that is ahead leaves a generator nothing else to learn from.
import { expect, test } from 'vitest';
import { gradients } from '../../../src/core/graph/gradient.ts';
import * as ops from '../../../src/core/graph/ops.ts';
import type { Tensor } from '../../../src/core/graph/tensor.ts';
import { Program } from '../../../src/core/runtime/program.ts';
import { StateStore } from '../../../src/core/runtime/state.ts';
import { sigmoidRatio } from '../../../src/core/training/losses/adversarial.ts';
import { cpuDevice } from '../../../src/node/devices/device.ts';

test('ONNX Runtime computes it to 1e-5 of itself, and the generator’s from it', async () => {
  const points = [-59, -30, -18.5, -17, -15, -5, -0.5, 0, 0.5, 5, 17, 30, 59];
  const x = ops.input('x', [points.length]);
  const [slope] = gradients(ops.sum(ops.softplus(x)), [x]) as [Tensor];
  const other = ops.mul(slope, sigmoidRatio(ops.neg(x))); // σ(x) · σ(−x) / σ(x)
  const device = cpuDevice(1);
  const program = await Program.compile(device, { outputs: { slope, other } });
  const results = await program.run({ x: Float32Array.from(points) }, new StateStore(device));
  await program.release();
  const sigmoid = (at: number) => 1 / (1 + Math.exp(-at));
  for (const [at, point] of points.entries()) {
    expect(results.slope![at]! / sigmoid(point), `${point}`).toBeCloseTo(1, 5);
    expect(results.other![at]! / sigmoid(-point), `${point}`).toBeCloseTo(1, 5);
  }
});
