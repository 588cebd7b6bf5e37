// The update in shared memory against its definition in single precision, to the last bit.
import { describe, expect, test } from 'vitest';
import { createRandom, normals } from '../../../src/core/math/random.ts';
import { type FlatLayout, type FlatState, flatState, flatUpdate } from '../../../src/core/nn/flat-adam.ts';

type Rows = Omit<FlatState, 'memory'>;

/** All that is read of a state: averages only where they follow. */
function rowsOf({ parameters, variance, mean, averages, gradients, averagedFrom }: Rows): Float32Array[] {
  const followed = averages.map(row => row.subarray(averagedFrom));
  return [parameters, variance, ...(mean === undefined ? [] : [mean]), ...followed, ...gradients];
}

/** A state of random numbers; a variance is never negative. */
function filled(layout: FlatLayout): FlatState {
  const state = flatState(layout);
  const random = createRandom(layout.size);
  for (const row of rowsOf(state)) row.set(normals(random, row.length));
  for (const [i, value] of state.variance.entries()) state.variance[i] = value * value;
  return state;
}

const one = Math.fround;

/** Each operation is rounded to single precision, as four of them at once are. @returns the rows after the step. */
function defined(
  state: FlatState,
  { step, learningRate, decays, ...betas }: Parameters<ReturnType<typeof flatUpdate>>[0],
) {
  const copy = (row: Float32Array) => Float32Array.from(row);
  const [averages, gradients] = [state.averages.map(copy), state.gradients.map(copy)];
  const [parameters, variance, mean] = [copy(state.parameters), copy(state.variance), state.mean && copy(state.mean)];
  const { averagedFrom } = state;
  const rootCorrection2 = Math.sqrt(1 - betas.beta2 ** step);
  const rate = one((learningRate * rootCorrection2) / (1 - betas.beta1 ** step));
  const floor = one(rootCorrection2 * 1e-8);
  const [beta1, gain1] = [one(betas.beta1), one(1 - betas.beta1)];
  const [beta2, gain2] = [one(betas.beta2), one(1 - betas.beta2)];
  for (let i = 0; i < parameters.length; i++) {
    const sum = gradients.reduce((partial, gradient) => one(partial + gradient[i]!), 0);
    let slope = one(sum * one(1 / gradients.length));
    variance[i] = one(variance[i]! * beta2) + one(one(slope * slope) * gain2);
    if (mean !== undefined) {
      mean[i] = one(mean[i]! * beta1) + one(slope * gain1);
      slope = mean[i]!;
    }
    parameters[i] = parameters[i]! - one(one(slope / one(one(Math.sqrt(variance[i]!)) + floor)) * rate);
  }
  for (const [k, average] of averages.entries()) {
    for (let i = averagedFrom; i < parameters.length; i++) {
      const value = parameters[i]!;
      average[i] = value + one(one(average[i]! - value) * one(decays[k]!));
    }
  }
  return rowsOf({ parameters, variance, mean, averages, gradients, averagedFrom });
}

describe.each([
  ['one share', { beta1: 0, shareCount: 1 }],
  ['three shares', { beta1: 0, shareCount: 3 }],
  ['two shares and a mean', { beta1: 0.5, shareCount: 2 }],
])('%s', (_, given) => {
  test.each([
    [1000, 400],
    [1003, 401],
    [5, 2],
    [3, 0],
  ])('%i parameters, averaged from %i on, come to what is defined, in any number of parts', (size, averagedFrom) => {
    const update = { step: 3, learningRate: 0.002, beta1: given.beta1, beta2: 0.99, decays: [0.9, 0.99] };
    for (const parts of [1, 2, 3, 16]) {
      const state = filled({ size, averagedFrom, averageCount: 2, ...given });
      const expected = defined(state, update);
      const step = flatUpdate(state);
      expect(rowsOf(state)).not.toEqual(expected);
      for (let part = 0; part < parts; part++) step(update, part, parts);
      expect(rowsOf(state)).toEqual(expected);
    }
  });
});

test('more than 4 GiB is refused with a word about threads', () => {
  const layout = { size: 50e6, averagedFrom: 0, beta1: 0, averageCount: 1, shareCount: 64 };
  expect(() => flatState(layout)).toThrow('with 64 threads they take 13. Use fewer threads');
  // The end of the last gradient must have an address too.
  expect(() => flatState({ ...layout, size: 2 ** 28 - 2 ** 20, shareCount: 1 })).toThrow('Use fewer threads');
});
