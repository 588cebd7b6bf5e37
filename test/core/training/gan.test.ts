// The GAN's networks and training step: exact gradients through the penalty, growth, independence, resume.
import { afterAll, describe, expect, test } from 'vitest';
import { gradients } from '../../../src/core/graph/gradient.ts';
import { interpret } from '../../../src/core/graph/interpreter.ts';
import * as ops from '../../../src/core/graph/ops.ts';
import type { Tensor } from '../../../src/core/graph/tensor.ts';
import { flattenTree, parameterInputs } from '../../../src/core/graph/tree.ts';
import { createRandom, normals } from '../../../src/core/math/random.ts';
import type { GeneratorView } from '../../../src/core/models/gan-model.ts';
import type { PgganArchitecture } from '../../../src/core/models/pggan/architecture.ts';
import { discriminator, discriminatorSpec } from '../../../src/core/models/pggan/discriminator.ts';
import { generator, generatorSpec } from '../../../src/core/models/pggan/generator.ts';
import { initialValues } from '../../../src/core/nn/initialise.ts';
import { Program, type ProgramDefinition } from '../../../src/core/runtime/program.ts';
import { ganPresets } from '../../../src/core/training/gan/presets.ts';
import { trainingConfigOf } from '../../../src/core/training/gan/settings.ts';
import { ganStateShapes } from '../../../src/core/training/gan/state.ts';
import { discriminatorStep, generatorStep, type StepOptions } from '../../../src/core/training/gan/step.ts';
import { GanTrainer, type GanTrainingConfig } from '../../../src/core/training/gan/trainer.ts';
import { discriminatorLoss, scored } from '../../../src/core/training/losses/adversarial.ts';
import { ganLosses, ganLossNames } from '../../../src/core/training/losses/losses.ts';
import { cpuDevice } from '../../../src/node/devices/device.ts';
import { logistic, relativistic } from '../../helpers/losses.ts';
import { centralDifferences, relativeError, type TestFeeds } from '../graph/helpers.ts';

const device = cpuDevice(1);
const architecture: PgganArchitecture = {
  ...ganPresets.cpu,
  kind: 'pggan',
  resolution: 8,
  latentSize: 6,
  fmapBase: 8,
  fmapDecay: 1,
  fmapMax: 3,
};
/** Every loss there is. */
const losses = ganLossNames.map(name => {
  const settings = { ...ganPresets.cpu, gamma: 0.7, penaltyInterval: 2, lambda: 10, drift: 0.001 };
  return { name, loss: ganLosses[name].create(settings) };
});

function parametersWithValues() {
  const random = createRandom(5);
  const specs = new Map([
    ...flattenTree(generatorSpec(architecture), 'g'),
    ...flattenTree(discriminatorSpec(architecture), 'd'),
  ]);
  const feeds: TestFeeds = {};
  for (const [name, spec] of specs) {
    // Biases too, so that no gradient is zero by accident.
    feeds[name] = Float64Array.from(initialValues({ ...spec, deviation: spec.deviation || 0.3 }, random));
  }
  const tree = {
    g: parameterInputs(generatorSpec(architecture), 'g'),
    d: parameterInputs(discriminatorSpec(architecture), 'd'),
  };
  return { ...tree, feeds };
}

describe.each(losses)('the discriminator loss of $name, penalty included', ({ loss }) => {
  const { d, feeds } = parametersWithValues();
  const random = createRandom(9);
  const shape = [2, 3, 8, 8];
  const [reals, fakes] = [ops.input('reals', shape), ops.input('fakes', shape)];
  const alpha = ops.input('alpha', []);
  const values: TestFeeds = {
    ...feeds,
    reals: Float64Array.from(normals(random, 384)),
    fakes: Float64Array.from(normals(random, 384)),
    mixing: Float64Array.of(0.3, 0.8),
    penaltyWeight: Float64Array.of(0.7),
    alpha: Float64Array.of(0.6),
  };
  const critic = (images: Tensor) => discriminator(architecture, d, images, alpha);
  const terms = discriminatorLoss(loss, scored(critic, reals, fakes), true);
  const parameters = flattenTree<Tensor>(d, 'd');

  test('has the gradient that central differences show, second order through the networks', () => {
    const analytic = interpret(gradients(terms.loss, [...parameters.values()]), values);
    [...parameters.keys()].forEach((name, index) => {
      const numeric = centralDifferences(terms.loss, values, name, 1e-6);
      expect(relativeError(analytic[index]!, numeric), name).toBeLessThan(1e-5);
    });
  }, 120_000);

  test('comes out of ONNX Runtime as out of the interpreter', async () => {
    const outputs = { loss: terms.loss, ...gradientsByName(terms.loss, parameters) };
    const program = await Program.compile(device, { outputs });
    const floats = Object.fromEntries(Object.entries(values).map(([name, data]) => [name, Float32Array.from(data)]));
    const results = await program.run(floats);
    const expected = interpret(Object.values(outputs), values);
    Object.keys(outputs).forEach((name, index) => {
      expect(relativeError(results[name]!, expected[index]!), name).toBeLessThan(1e-4);
    });
    await program.release();
  });
});

