// Gradients of every op, first and second order, against central differences in float64.
import { describe, expect, test } from 'vitest';
import { gradients } from '../../../src/core/graph/gradient.ts';
import { interpret } from '../../../src/core/graph/interpreter.ts';
import * as ops from '../../../src/core/graph/ops.ts';
import { opCases } from './cases.ts';
import { centralDifferences, randomInputs, relativeError, weightedSumWeights } from './helpers.ts';

describe('first order', () => {
  test.each(opCases)('$name', ({ shapes, build, domain }) => {
    const { inputs, feeds } = randomInputs(shapes, domain);
    const y = build(...inputs);
    const loss = ops.sum(ops.mul(y, ops.constant(weightedSumWeights(y.shape), y.shape)));
    const analytic = interpret(gradients(loss, inputs), feeds);
    inputs.forEach((_, index) => {
      const numeric = centralDifferences(loss, feeds, `x${index}`);
      expect(relativeError(analytic[index]!, numeric)).toBeLessThan(1e-7);
    });
  });
});

describe('second order', () => {
  // The squared norm of a gradient, as the penalties use it, differentiated once more.
  test.each(opCases)('$name', ({ shapes, build, domain }) => {
    const { inputs, feeds } = randomInputs(shapes, domain);
    const y = build(...inputs);
    const loss = ops.sum(ops.mul(ops.square(y), ops.constant(weightedSumWeights(y.shape), y.shape)));
    const penalty = gradients(loss, inputs)
      .map(g => ops.sum(ops.square(g)))
      .reduce((a, b) => ops.add(a, b));
    const analytic = interpret(gradients(penalty, inputs), feeds);
    inputs.forEach((_, index) => {
      const numeric = centralDifferences(penalty, feeds, `x${index}`);
      expect(relativeError(analytic[index]!, numeric)).toBeLessThan(1e-6);
    });
  });
});

test('the gradient is zero where the output does not depend on a tensor', () => {
  const { inputs, feeds } = randomInputs([[2], [3]]);
  const [gradient] = interpret(gradients(ops.sum(inputs[0]!), [inputs[1]!]), feeds);
  expect([...gradient!]).toEqual([0, 0, 0]);
});

test('a tensor used twice gathers both contributions', () => {
  const { inputs, feeds } = randomInputs([[3]]);
  const [x] = inputs as [(typeof inputs)[0]];
  const [gradient] = interpret(gradients(ops.add(ops.mul(x!, x!), x!), [x!]), feeds);
  expect(
    relativeError(
      gradient!,
      feeds.x0!.map(value => 2 * value + 1),
    ),
  ).toBeLessThan(1e-12);
});

test('softplus neither overflows nor vanishes', () => {
  const x = ops.input('x', [4]);
  const [y, g] = interpret([ops.softplus(x), gradients(ops.softplus(x), [x])[0]!], { x: [-800, -40, 40, 800] });
  expect([...y!]).toEqual([0, Math.exp(-40), 40, 800]);
  expect([...g!].every(Number.isFinite)).toBe(true);
});

describe('misuse is named', () => {
  const a = ops.input('a', [2, 3]);
  test.each([
    ['do not broadcast', () => ops.add(a, ops.input('b', [4]))],
    ['cannot be reshaped', () => ops.reshape(a, [4])],
    ['cannot be multiplied', () => ops.matmul(a, a)],
    ['is not one of shape', () => ops.sum(a, [2])],
    ['does not lie within', () => ops.slice(a, [0, 2], [2, 2])],
    ['does not permute', () => ops.transpose(a, [0, 0])],
    ['cannot be joined', () => ops.concat([a, ops.input('b', [3, 3])], 1)],
    ['does not fit images', () => ops.conv(ops.input('x', [1, 2, 4, 4]), ops.input('w', [1, 3, 3, 3]), 1)],
  ])('%s', (message, build) => {
    expect(build).toThrow(message);
  });
});
