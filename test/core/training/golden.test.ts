// The networks, losses and steps of every preset against PyTorch's, computed from the same specification.
import { describe, expect, test } from 'vitest';
import { interpret } from '../../../src/core/graph/interpreter.ts';
import type { ParameterSpec } from '../../../src/core/graph/tree.ts';
import { Program } from '../../../src/core/runtime/program.ts';
import { ganPresetNames } from '../../../src/core/training/gan/presets.ts';
import { emaName, ganStateSpecs } from '../../../src/core/training/gan/state.ts';
import {
  discriminatorStep,
  discriminatorTerms,
  generatorStep,
  generatorTerms,
  simultaneousStep,
} from '../../../src/core/training/gan/step.ts';
import { cpuDevice } from '../../../src/node/devices/device.ts';
import { feedsOf, type GoldenCase, optionsOf, readGolden, startingValues } from '../../helpers/golden.ts';
import { relativeError } from '../graph/helpers.ts';

const device = cpuDevice(1);
const ofGradients = readGolden('pggan-gradients', 'pggan-relativistic-gradients', 'style-gradients');
const ofSteps = readGolden('pggan-steps', 'pggan-relativistic-steps', 'style-steps');

function startingState(golden: GoldenCase): Record<string, Float64Array> {
  const { architecture, resolution, adam } = optionsOf(golden);
  const { generator, statistics, discriminator, optimisers } = ganStateSpecs(architecture, resolution, adam);
  const values = (specs: Iterable<[string, ParameterSpec]>) =>
    [...specs].map(([name, spec]) => [name, startingValues(name, spec, golden.biases)] as const);
  const ofGenerator = values([...generator, ...statistics]);
  const averages = ofGenerator.map(([name, start]) => [emaName(name), start] as const);
  return Object.fromEntries([...ofGenerator, ...averages, ...values(discriminator), ...values(optimisers)]);
}

test('every preset is held against the reference', () => {
  for (const { cases } of [ofGradients, ofSteps]) {
    expect(new Set(cases.flatMap(({ presets }) => presets))).toEqual(new Set(ganPresetNames));
  }
});

test('every resolution of PGGAN from 4 to 256 is held against the reference, stable and fading, with both ends of a fade', () => {
  const ofPggan = ofGradients.cases.filter(golden => optionsOf(golden).architecture.kind !== 'style');
  const phases = ofPggan.map(({ resolution, alpha }) => `${resolution}${alpha === null ? '' : ', fading'}`);
  const grown = [8, 16, 32, 64, 128, 256].flatMap(resolution => [`${resolution}`, `${resolution}, fading`]);
  expect(new Set(phases)).toEqual(new Set(['4', ...grown]));
  expect(new Set(ofPggan.map(({ alpha }) => alpha))).toEqual(new Set([null, 0, 0.3, 0.7, 1]));
});

test('every resolution of the style networks from 4 to 128 is, with and without a minibatch statistic', () => {
  const kinds = ofGradients.cases.flatMap(golden => {
    const { architecture, resolution } = optionsOf(golden);
    return architecture.kind === 'style' ? [`${resolution}, ${architecture.minibatchStatistic}`] : [];
  });
  const wanted = [4, 8, 16, 32, 64, 128].flatMap(side => [`${side}, stddev`, `${side}, none`]);
  expect(new Set(kinds)).toEqual(new Set(wanted));
});

