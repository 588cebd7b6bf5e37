// The benchmark runs, counts and reports; the figures themselves are the machine's business.
import { expect, test } from 'vitest';
import { ganPresets } from '../../../src/core/training/gan/presets.ts';
import { silentLog } from '../../../src/node/log/log.ts';
import { bench, measure } from '../../../tools/bench/bench.ts';
import { benchCases, sharesOf } from '../../../tools/bench/cases.ts';

const context = { log: silentLog, signal: new AbortController().signal };

test('a case is reported with its rate, its share inside ONNX Runtime and its operators', async () => {
  const summary = await bench.run(bench.options.parse({ case: 'inference-64', rounds: 2, threads: 1 }), context);
  if (!('results' in summary)) throw new Error('the case is none of SVMs');
  const [result] = summary.results;
  expect(result).toMatchObject({ case: 'inference-64' });
  const { imagesPerSecond, millisecondsPerStep, inside, operators } = result!;
  expect(imagesPerSecond * millisecondsPerStep).toBeCloseTo(16_000, 3);
  expect(inside).toBeGreaterThan(0.5);
  expect(inside).toBeLessThanOrEqual(1);
  expect(operators.reduce((sum, [, share]) => sum + share, 0)).toBeCloseTo(1, 9);
  expect(bench.print!(summary)).toMatch(/^case .*images\/s/);
});

test('a step that threads share takes turns with the same step in one session', async () => {
  const settings = { ...ganPresets.style, fmapBase: 32, fmapMax: 8, latentSize: 8 };
  const config = { rounds: 3, threads: 2, device: 'cpu' } as const;
  const result = await measure('small', { mode: 'train', resolution: 8, settings }, config, context.signal);
  const { imagesPerSecond, millisecondsPerStep, peakMB, inside, others } = result;
  expect(imagesPerSecond * millisecondsPerStep).toBeCloseTo(1000 * settings.minibatch, 3);
  expect(peakMB).toBeGreaterThan(50);
  expect(inside).toBeGreaterThan(0);
  expect(inside).toBeLessThanOrEqual(1);
  expect(Object.keys(others)).toEqual(['oneSession']);
  expect(others.oneSession!.ratio).toBeGreaterThan(0);
  expect(bench.print!({ results: [result] })).toMatch(/^case .*one session, images\/s/);
});

test('only as many share a minibatch as leave whole groups of it together', () => {
  const shares = (name: keyof typeof benchCases, threads: number) =>
    sharesOf(benchCases[name], { device: 'cpu', threads });
  expect([1, 2, 3, 4, 8].map(threads => shares('style-64', threads))).toEqual([1, 2, 2, 2, 2]);
  expect(shares('inference-64', 1)).toBeUndefined();
  expect(shares('logistic-64', 1)).toBeUndefined();
});

test('a Python without PyTorch is one line', async () => {
  const config = bench.options.parse({ case: 'inference-64', rounds: 1, threads: 1, python: 'no-such-python' });
  await expect(bench.run(config, context)).rejects.toThrow(
    /^--python must be a Python that has PyTorch; no-such-python/,
  );
});
