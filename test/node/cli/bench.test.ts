// The benchmark runs, counts and tells; what it measures is the machine's business.
import { expect, test } from 'vitest';
import { bench } from '../../../src/node/cli/bench.ts';
import { silentLog } from '../../../src/node/io/log.ts';

const context = { log: silentLog, signal: new AbortController().signal };

test('a case is told with its rate, its share inside ONNX Runtime and its operators', async () => {
  const summary = await bench.run(bench.options.parse({ case: 'inference-64', rounds: 2, threads: 1 }), context);
  const [result] = summary.results as Record<string, number | [string, number][]>[];
  expect(result).toMatchObject({ case: 'inference-64' });
  const { imagesPerSecond, millisecondsPerStep, inside, operators } = result as Record<string, number> & {
    operators: [string, number][];
  };
  expect(imagesPerSecond! * millisecondsPerStep!).toBeCloseTo(16_000, 3);
  expect(inside).toBeGreaterThan(0.5);
  expect(inside).toBeLessThanOrEqual(1);
  expect(operators.reduce((sum, [, share]) => sum + share, 0)).toBeCloseTo(1, 9);
  expect(bench.print!(summary)).toMatch(/^case .*images\/s/);
});

test('a step that threads share takes turns with the same step in one session', async () => {
  const summary = await bench.run(bench.options.parse({ case: 'style-64', rounds: 1, threads: 2 }), context);
  const [result] = summary.results as {
    imagesPerSecond: number;
    peakMB: number;
    inside: number;
    others: Record<string, { imagesPerSecond: number; ratio: number }>;
  }[];
  const { imagesPerSecond, peakMB, inside, others } = result!;
  expect(Object.keys(others)).toEqual(['oneSession']);
  const { imagesPerSecond: ofOne, ratio } = others.oneSession!;
  expect(ofOne * ratio).toBeCloseTo(imagesPerSecond, 6);
  expect(peakMB).toBeGreaterThan(100);
  expect(inside).toBeGreaterThan(0.5);
  expect(inside).toBeLessThanOrEqual(1);
  expect(bench.print!(summary)).toMatch(/^case .*one session, images\/s/);
});

test('a Python without PyTorch is one line', async () => {
  const config = bench.options.parse({ case: 'inference-64', rounds: 1, threads: 1, python: 'no-such-python' });
  await expect(bench.run(config, context)).rejects.toThrow(
    /^--python must be a Python that has PyTorch; no-such-python/,
  );
});
