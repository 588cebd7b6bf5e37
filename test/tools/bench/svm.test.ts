// The benchmark of the support vector machine counts passes to LIBLINEAR's objective, where LIBLINEAR is installed.
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { silentLog } from '../../../src/node/log/log.ts';
import { benchSvm } from '../../../tools/bench/svm.ts';

const context = { log: silentLog, signal: new AbortController().signal };
const kind = { name: 'little', count: 600, size: 12, noise: 0.3, margin: 0, offset: 0 };

test('alone it measures against the objective of its own end', async () => {
  const [result] = await benchSvm(undefined, 1, context, [kind]);
  expect(result).toMatchObject({ problem: 'little' });
  expect(result!.passes).toBeLessThanOrEqual(result!.passesToEnd);
  expect(result!.secondsToEnd).toBeGreaterThanOrEqual(result!.seconds);
  expect(result!.liblinear).toBeUndefined();
});

const installed = (() => {
  try {
    return execFileSync('sh', ['-c', 'command -v liblinear-train'], { encoding: 'utf8' }).trim() !== '';
  } catch {
    console.warn('skipped: LIBLINEAR in the benchmark, because liblinear-train is not installed');
    return false;
  }
})();

test.skipIf(!installed)('beside LIBLINEAR it reaches the same objective', async () => {
  const [result] = await benchSvm('liblinear-train', 1, context, [kind]);
  expect(result!.objectiveAtEnd / result!.liblinear!.objective).toBeCloseTo(1, 2);
  expect(result!.passes).toBeGreaterThan(0);
});

test('a program that is not LIBLINEAR is one line', async () => {
  const failed = benchSvm('no-such-program', 1, context, [kind]);
  await expect(failed).rejects.toThrow(/^--liblinear must be LIBLINEAR's program liblinear-train; no-such-program/);
});
