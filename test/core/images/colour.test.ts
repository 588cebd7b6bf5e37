// Chromaticity: the report's equations, black and what lies outside included, the same in graphs, ONNX and bytes.
import { expect, test } from 'vitest';
import { interpret } from '../../../src/core/graph/interpreter.ts';
import * as ops from '../../../src/core/graph/ops.ts';
import { chromaticity, chromaticityOfBytes } from '../../../src/core/images/colour.ts';
import { normalisedBatch, withNormalisation } from '../../../src/core/images/image-set.ts';
import { createRandom } from '../../../src/core/math/random.ts';
import { Program } from '../../../src/core/runtime/program.ts';
import { cpuDevice } from '../../../src/node/devices/device.ts';

const scaled = (bytes: readonly number[]) => bytes.map(byte => byte / 127.5 - 1);
const of = (values: readonly number[], shape: readonly number[]) =>
  interpret([chromaticity(ops.constant(values, shape))], {})[0]!;

function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(found.length).toBe(expected.length);
  expect(Math.max(...Array.from(found, (value, at) => Math.abs(value - expected[at]!)))).toBeLessThan(tolerance);
}

test("is each colour's share of their sum, mapped to [-1, 1]", () => {
  const [r, g, b] = [200, 100, 20];
  const expected = [r, g, b].map(colour => (2 * colour) / (r + g + b) - 1);
  expectClose(of(scaled([r, g, b]), [1, 3, 1, 1]), expected, 1e-12);
});

test('does not know brightness; black and every grey are a third of each colour', () => {
  for (const grey of [0, 1, 128, 255]) {
    for (const value of of(scaled([grey, grey, grey]), [1, 3, 1, 1])) expect(value).toBeCloseTo(-1 / 3, 12);
  }
  const [dark, bright] = [of(scaled([20, 10, 5]), [1, 3, 1, 1]), of(scaled([200, 100, 50]), [1, 3, 1, 1])];
  expectClose(dark, bright, 1e-12);
});

test('of itself is itself, and of what lies outside [-1, 1] is that of its end', () => {
  const random = createRandom(3);
  const values = Array.from({ length: 2 * 3 * 4 }, () => 3 * random.uniform() - 1.5);
  const once = of(values, [2, 3, 2, 2]);
  expectClose(of([...once], [2, 3, 2, 2]), once, 1e-12);
  const clipped = of(
    values.map(value => Math.min(1, Math.max(-1, value))),
    [2, 3, 2, 2],
  );
  expect(once).toEqual(clipped);
  expect(once.every(value => value >= -1 && value <= 1)).toBe(true);
});

test('compiled it is the same, and so are bytes within their rounding', async () => {
  const random = createRandom(4);
  const pixels = Uint8Array.from({ length: 2 * 3 * 16 }, () => random.integer(3) * random.integer(100));
  const images = { resolution: 4, count: 2, pixels };
  const input = normalisedBatch(images, [0, 1], () => false);
  const exact = of([...input], [2, 3, 4, 4]);
  const program = await Program.compile(cpuDevice(1), { outputs: { y: chromaticity(ops.input('x', [2, 3, 4, 4])) } });
  const { y } = await program.run({ x: input });
  await program.release();
  expectClose(y!, exact, 1e-5);
  const rounded = normalisedBatch(withNormalisation(images, 'chromaticity'), [0, 1], () => false);
  expectClose(rounded, exact, 0.5 / 127.5 + 1e-6);
  expect(withNormalisation(images, 'range')).toBe(images);
  expect(chromaticityOfBytes(Uint8Array.of(0, 0, 0), 1)).toEqual(Uint8Array.of(85, 85, 85));
});
