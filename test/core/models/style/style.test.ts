// The style networks: growth that changes nothing at first, rows of w, and the latent u of a finished generator.
import { describe, expect, test } from 'vitest';
import { interpret } from '../../../../src/core/graph/interpreter.ts';
import * as ops from '../../../../src/core/graph/ops.ts';
import { flattenTree, type ParameterSpec, parameterInputs } from '../../../../src/core/graph/tree.ts';
import { createRandom, normals } from '../../../../src/core/math/random.ts';
import { ganModel } from '../../../../src/core/models/gan-kinds.ts';
import type { SpecTree } from '../../../../src/core/models/gan-model.ts';
import { generatorRunner, repeatRows } from '../../../../src/core/models/inference.ts';
import { bilinear2 } from '../../../../src/core/models/style/layers.ts';
import { finishStyleGenerator } from '../../../../src/core/models/style/whiten.ts';
import type { Weights } from '../../../../src/core/models/weights.ts';
import { initialValues } from '../../../../src/core/nn/initialise.ts';
import { widened } from '../../../../src/core/training/gan/widening.ts';
import { cpuDevice } from '../../../../src/node/devices/device.ts';
import { relativeError } from '../../graph/helpers.ts';

const architecture = {
  kind: 'style' as const,
  resolution: 16,
  latentSize: 6,
  fmapBase: 64,
  fmapDecay: 1,
  fmapMax: 12,
  minibatchStatistic: 'stddev' as const,
  statisticGroup: 2,
};
const model = ganModel(architecture);

/** Values of a tree, biases too, so that nothing is zero by accident. */
function drawn(tree: SpecTree, prefix: string, seed: number): Record<string, Float32Array> {
  const random = createRandom(seed);
  return Object.fromEntries(
    [...flattenTree<ParameterSpec>(tree, prefix)].map(([name, spec]) => [
      name,
      initialValues({ ...spec, deviation: spec.deviation || 0.3 }, random),
    ]),
  );
}

/** The values without the prefix of their names. */
function paths(values: Record<string, Float32Array>, prefix: string): Map<string, Float32Array> {
  return new Map(Object.entries(values).map(([name, data]) => [name.slice(prefix.length + 1), data]));
}

describe('a new resolution', () => {
  const old = { ...drawn(model.generatorSpec(8), 'g', 1), ...drawn(model.discriminatorSpec(8), 'd', 2) };
  const fresh = { ...drawn(model.generatorSpec(16), 'g', 3), ...drawn(model.discriminatorSpec(16), 'd', 4) };
  const zeroBias = Object.fromEntries(
    ['g/toRGB/16/bias', 'd/fromRGB/16/bias', 'd/blocks/16/conv1/bias'].map(name => [
      name,
      new Float32Array(fresh[name]!.length), // as it starts
    ]),
  );
  const merged: Record<string, Float32Array> = { ...fresh, ...old, ...zeroBias };
  const of = (prefix: string) =>
    paths(Object.fromEntries(Object.entries(merged).filter(([name]) => name.startsWith(`${prefix}/`))), prefix);
  const grown = model.grownValues(16, of('g'), of('d'));
  for (const [path, values] of grown.generator) merged[`g/${path}`] = values;
  for (const [path, values] of grown.discriminator) merged[`d/${path}`] = values;
  const latents = ops.input('z', [2, 6]);
  const image = ops.input('image', [2, 3, 16, 16]);
  const feeds = { ...merged, z: normals(createRandom(5), 12), image: normals(createRandom(6), 2 * 3 * 256) };
  const faces = (resolution: number) => {
    const parameters = parameterInputs(model.generatorSpec(resolution), 'g');
    return model.generate(parameters, model.map(parameters, latents), { resolution });
  };
  const scores = (resolution: number, images: typeof image) =>
    model.criticise(parameterInputs(model.discriminatorSpec(resolution), 'd'), images);

  test('shows the previous one, enlarged', () => {
    const [now, before] = interpret([faces(16), bilinear2(faces(8))], feeds);
    expect(relativeError(now!, before!)).toBeLessThan(1e-12);
  });

  test('is judged as the previous one, reduced', () => {
    const [now, before] = interpret([scores(16, image), scores(8, ops.averagePool2(image))], feeds);
    expect(relativeError(now!, before!)).toBeLessThan(1e-5); // weights are float32
  });
});