test('relativistic: each image is scored against its pair, and slopes count at both', () => {
  const shape = [2, 3, 4, 4];
  const size = 48;
  const [reals, fakes] = [ops.input('reals', shape), ops.input('fakes', shape)];
  const random = createRandom(3);
  const values: TestFeeds = {
    reals: Float64Array.from(normals(random, 2 * size)),
    fakes: Float64Array.from(normals(random, 2 * size)),
    penaltyWeight: Float64Array.of((0.5 / 2) * 4),
  };
  // score(x) = 0.1 · Σ x²: its slope at x is 0.2 · x.
  const critic = (images: Tensor) => ops.mul(ops.sum(ops.square(images), [1, 2, 3]), 0.1);
  const images = scored(critic, reals, fakes);
  type Name = 'reals' | 'fakes';
  const squares = (at: number, name: Name) =>
    values[name]!.slice(at * size, (at + 1) * size).reduce((sum, value) => sum + value ** 2, 0);
  const score = (at: number, name: Name) => 0.1 * squares(at, name);
  const softplus = (value: number) => Math.log(1 + Math.exp(value));
  const expected = (sign: number) =>
    [0, 1].reduce((sum, at) => sum + softplus(sign * (score(at, 'fakes') - score(at, 'reals'))) / 2, 0);
  const slopes = [0, 1].reduce((sum, at) => sum + 0.04 * (squares(at, 'reals') + squares(at, 'fakes')), 0) / 2;
  const loss = relativistic(0.5, 4);
  const ofDiscriminator = (penalise: boolean) =>
    interpret([discriminatorLoss(loss, images, penalise).loss], values)[0]![0];
  expect(ofDiscriminator(false)).toBeCloseTo(expected(1), 10);
  expect(ofDiscriminator(true)).toBeCloseTo(expected(1) + slopes * (0.5 / 2) * 4, 10);
  expect(interpret([loss.generator(images)], values)[0]![0]).toBeCloseTo(expected(-1), 10);
});

function gradientsByName(loss: Tensor, parameters: ReadonlyMap<string, Tensor>): Record<string, Tensor> {
  const all = gradients(loss, [...parameters.values()]);
  return Object.fromEntries([...parameters.keys()].map((name, index) => [`gradient of ${name}`, all[index]!]));
}

describe('growth', () => {
  const { g, d, feeds } = parametersWithValues();
  const z = ops.input('z', [2, 6]);
  const faces = (latents: Tensor, view: GeneratorView = {}) => generator(architecture, g, latents, view);
  const image = ops.input('image', [2, 3, 8, 8]);
  const values = { ...feeds, z: normals(createRandom(3), 12), image: normals(createRandom(4), 384) };

  test('with alpha 0 the generator shows the previous resolution, enlarged', () => {
    const [grown, previous] = interpret(
      [faces(z, { alpha: ops.scalar(0) }), ops.upsample2(faces(z, { resolution: 4 }))],
      values,
    );
    expect(relativeError(grown!, previous!)).toBeLessThan(1e-12);
  });

  test('with alpha 0 the discriminator sees the previous resolution, reduced', () => {
    const [grown, previous] = interpret(
      [discriminator(architecture, d, image, ops.scalar(0)), discriminator(architecture, d, ops.averagePool2(image))],
      values,
    );
    expect(relativeError(grown!, previous!)).toBeLessThan(1e-12);
  });

  test('with alpha 1 a fade is over', () => {
    const [fading, settled] = interpret([faces(z, { alpha: ops.scalar(1) }), faces(z)], values);
    expect(relativeError(fading!, settled!)).toBeLessThan(1e-12);
  });

  test('the length of a latent does not matter', () => {
    const [one, other] = [z, ops.mul(z, 3)].map(latents => interpret([faces(latents)], values)[0]!);
    expect(relativeError(one!, other!)).toBeLessThan(1e-7);
  });
});

