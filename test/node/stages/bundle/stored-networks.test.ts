// Half precision in a bundle: half the bytes where nobody could see it, float32 where a weight is beyond halves.
import { expect, test } from 'vitest';
import { attributeNames } from '../../../../src/core/attributes.ts';
import { decodeWeights } from '../../../../src/core/editor/networks.ts';
import { createRandom } from '../../../../src/core/math/random.ts';
import { ganModel } from '../../../../src/core/models/gan-kinds.ts';
import { generatorRunner } from '../../../../src/core/models/inference.ts';
import { sampleLatents } from '../../../../src/core/models/latents.ts';
import { cpuDevice } from '../../../../src/node/devices/device.ts';
import { firstLatents, storedNetworks } from '../../../../src/node/stages/bundle/stored-networks.ts';
import {
  randomGeneratorWeights,
  tinyClassifier,
  tinyClassifierWeights,
  tinyGan,
  tinyGeneratorWeights,
  tinyStyle,
} from '../../../helpers/tiny-networks.ts';

const details = {
  architecture: tinyClassifier,
  thresholds: attributeNames.map(() => 0),
  calibration: attributeNames.map(() => ({ slope: 1, intercept: 0 })),
};
const generator = { details: { ...tinyGan, normalisation: 'range' as const }, tensors: tinyGeneratorWeights };
const classifier = { details, tensors: tinyClassifierWeights };
const latents = firstLatents(8, tinyGan.latentSize);

test('the first latents are those of the seeds', () => {
  expect(latents.subarray(3 * 16, 4 * 16)).toEqual(sampleLatents(createRandom(3), 1, 16));
});

test('networks whose halves look alike are stored in half the bytes', async () => {
  const stored = await storedNetworks({ generator, classifier }, latents);
  for (const network of [stored.generator, stored.classifier]) {
    expect(network.weights).toBe('float16');
    expect(network.difference).toBeGreaterThan(0); // it was compared, and with other weights
  }
  const weights = Object.values(tinyGeneratorWeights).reduce((sum, { data }) => sum + data.length, 0);
  expect(stored.generator.bytes.length).toBeGreaterThan(2 * weights);
  expect(stored.generator.bytes.length).toBeLessThan(4 * weights);
  expect(stored.images).toHaveLength(8 * 3 * 8 * 8);
});

test('a style generator is compared from z on, and shows what its file is read as', async () => {
  const tensors = randomGeneratorWeights(tinyStyle);
  const styled = { details: { ...tinyStyle, normalisation: 'range' as const }, tensors };
  const stored = await storedNetworks({ generator: styled, classifier }, latents);
  expect(stored.generator.difference).toBeGreaterThan(0);
  const { bytes } = stored.generator;
  const weights = decodeWeights(bytes, ganModel(tinyStyle).finishedSpec(), 'the file');
  const runner = await generatorRunner(cpuDevice(1), tinyStyle, weights, 8);
  const images = await runner.generate(await runner.map(latents));
  await runner.release();
  const largest = Math.max(...images.map((value, i) => Math.abs(value - stored.images[i]!)));
  expect(largest).toBeLessThan(1e-3);
});

test('of a style generator in half precision the mapping stays float32, which every layer reads', async () => {
  const tensors = randomGeneratorWeights(tinyStyle);
  const styled = { details: { ...tinyStyle, normalisation: 'range' as const }, tensors };
  const { bytes, weights } = (await storedNetworks({ generator: styled, classifier }, latents)).generator;
  expect(weights).toBe('float16');
  const stored = decodeWeights(bytes, ganModel(tinyStyle).finishedSpec(), 'the file');
  const large = Object.keys(stored).filter(name => stored[name]!.data.length > 64);
  const same = large.filter(name => Buffer.from(stored[name]!.data.buffer).equals(bufferOf(tensors[name]!.data)));
  expect(same).toEqual(large.filter(name => name.startsWith('mapping/')));
  expect(same).toContain('mapping/whiten/weight');
  expect(same.length).toBeLessThan(large.length);
});

test('a weight beyond the range of halves keeps its network in float32', async () => {
  const [name, { shape, data }] = Object.entries(tinyGeneratorWeights).find(([, { data }]) => data.length > 64)!;
  const huge = { ...tinyGeneratorWeights, [name]: { shape, data: data.map((value, at) => (at === 0 ? 1e5 : value)) } };
  const stored = await storedNetworks({ generator: { ...generator, tensors: huge }, classifier }, latents);
  expect(stored.generator.weights).toBe('float32');
  expect(stored.generator.difference).not.toBeLessThanOrEqual(2);
  expect(stored.classifier.weights).toBe('float16');
  expect(stored.images.every(Number.isFinite)).toBe(true);
});

function bufferOf(data: ArrayLike<number>): Buffer {
  return Buffer.from(Float32Array.from(data).buffer);
}
