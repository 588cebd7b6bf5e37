// Suggested locks that would leave nothing of the change are taken back, the least useful first.
import { expect, test } from 'vitest';
import { leavingChange } from '../../../src/core/calibration/leaving-change.ts';

const locks = ['a', 'b', 'c', 'd', 'e', 'f'];
/** An attribute that is seen in a share of the faces that falls with every lock. */
const falling = (from: number, each: number) => async (some: readonly string[]) => {
  return { appears: from - each * some.length, range: some.length };
};

test('locks that leave the change to be seen stay', async () => {
  expect(await leavingChange(locks, falling(0.9, 0.05))).toEqual({ locks, appears: 0.9 - 0.05 * 6, range: 6 });
  expect(await leavingChange([], falling(0.2, 0))).toEqual({ locks: [], appears: 0.2, range: 0 });
});

test('as many of the first stay as leave it to be seen', async () => {
  expect((await leavingChange(locks, falling(0.9, 0.1))).locks).toEqual(['a', 'b', 'c']);
  expect((await leavingChange(locks, falling(0.9, 0.25))).locks).toEqual(['a']);
  expect(await leavingChange(locks, falling(0.7, 0.25))).toEqual({ locks: [], appears: 0.7, range: 0 });
});

test('where the change is not seen without locks either, they stay, and nothing else is tried', async () => {
  const asked: number[] = [];
  const found = await leavingChange(locks, async some => {
    asked.push(some.length);
    return { appears: 0.5 };
  });
  expect(found).toEqual({ locks, appears: 0.5 });
  expect(asked).toEqual([6, 0]);
});
