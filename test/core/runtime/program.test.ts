// Compiled graphs against the interpreter: every op and its gradients, in Node's runtime and in the browser's.
import { afterAll, describe, expect, test } from 'vitest';
import { compileGraph } from '../../../src/core/graph/compile.ts';
import { gradients } from '../../../src/core/graph/gradient.ts';
import { interpret } from '../../../src/core/graph/interpreter.ts';
import { decodeOnnx } from '../../../src/core/graph/onnx-format.ts';
import { blockedDomain } from '../../../src/core/graph/ops/conv.ts';
import * as ops from '../../../src/core/graph/ops.ts';
import type { Target } from '../../../src/core/graph/target.ts';
import type { Shape, Tensor } from '../../../src/core/graph/tensor.ts';
import type { Device } from '../../../src/core/runtime/device.ts';
import { Program } from '../../../src/core/runtime/program.ts';
import { StateStore } from '../../../src/core/runtime/state.ts';
import { cpuDevice } from '../../../src/node/devices/device.ts';
import { wasmDevice } from '../../../src/web/worker/device.ts';
import { opCases } from '../graph/cases.ts';
import { randomInputs, relativeError } from '../graph/helpers.ts';

const cpu = cpuDevice(1);
const compiledFor = (name: string, trainingTarget: Target): Device => ({ ...cpu, name, trainingTarget });
const plain = compiledFor('cpu, without fused products', { fusedMatMul: false });
const asWebgpu = compiledFor('cpu, with graphs for WebGPU', { fusedMatMul: false, webgpu: true });

/** The op, the gradients of the sum of its squares and the gradients of their penalty: second order included. */
function outputsOf({ shapes, build, domain }: (typeof opCases)[number]) {
  const { inputs, feeds } = randomInputs(shapes, domain);
  const y = build(...inputs);
  const first = gradients(ops.sum(ops.square(y)), inputs);
  const second = gradients(
    first.map(g => ops.sum(ops.square(g))).reduce((a, b) => ops.add(a, b)),
    inputs,
  );
  const outputs = Object.fromEntries([y, ...first, ...second].map((tensor, index) => [`y${index}`, tensor]));
  return { outputs, feeds };
}

async function expectAgreement(device: Device, opCase: (typeof opCases)[number]): Promise<void> {
  const { outputs, feeds } = outputsOf(opCase);
  const expected = interpret(Object.values(outputs), feeds);
  const program = await Program.compile(device, { outputs });
  const floats = Object.fromEntries(Object.entries(feeds).map(([name, values]) => [name, Float32Array.from(values)]));
  const results = await program.run(floats);
  Object.keys(outputs).forEach((name, index) => {
    expect(results[name]!.length).toBe(expected[index]!.length);
    expect(relativeError(results[name]!, expected[index]!)).toBeLessThan(1e-5);
  });
  await program.release();
}

describe.each([cpu, plain, asWebgpu, wasmDevice(1)])('$name agrees with the interpreter', device => {
  test.each(opCases)('$name', opCase => expectAgreement(device, opCase));
});

describe('convolutions of blocked images', () => {
  type OpCase = (typeof opCases)[number];
  const plainConv = (name: string, image: Shape, kernel: Shape, padding: number): OpCase => ({
    name,
    shapes: [image, kernel],
    build: (x, w) => ops.conv(x!, w!, padding),
  });
  // 16, 32 and 48 channels are whole blocks of every processor's, 24 only of some.
  test.each<OpCase>([
    plainConv('3×3 of 24 channels', [2, 24, 3, 4], [16, 24, 3, 3], 1),
    plainConv('of 16 images, whose weight gradient is made in three parts', [16, 16, 2, 3], [16, 16, 2, 2], 1),
    plainConv('1×1', [1, 48, 3, 3], [32, 48, 1, 1], 0),
    plainConv('4×4 with all the padding that shows anything', [3, 16, 4, 4], [16, 16, 4, 4], 3),
    {
      name: '3×3 with bias',
      shapes: [[2, 16, 5, 3], [48, 16, 3, 3], [48]],
      build: (x, w, b) => ops.conv(x!, w!, 1, b!),
    },
    {
      name: 'of an enlarged image',
      shapes: [[2, 16, 3, 2], [16, 16, 3, 3], [16]],
      build: (x, w, b) => ops.upsampledConv(x!, w!, b),
    },
  ])('agree with the interpreter: $name', opCase => expectAgreement(cpu, opCase));

  const convolution = (channels: number, outputs: number) =>
    ops.conv(ops.input('x', [1, channels, 4, 4]), ops.input('w', [outputs, channels, 3, 3]), 1);
  const domainsOf = (y: Tensor, blockedConvolutions: boolean) => {
    const { graph, opsetImport } = decodeOnnx(compileGraph({ y }, { ...cpu.target, blockedConvolutions })) as {
      graph: { node: { opType: string; domain?: string }[] };
      opsetImport: { domain: string }[];
    };
    const domain = graph.node.find(({ opType }) => opType === 'Conv')!.domain;
    return { blocked: domain === blockedDomain, told: opsetImport.some(each => each.domain === blockedDomain) };
  };

  test('take whole blocks of channels only, and for training alone', () => {
    const [blocked, plain] = [
      { blocked: true, told: true },
      { blocked: false, told: false },
    ];
    expect(domainsOf(convolution(16, 32), true)).toEqual(blocked);
    expect(domainsOf(convolution(16, 32), false)).toEqual(plain);
    expect(domainsOf(convolution(24, 32), true)).toEqual(plain);
    expect(domainsOf(convolution(16, 3), true)).toEqual(plain);
    expect(cpu.target).not.toHaveProperty('blockedConvolutions');
    expect(cpu.trainingTarget?.blockedConvolutions).toBe(process.arch === 'x64' ? true : undefined);
  });
});

