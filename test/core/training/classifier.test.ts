// The classifier learns what can be learnt, keeps quiet about the rest, and runs alike in training and inference.
import { describe, expect, test } from 'vitest';
import { attributeNames } from '../../../src/core/attributes.ts';
import { interpret } from '../../../src/core/graph/interpreter.ts';
import * as ops from '../../../src/core/graph/ops.ts';
import { normalisedBatch } from '../../../src/core/images/image-set.ts';
import { createRandom } from '../../../src/core/math/random.ts';
import { classifierRunner } from '../../../src/core/models/inference.ts';
import {
  type ClassifierLossName,
  classifierLosses,
  classifierLossNames,
  meanLoss,
} from '../../../src/core/training/classifier/losses.ts';
import {
  type ClassifierCheckpoint,
  ClassifierTrainer,
  type ClassifierTrainingConfig,
} from '../../../src/core/training/classifier/trainer.ts';
import { cpuDevice } from '../../../src/node/devices/device.ts';

describe('losses', () => {
  const logits = ops.constant([2, -1], [1, 2]);
  const labels = ops.constant([1, 1], [1, 2]);
  const lossOf = (name: ClassifierLossName) => interpret([classifierLosses[name].graph(logits, labels)], {})[0]![0]!;
  const p = [2, -1].map(x => 1 / (1 + Math.exp(-x)));

  test('bce is the mean negative log-likelihood', () => {
    expect(lossOf('bce')).toBeCloseTo(-(Math.log(p[0]!) + Math.log(p[1]!)) / 2, 12);
  });
  test('mse is that of the probabilities', () => {
    expect(lossOf('mse')).toBeCloseTo(((p[0]! - 1) ** 2 + (p[1]! - 1) ** 2) / 2, 12);
  });
  test.each(classifierLossNames)('%s in plain numbers is that of the graph', name => {
    const answers = { logits: Float32Array.of(2, -1), labels: Uint8Array.of(1, 1) };
    expect(meanLoss(name, answers)).toBeCloseTo(lossOf(name), 12);
  });
});

const config: ClassifierTrainingConfig = {
  architecture: { resolution: 8, width: 2, maxWidth: 4, normalisation: 'range', attributes: [...attributeNames] },
  loss: 'bce',
  minibatch: 20,
  epochs: 20,
  learningRate: 0.01,
  weightDecay: 0,
  augmentation: { mirror: true, shift: 0, jitter: 0, cutout: 0 },
  patience: 0,
  seed: 1,
};

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
  const architecture = { ...config.architecture, width: 4, maxWidth: 8 };
  const trainer = await ClassifierTrainer.create(cpuDevice(1), { ...config, architecture }, images, labels);
  while (!trainer.finished) await trainer.step();
  expect(trainer.steps).toBe(trainer.totalSteps);
  const runner = await classifierRunner(cpuDevice(1), architecture, trainer.weights(), 50);
  const all = Uint32Array.from({ length: count }, (_, i) => i);
  const logits = await runner.run(normalisedBatch(images, all, () => false));
  expect(logits.length).toBe(count * attributeNames.length);
  const right = all.filter(i => logits[i * attributeNames.length]! > 0 === (labels[i * attributeNames.length] === 1));
  expect(right.length).toBe(count);
  await runner.release();
  await trainer.release();
});

describe('a training', () => {
  const random = createRandom(3);
  const count = 40;
  const images = { resolution: 8, count, pixels: Uint8Array.from({ length: count * 192 }, () => random.integer(256)) };
  const labels = Uint8Array.from({ length: count * attributeNames.length }, () => random.integer(2));
  const begin = (change: Partial<ClassifierTrainingConfig>, checkpoint?: ClassifierCheckpoint) =>
    ClassifierTrainer.create(cpuDevice(1), { ...config, ...change }, images, labels, checkpoint);

  test('ends when too many epochs went by without a better validation, and keeps the best weights', async () => {
    const trainer = await begin({ patience: 2, epochs: 10 });
    const losses = [0.5, 0.4, 0.45, 0.41, 0.3];
    let best: object | undefined;
    while (!trainer.finished) {
      await trainer.step();
      if (!trainer.epochEnded) continue;
      const loss = losses.shift()!;
      trainer.validated(loss);
      if (loss === 0.4) best = trainer.average();
    }
    expect(trainer.steps).toBe(8); // four epochs of two steps
    expect(losses).toEqual([0.3]);
    expect(trainer.weights()).toEqual(best);
    expect(trainer.average()).not.toEqual(best);
    await trainer.release();
  });

  test('goes on from a checkpoint as if nothing had been between, the best weights included', async () => {
    const change = { patience: 2, epochs: 6, augmentation: { mirror: true, shift: 1, jitter: 0.2, cutout: 3 } };
    const lossOf = (steps: number) => (steps === 2 ? 0.4 : 0.5);
    const toTheEnd = async (trainer: ClassifierTrainer, most = Number.POSITIVE_INFINITY) => {
      while (!trainer.finished && trainer.steps < most) {
        await trainer.step();
        if (trainer.epochEnded) trainer.validated(lossOf(trainer.steps));
      }
      return trainer;
    };
    const whole = await toTheEnd(await begin(change));
    const first = await toTheEnd(await begin(change), 3);
    const rest = await toTheEnd(await begin(change, JSON.parse(JSON.stringify(first.checkpoint()), revived)));
    expect([rest.steps, rest.weights()]).toEqual([whole.steps, whole.weights()]);
    expect(rest.checkpoint()).toEqual(whole.checkpoint());
    for (const trainer of [whole, first, rest]) await trainer.release();
  });

  test('with weight decay shrinks weights, not biases', async () => {
    const trained = async (weightDecay: number) => {
      const trainer = await begin({ weightDecay, learningRate: 0.001 });
      await trainer.step();
      const { tensors } = trainer.checkpoint();
      await trainer.release();
      return tensors;
    };
    const [plain, decayed] = [await trained(0), await trained(50)];
    const fresh = await begin({});
    const start = fresh.checkpoint().tensors;
    await fresh.release();
    for (const [name, { data }] of Object.entries(plain)) {
      if (!/^classifier\//.test(name)) continue;
      const share = name.endsWith('/weight') ? 0.05 : 0; // the rate times the decay
      data.forEach((value, at) => {
        expect(decayed[name]!.data[at]).toBeCloseTo(value - share * start[name]!.data[at]!, 5);
      });
    }
  });
});

/** Float32Arrays as JSON holds them. */
function revived(key: string, value: unknown) {
  return key === 'data' ? Float32Array.from(Object.values(value as object)) : value;
}
