// The classifier learns what can be learnt, keeps quiet about the rest, and runs alike in training and inference.
import { describe, expect, test } from 'vitest';
import { attributeNames } from '../../../src/core/attributes.ts';
import { interpret } from '../../../src/core/graph/interpreter.ts';
import * as ops from '../../../src/core/graph/ops.ts';
import { createRandom } from '../../../src/core/math/random.ts';
import { bestThreshold } from '../../../src/core/metrics/threshold.ts';
import { classifierRunner } from '../../../src/core/models/inference.ts';
import { ClassifierTrainer, classifierLoss } from '../../../src/core/training/classifier-trainer.ts';
import { normalisedBatch } from '../../../src/core/training/image-source.ts';
import { cpuDevice } from '../../../src/node/io/device.ts';

describe('losses', () => {
  const logits = ops.constant([2, -1], [1, 2]);
  const labels = ops.constant([1, 1], [1, 2]);
  const lossOf = (kind: 'mse' | 'bce') => interpret([classifierLoss(kind, logits, labels)], {})[0]![0]!;
  const p = [2, -1].map(x => 1 / (1 + Math.exp(-x)));

  test('bce is the mean negative log-likelihood', () => {
    expect(lossOf('bce')).toBeCloseTo(-(Math.log(p[0]!) + Math.log(p[1]!)) / 2, 12);
  });
  test('mse is that of the probabilities', () => {
    expect(lossOf('mse')).toBeCloseTo(((p[0]! - 1) ** 2 + (p[1]! - 1) ** 2) / 2, 12);
  });
});

test('a planted attribute is learnt: bright pictures from dark ones', async () => {
  const random = createRandom(2);
  const count = 120;
  const labels = new Uint8Array(count * attributeNames.length);
  const pixels = new Uint8Array(count * 3 * 64);
  for (let i = 0; i < count; i++) {
    const bright = random.integer(2);
    labels[i * attributeNames.length] = bright;
    for (let at = 0; at < 192; at++) pixels[i * 192 + at] = 60 + 100 * bright + random.integer(60);
  }
  const images = { resolution: 8, count, pixels };
  const architecture = { resolution: 8, width: 4, maxWidth: 8 };
  const config = { architecture, loss: 'bce' as const, minibatch: 20, epochs: 20, learningRate: 0.01, seed: 1 };
  const trainer = await ClassifierTrainer.create(cpuDevice(1), config, images, labels);
  while (trainer.steps < trainer.totalSteps) await trainer.step();
  const runner = await classifierRunner(cpuDevice(1), architecture, trainer.weights(), 50);
  const all = Uint32Array.from({ length: count }, (_, i) => i);
  const logits = await runner.run(normalisedBatch(images, all, () => false));
  expect(logits.length).toBe(count * attributeNames.length);
  const right = all.filter(i => logits[i * attributeNames.length]! > 0 === (labels[i * attributeNames.length] === 1));
  expect(right.length).toBe(count);
  await runner.release();
  await trainer.release();
});

describe('the threshold of best accuracy', () => {
  test('lies in the gap that separates', () => {
    expect(bestThreshold([-3, 1, 2, 4], [0, 0, 1, 1])).toBe(1.5);
  });
  test('is 0 where 0 is as good as any', () => {
    expect(bestThreshold([-3, -1, 2], [0, 0, 1])).toBe(0);
  });
  test('lies beyond all scores where one class is always the better answer', () => {
    expect(bestThreshold([1, 2, 3], [0, 0, 0])).toBe(3.5);
    expect(bestThreshold([-1, -2], [1, 1])).toBe(-2.5);
  });
});
