// The latents of a finished style generator: unit covariance whatever its mapping does, and the images it made before.
import { expect, test } from 'vitest';
import * as ops from '../../../src/core/graph/ops.ts';
import { symmetricEigen } from '../../../src/core/math/eigen.ts';
import { createRandom } from '../../../src/core/math/random.ts';
import { generatorRunner } from '../../../src/core/models/inference.ts';
import { sampleLatents, truncated } from '../../../src/core/models/latents.ts';
import { styleGeneratorSpec, styleMapping } from '../../../src/core/models/style/generator.ts';
import { finishStyleGenerator, latentStatistics } from '../../../src/core/models/style/whiten.ts';
import { constants } from '../../../src/core/models/weights.ts';
import { Program } from '../../../src/core/runtime/program.ts';
import { cpuDevice } from '../../../src/node/devices/device.ts';
import { randomWeights, tinyStyle } from '../../helpers/tiny-networks.ts';

const device = cpuDevice(1);
const { latentSize: d } = tinyStyle;
const weights = randomWeights(styleGeneratorSpec(tinyStyle), 7);
const samples = 400_000;

test('over 100,000 fresh faces the covariance of u is the unit matrix, each entry within 0.03', async () => {
  const finished = await finishStyleGenerator(device, tinyStyle, weights, samples);
  const runner = await generatorRunner(device, tinyStyle, finished, 1000);
  const count = 100_000;
  const u = await runner.map(sampleLatents(createRandom(11), count, d));
  await runner.release();
  const mean = new Float64Array(d);
  const products = new Float64Array(d * d);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < d; i++) {
      const value = u[row * d + i]!;
      mean[i]! += value / count;
      for (let j = 0; j < d; j++) products[i * d + j]! += (value * u[row * d + j]!) / count;
    }
  }
  for (let i = 0; i < d; i++) {
    expect(Math.abs(mean[i]!)).toBeLessThan(0.03);
    for (let j = 0; j < d; j++) {
      const covariance = products[i * d + j]! - mean[i]! * mean[j]!;
      expect(Math.abs(covariance - (i === j ? 1 : 0))).toBeLessThan(0.03);
    }
  }
});

test('that holds because no eigenvalue of this mapping is so small that it is raised', async () => {
  const { root } = await latentStatistics(device, tinyStyle, weights, samples);
  const eigenvalues = symmetricEigen(root, d).values.map(value => value ** 2);
  const mean = eigenvalues.reduce((sum, value) => sum + value, 0) / d;
  expect(Math.min(...eigenvalues)).toBeGreaterThan(1.01 * 0.001 * mean);
});

test('a finished generator makes of u the image that the trained one made of w', async () => {
  const finished = await finishStyleGenerator(device, tinyStyle, weights, 40_000);
  const runner = await generatorRunner(device, tinyStyle, finished, 16);
  const z = sampleLatents(createRandom(3), 16, d);
  const images = await runner.generate(await runner.map(z));
  const { generate } = runner.model;
  const parameters = constants(styleGeneratorSpec(tinyStyle), weights);
  const program = await Program.compile(device, {
    outputs: { images: generate(parameters, styleMapping(parameters, ops.input('z', [16, d]))) },
  });
  const before = (await program.run({ z })).images!;
  expect(Math.max(...images.map((value, at) => Math.abs(value - before[at]!)))).toBeLessThan(2e-4);
  const mean = await runner.generate(truncated(await runner.map(z), 0));
  const size = images.length / 16;
  for (let at = 0; at < mean.length; at++) expect(mean[at]).toBe(mean[at % size]); // ψ 0: one face, the mean one
  await runner.release();
  await program.release();
});