describe('compiled graphs', () => {
  const x = ops.input('x', [2, 3]);

  test('shared sub-expressions are emitted once, dead ones never', () => {
    const once = ops.exp(ops.mul(x, 2));
    const again = ops.exp(ops.mul(x, 2));
    ops.tanh(x);
    const bytes = compileGraph({ y: ops.add(once, again) }, cpu.target);
    const graph = decodeOnnx(bytes).graph as { node: { opType: string }[] };
    expect(graph.node.map(node => node.opType)).toEqual(['Mul', 'Exp', 'Add']);
  });

  test('so are those with a constant that a lowering makes, such as the matrix of a pooling', () => {
    const images = ops.input('images', [1, 1, 64, 64]);
    const kernel = ops.input('kernel', [2, 2, 3, 3]);
    const twice = (make: () => Tensor) => ops.add(make(), make());
    const [pooled, turned] = [twice(() => ops.averagePool2(images)), twice(() => ops.flipKernel(kernel))];
    const { graph } = decodeOnnx(compileGraph({ pooled, turned }, cpu.target)) as {
      graph: { node: { opType: string }[] };
    };
    expect(graph.node.filter(({ opType }) => opType === 'MatMul')).toHaveLength(2);
  });

  test('decode to what was written', () => {
    const bytes = compileGraph({ y: ops.leakyRelu(x, 0.25) }, cpu.target);
    expect(decodeOnnx(bytes)).toMatchObject({
      irVersion: 10,
      opsetImport: [
        { domain: '', version: 21 },
        { domain: 'com.microsoft', version: 1 },
      ],
      graph: {
        node: [{ opType: 'LeakyRelu', input: ['x'], output: ['y'], attribute: [{ name: 'alpha', f: 0.25, type: 1 }] }],
        input: [
          { name: 'x', type: { tensorType: { elemType: 1, shape: { dim: [{ dimValue: 2 }, { dimValue: 3 }] } } } },
        ],
      },
    });
  });

  test('an input, a constant and one result under two names can all be outputs', async () => {
    const y = ops.exp(x);
    const program = await Program.compile(cpu, { outputs: { same: x, constant: ops.scalar(2), y, again: y } });
    const results = await program.run({ x: new Float32Array(6) });
    expect(Object.values(results).map(values => [...values])).toEqual([
      [0, 0, 0, 0, 0, 0],
      [2],
      [1, 1, 1, 1, 1, 1],
      [1, 1, 1, 1, 1, 1],
    ]);
    await program.release();
  });

  test('one name with two shapes is refused', () => {
    expect(() => compileGraph({ y: ops.add(ops.sum(x), ops.input('x', [])) }, cpu.target)).toThrow('two shapes');
  });
});

describe('state', () => {
  const state = new StateStore(cpu);
  const counter = ops.input('counter', [2]);
  const step = Program.compile(cpu, {
    outputs: { total: ops.sum(counter) },
    updates: { counter: ops.add(counter, ops.input('by', [])) },
  });
  afterAll(async () => (await step).release());

  test('is read, replaced and kept apart from what is being read', async () => {
    state.set('counter', [2], [1, 2]);
    const program = await step;
    expect((await program.run({ by: Float32Array.of(10) }, state)).total).toEqual(Float32Array.of(3));
    expect((await program.run({ by: Float32Array.of(1) }, state)).total).toEqual(Float32Array.of(23));
    expect([...state.values('counter')]).toEqual([12, 13]);
  });

  test('a missing input is named', async () => {
    await expect((await step).run({}, state)).rejects.toThrow('input by is neither fed nor in the state');
  });
});
