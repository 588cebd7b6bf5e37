// The latest wish wins: never two at once, none after the last is done, and the last is always done.
import { expect, test } from 'vitest';
import { latestWins } from '../../../src/web/page/actions/session/pacing.ts';

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