describe('training', () => {
  const config: GanTrainingConfig = {
    architecture,
    loss: logistic(0.3, 2),
    adam: { beta1: 0, beta2: 0.99 },
    plan: {
      startResolution: 4,
      resolution: 8,
      fadeKimg: 0.016,
      stabiliseKimg: 0.024,
      totalKimg: 0.08,
      minibatch: 4,
      maxMinibatch: 8,
      learningRate: 0.002,
      decayKimg: 0,
    },
    discriminatorSteps: 1,
    seed: 4,
  };
  const random = createRandom(1);
  const images = { resolution: 8, count: 10, pixels: Uint8Array.from({ length: 1920 }, () => random.integer(256)) };
  const trainers: GanTrainer[] = [];
  const start = (checkpoint?: ReturnType<GanTrainer['checkpoint']>, changes: Partial<GanTrainingConfig> = {}) => {
    const trainer = new GanTrainer(device, { ...config, ...changes }, images, checkpoint);
    trainers.push(trainer);
    return trainer;
  };
  afterAll(async () => {
    for (const trainer of trainers) await trainer.release();
  });

  test.each(losses.flatMap(each => [0, 1].map(discriminatorSteps => ({ ...each, discriminatorSteps }))))(
    '$name, $discriminatorSteps discriminator steps: resumes bit for bit, across a change of resolution',
    async ({ name: _, ...changes }) => {
      const whole = start(undefined, changes);
      while (!whole.finished) await whole.step();
      const first = start(undefined, changes);
      await first.step();
      await first.step();
      const saved = structuredClone(first.checkpoint());
      const second = start(saved, changes);
      while (!second.finished) await second.step();
      expect(whole.point.resolution).toBe(8);
      expect(saved.progress.resolution).toBe(4);
      expect(second.checkpoint()).toEqual(whole.checkpoint());
    },
  );

  test('the networks grow between steps, never within one, and are sampled as they were trained', async () => {
    const trainer = start(undefined, { discriminatorSteps: 2 });
    const latents = new Float32Array(6).fill(1);
    while (trainer.point.resolution === 4) {
      await trainer.step();
      expect((await trainer.sample(latents, 1)).resolution).toBe(4);
    }
    await trainer.step();
    expect((await trainer.sample(latents, 1)).resolution).toBe(8);
  });

  test.each(['pggan', 'style'] as const)('%s networks grow by several resolutions at once', async kind => {
    const plan = { ...config.plan, fadeKimg: 0, growKimg: [0.001, 0.001], startResolution: 4, resolution: 16 };
    const small = { ...ganPresets[kind === 'style' ? 'style' : 'cpu'], fmapBase: 16, fmapMax: 8, latentSize: 8 };
    const { architecture } = trainingConfigOf(small, 16, 0);
    const larger = { ...images, resolution: 16, pixels: Uint8Array.from({ length: 7680 }, () => random.integer(256)) };
    const trainer = new GanTrainer(device, { ...config, architecture, plan, discriminatorSteps: 0 }, larger);
    trainers.push(trainer);
    for (let step = 0; step < 3; step++) await trainer.step();
    const { tensors, progress } = trainer.checkpoint();
    expect(progress.resolution).toBe(16);
    // Nothing is left of layers that are no more, nor of their optimisers.
    const names = ganStateShapes(architecture, 16, config.adam, trainer.averageHalfLives.length).keys();
    expect(Object.keys(tensors).sort()).toEqual([...names].sort());
  });

  test('the moving average forgets by images shown, however many of them a step has', async () => {
    const name = 'generatorEma/toRGB/4/weight';
    const slow = start(undefined, {
      discriminatorSteps: 4,
      plan: { ...config.plan, startResolution: 8, totalKimg: 1 },
    });
    for (let step = 0; step < 8; step++) await slow.step();
    // 96 images before the last step of 16: a half-life of 5 % of them leaves next to nothing of the past.
    const { tensors } = slow.checkpoint();
    const [average, weight] = [tensors[name]!.data, tensors[name.replace('Ema', '')]!.data];
    const gaps = average.map((value, at) => Math.abs(value - weight[at]!));
    expect(Math.max(...gaps)).toBeLessThan(1e-3);
  });

  test('a NaN is named with its step', async () => {
    const trainer = start();
    await trainer.step();
    const { tensors, progress } = trainer.checkpoint();
    tensors['discriminator/output/bias']!.data[0] = Number.NaN;
    await expect(start({ tensors, progress }).step()).rejects.toThrow(/discriminatorLoss is NaN at step 2/);
  });

  test('an explosion is blamed on the largest weights, not on the number of steps', async () => {
    const trainer = start();
    await trainer.step();
    const { tensors, progress } = trainer.checkpoint();
    tensors['generatorAdam/step']!.data[0] = 1e12;
    tensors['discriminator/output/bias']!.data[0] = 1e9;
    await expect(start({ tensors, progress }).step()).rejects.toThrow(
      /; discriminator\/output\/bias holds 1000000000$/,
    );
  });
});

describe('a step of one network leaves the other alone', () => {
  const options: StepOptions = {
    architecture,
    loss: logistic(0.7, 2),
    adam: { beta1: 0, beta2: 0.99 },
    resolution: 8,
    minibatch: 4,
    fading: false,
  };
  const updated = (definition: ProgramDefinition) =>
    new Set(Object.keys(definition.updates ?? {}).map(name => name.split('/')[0]));

  test('the discriminator', () => {
    expect(updated(discriminatorStep(options, true))).toEqual(new Set(['discriminator', 'discriminatorAdam']));
  });
  test('the generator', () => {
    expect(updated(generatorStep(options))).toEqual(new Set(['generator', 'generatorAdam', 'generatorEma']));
  });
});
