// The WebAssembly kernel against its definition in plain JavaScript, to the last bit.
import { describe, expect, test } from 'vitest';
import { fitSvm } from '../../../../src/core/directions/fit/svm.ts';
import { plainKernel, wasmKernel } from '../../../../src/core/directions/fit/svm-kernel.ts';
import { createRandom, normals } from '../../../../src/core/math/random.ts';
import { everyRow, plant } from './planted.ts';

describe.each([1, 7, 8, 9, 128, 200])('rows of %i', size => {
  const random = createRandom(size);
  const features = normals(random, 50 * size);
  const rows = Uint32Array.of(49, 0, 7, 7, 20);

  test('give the same products and the same sums', () => {
    const kernels = [plainKernel(features, size, rows), wasmKernel(features, size, rows)] as const;
    for (const kernel of kernels) {
      for (let i = 0; i < rows.length; i++) kernel.add(i, (i + 1) / 3);
    }
    const [plain, wasm] = kernels;
    expect(plain.weights.some(weight => weight !== 0)).toBe(true);
    expect([...wasm.weights]).toEqual([...plain.weights]);
    expect([...rows.keys()].map(wasm.dot)).toEqual([...rows.keys()].map(plain.dot));
  });
});

test('a fit is the same to the last bit, also after a larger one and a smaller one in the same memory', () => {
  for (const [count, size] of [
    [400, 20],
    [3000, 33],
    [100, 5],
  ] as const) {
    const { latents, labels } = plant(count, count, size, 0.1);
    const fits = [plainKernel, wasmKernel].map(makeKernel =>
      fitSvm(latents, size, everyRow(labels), createRandom(1), { maxIterations: 50 }, { makeKernel }),
    );
    expect(fits[1]).toEqual(fits[0]);
  }
});