test('wider networks begin with the images and scores of the narrower ones, and train from there', () => {
  const wide = ganModel({ ...architecture, fmapBase: 128 }); // 12, 12, 12, 12 channels in place of 12, 12, 8, 4
  const specs = (of: typeof model) =>
    new Map([
      ...flattenTree<ParameterSpec>(of.generatorSpec(16), 'g'),
      ...flattenTree<ParameterSpec>(of.discriminatorSpec(16), 'd'),
    ]);
  const values = { ...drawn(model.generatorSpec(16), 'g', 11), ...drawn(model.discriminatorSpec(16), 'd', 12) };
  const tensors = Object.fromEntries(
    [...specs(model)].map(([name, { shape }]) => [name, { shape, data: values[name]! }]),
  );
  const widenedTensors = widened(tensors, specs(wide), createRandom(13));
  const wideValues = Object.fromEntries(Object.entries(widenedTensors).map(([name, { data }]) => [name, data]));
  const feeds = { z: normals(createRandom(14), 24), image: normals(createRandom(15), 4 * 3 * 256) };
  const run = (of: typeof model, parameters: Record<string, Float32Array>) => {
    const generator = parameterInputs(of.generatorSpec(16), 'g');
    const images = of.generate(generator, of.map(generator, ops.input('z', [4, 6])));
    const scores = of.criticise(parameterInputs(of.discriminatorSpec(16), 'd'), ops.input('image', [4, 3, 16, 16]));
    return interpret([images, scores], { ...parameters, ...feeds });
  };
  const [images, scores] = run(model, values);
  const [wideImages, wideScores] = run(wide, wideValues);
  expect(relativeError(wideImages!, images!)).toBeLessThan(1e-6); // weights are float32
  expect(relativeError(wideScores!, scores!)).toBeLessThan(1e-6);
  // A new channel's input weights are drawn, and a weight on it moves the image: it can learn.
  const name = 'g/toRGB/16/weight'; // [3, channels, 1, 1]
  const channels = specs(wide).get(name)!.shape[1]!;
  const moved = wideValues[name]!.slice();
  moved[channels - 1] = 1;
  const [movedImages] = run(wide, { ...wideValues, [name]: moved });
  expect(relativeError(movedImages!, images!)).toBeGreaterThan(1e-3);
  const shapeOf = (path: string) => tensors[`g/${path}`]?.shape;
  expect(wide.widens(shapeOf)).toBe(true);
  // The minibatch's statistic is over the channels at 4×4, and a longer z is another face.
  expect(ganModel({ ...architecture, fmapMax: 16 }).widens(shapeOf)).toBe(false);
  expect(ganModel({ ...architecture, fmapBase: 128, latentSize: 8 }).widens(shapeOf)).toBe(false);
});

test('a row a layer: the same row for all is one latent, and a late layer leaves the coarse image as it is', () => {
  const parameters = parameterInputs(model.generatorSpec(16), 'g');
  const w = normals(createRandom(7), 6);
  const rows = repeatRows(w, 6, model.layers);
  const changed = rows.slice();
  changed.fill(0, (model.layers - 1) * 6); // the last convolution, at 16×16
  const one = model.generate(parameters, ops.input('w', [1, 6]));
  const many = model.generate(parameters, ops.input('rows', [1, model.layers, 6]));
  const values = { ...drawn(model.generatorSpec(16), 'g', 8), w };
  const [single] = interpret([one], values);
  const [repeated] = interpret([many], { ...values, rows });
  const [fine] = interpret([many], { ...values, rows: changed });
  expect(relativeError(repeated!, single!)).toBeLessThan(1e-12);
  expect(relativeError(fine!, single!)).toBeGreaterThan(1e-3);
});

test('a finished generator makes of u what the trained one made of w', async () => {
  const values = drawn(model.keptSpec(16), '', 9);
  const specs = flattenTree<ParameterSpec>(model.keptSpec(16));
  const weights: Weights = Object.fromEntries(
    [...specs].map(([path, { shape }]) => [path, { shape, data: values[path]! }]),
  );
  const device = cpuDevice(1);
  const finished = await finishStyleGenerator(device, architecture, weights, 20_000);
  expect(Object.keys(finished).sort()).toEqual([...flattenTree(model.finishedSpec()).keys()].sort());
  const runner = await generatorRunner(device, architecture, finished, 4);
  const z = normals(createRandom(10), 4 * 6);
  const images = await runner.generate(await runner.map(z));
  await runner.release();
  const parameters = parameterInputs(model.keptSpec(16), '');
  const expected = model.generate(parameters, model.map(parameters, ops.input('z', [4, 6])));
  const [trained] = interpret([expected], { ...values, z });
  expect(relativeError(images, trained!)).toBeLessThan(1e-4);
});
