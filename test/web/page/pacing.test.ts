// The latest wish wins: never two at once, none after the last is done, and the last is always done.
import { afterEach, expect, test, vi } from 'vitest';
import { latestWins, throttled } from '../../../src/web/page/actions/session/pacing.ts';

afterEach(() => vi.useRealTimers());

test('wishes that come while one is worked on replace each other', async () => {
  const begun: number[] = [];
  let finish = () => {};
  const wish = latestWins<number>(value => {
    begun.push(value);
    return new Promise(done => {
      finish = done;
    });
  });
  const settle = () => new Promise(done => setTimeout(done));
  wish(1);
  wish(2);
  wish(3);
  expect(begun).toEqual([1]);
  finish();
  await settle();
  expect(begun).toEqual([1, 3]);
  finish();
  await settle();
  wish(4);
  expect(begun).toEqual([1, 3, 4]);
});

test('a few may follow each other at once, and then one at a time; the last is never lost', () => {
  vi.useFakeTimers();
  const done: number[] = [];
  const write = throttled<number>(350, value => done.push(value), 3);
  for (const value of [1, 2, 3, 4, 5]) write(value);
  expect(done).toEqual([1, 2, 3]);
  vi.advanceTimersByTime(349);
  expect(done).toHaveLength(3);
  vi.advanceTimersByTime(1);
  expect(done).toEqual([1, 2, 3, 5]);
  for (let value = 6; value < 1000; value++) {
    write(value);
    vi.advanceTimersByTime(10);
  }
  vi.advanceTimersByTime(350);
  expect(done.length).toBeLessThanOrEqual(4 + 9940 / 350 + 1); // no faster in the long run
  expect(done.at(-1)).toBe(999);
});