describe('losses and gradients in float32, by ONNX Runtime', () => {
  test.each(ofGradients.cases.map(golden => [golden.name, golden] as const))('%s', async (name, golden) => {
    const options = optionsOf(golden);
    const critic = discriminatorTerms(options, true);
    const maker = generatorTerms(options);
    const named = (kind: string, { parameters, gradients }: typeof critic) =>
      [...parameters.keys()].map((parameter, at) => [`${kind}Gradient/${parameter}`, gradients[at]!] as const);
    const images = ofGradients.names.includes(`${name}/images`) ? { images: maker.images } : {};
    const program = await Program.compile(device, {
      outputs: {
        dLoss: critic.loss,
        ...critic.metrics,
        gLoss: maker.loss,
        ...images,
        ...Object.fromEntries([...named('d', critic), ...named('g', maker)]),
      },
    });
    const all = { ...startingState(golden), ...feedsOf(golden) };
    const feeds = Object.fromEntries(Object.entries(all).map(([key, data]) => [key, Float32Array.from(data)]));
    const results = await program.run(feeds);
    await program.release();
    const expected = ofGradients.names.filter(tensor => tensor.startsWith(`${name}/`));
    expect(expected.map(tensor => tensor.slice(name.length + 1)).sort()).toEqual(Object.keys(results).sort());
    // PGGAN's gradients of one loss all together: some single ones are sums that cancel, where float32 has few digits
    // left. The style networks' each by itself: those of the mapping are so small that they would vanish among the rest.
    const apart = options.architecture.kind === 'style';
    const together: Record<string, [number[], number[]]> = {};
    for (const tensor of expected) {
      const key = tensor.slice(name.length + 1);
      const kind = apart ? key : key.split('/')[0]!;
      together[kind] ??= [[], []];
      together[kind][0].push(...results[key]!);
      together[kind][1].push(...ofGradients.values(tensor));
    }
    const errors = Object.fromEntries(Object.entries(together).map(([kind, [a, b]]) => [kind, relativeError(a, b)]));
    for (const [kind, error] of Object.entries(errors)) expect(error, kind).toBeLessThan(1e-4);
  });
});

describe('gradients in float64, by the interpreter', () => {
  const small = ofGradients.cases.filter(({ resolution }) => resolution <= 8);
  test.each(small.map(golden => [golden.name, golden] as const))('%s', (name, golden) => {
    const options = optionsOf(golden);
    const feeds = { ...startingState(golden), ...feedsOf(golden) };
    for (const [kind, terms] of [
      ['d', discriminatorTerms(options, true)],
      ['g', generatorTerms(options)],
    ] as const) {
      const results = interpret(terms.gradients, feeds);
      [...terms.parameters.keys()].forEach((parameter, at) => {
        // As exact as the float32 that they are stored in.
        const expected = ofGradients.values(`${name}/${kind}Gradient/${parameter}`);
        expect(relativeError(results[at]!, expected), parameter).toBeLessThan(1e-6);
      });
    }
  });
});

describe('three whole steps in float64, by the interpreter', () => {
  test.each(ofSteps.cases.map(golden => [golden.name, golden] as const))(
    '%s',
    (name, golden) => {
      const options = optionsOf(golden);
      const state: Record<string, Float64Array> = startingState(golden);
      const scalars = { learningRate: Float64Array.of(options.rate), emaDecay: Float64Array.of(golden.emaDecay) };
      const run = ({ outputs = {}, updates = {} }: ReturnType<typeof generatorStep>, feeds: object) => {
        const all = { ...outputs, ...updates };
        const values = interpret(Object.values(all), { ...state, ...scalars, ...feeds });
        const results = Object.fromEntries(Object.keys(all).map((key, at) => [key, values[at]!]));
        for (const key of Object.keys(updates)) state[key] = results[key]!;
        return results;
      };
      for (let k = 0; k < golden.steps; k++) {
        const penalise = golden.penalised.includes(k);
        const step = golden.simultaneous ? simultaneousStep(options, penalise) : discriminatorStep(options, penalise);
        const found = run(step, feedsOf(golden, `:${k}`));
        if (!golden.simultaneous) {
          Object.assign(found, run(generatorStep(options), feedsOf(golden, `:g${k}`)));
        }
        expect(relativeError(found.discriminatorLoss!, ofSteps.values(`${name}/dLoss/${k}`))).toBeLessThan(1e-9);
        expect(relativeError(found.generatorLoss!, ofSteps.values(`${name}/gLoss/${k}`))).toBeLessThan(1e-9);
      }
      const expected = ofSteps.names.filter(tensor => tensor.startsWith(`${name}/state/`));
      expect(expected.map(tensor => tensor.slice(`${name}/state/`.length)).sort()).toEqual(Object.keys(state).sort());
      for (const tensor of expected) {
        const key = tensor.slice(`${name}/state/`.length);
        expect(relativeError(state[key]!, ofSteps.values(tensor)), key).toBeLessThan(1e-9);
      }
    },
    120_000,
  );
});
