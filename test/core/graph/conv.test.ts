// Adjoint identities of the convolutions: ⟨conv(x, w), g⟩ = ⟨x, inputGradient⟩ = ⟨w, weightGradient⟩.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { interpret } from '../../../src/core/graph/interpreter.ts';
import * as ops from '../../../src/core/graph/ops.ts';
import type { Tensor } from '../../../src/core/graph/tensor.ts';
import { randomInputs, relativeError } from './helpers.ts';

const inner = (a: Tensor, b: Tensor) => ops.sum(ops.mul(a, b));

test('the two gradients are the adjoints of the convolution', () => {
  const size = fc.integer({ min: 1, max: 3 });
  const image = fc.integer({ min: 3, max: 7 });
  fc.assert(
    fc.property(size, size, size, image, image, size, fc.nat(2), fc.nat(999), (n, c, o, h, w, k, p, seed) => {
      const padding = Math.min(p, k - 1);
      const y = [n, o, h + 2 * padding - k + 1, w + 2 * padding - k + 1];
      const { inputs, feeds } = randomInputs([[n, c, h, w], [o, c, k, k], y], undefined, seed);
      const [x, kernel, g] = inputs as [Tensor, Tensor, Tensor];
      const [forward, byInput, byWeight] = interpret(
        [
          inner(ops.conv(x, kernel, padding), g),
          inner(x, ops.convInputGradient(g, kernel, padding)),
          inner(kernel, ops.convWeightGradient(x, g, [k, k], padding)),
        ],
        feeds,
      ).map(values => values[0]!);
      expect(byInput).toBeCloseTo(forward!, 9);
      expect(byWeight).toBeCloseTo(forward!, 9);
    }),
    { numRuns: 40 },
  );
});

test('the convolution of an enlarged image is that of its four phases', () => {
  const size = fc.integer({ min: 1, max: 4 });
  fc.assert(
    fc.property(size, size, size, size, size, fc.nat(999), (n, c, o, h, w, seed) => {
      const { inputs, feeds } = randomInputs([[n, c, h, w], [o, c, 3, 3], [o]], undefined, seed);
      const [x, kernel, bias] = inputs as [Tensor, Tensor, Tensor];
      const [plain, phases] = interpret(
        [ops.conv(ops.upsample2(x), kernel, 1, bias), ops.upsampledConv(x, kernel, bias)],
        feeds,
      );
      expect(relativeError(phases!, plain!)).toBeLessThan(1e-12);
    }),
    { numRuns: 30 },
  );
});

test('the gradient of a kernel turned round is that with the factors exchanged', () => {
  for (const padding of [0, 1, 2]) {
    const side = 5 + 2 * padding - 2;
    const { inputs, feeds } = randomInputs(
      [
        [2, 3, 5, 5],
        [2, 4, side, side],
      ],
      undefined,
      padding,
    );
    const [x, g] = inputs as [Tensor, Tensor];
    const kernel = ops.convWeightGradient(x, g, [3, 3], padding);
    const turned = ops.flipKernel(kernel);
    expect(turned).toStrictEqual(ops.convWeightGradient(g, x, [3, 3], 2 - padding));
    const [plain, exchanged] = interpret([kernel, turned], feeds);
    const byHand = Float64Array.from({ length: 3 * 4 * 9 }, (_, at) => {
      const [c, o, tap] = [Math.floor(at / 36), Math.floor(at / 9) % 4, at % 9];
      return plain![(o * 3 + c) * 9 + 8 - tap]!;
    });
    expect(relativeError(exchanged!, byHand)).toBeLessThan(1e-12);
  }
});
