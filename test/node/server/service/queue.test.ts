// The bounded queue: order, refusal when full, and places that come free again whatever happens to their requests.
import { expect, test } from 'vitest';
import { Refusal } from '../../../../src/node/server/service/problem.ts';
import { BoundedQueue } from '../../../../src/node/server/service/queue.ts';

const patient = new AbortController().signal;

/** Work that ends when it is told to. */
function work() {
  let end: () => void = () => {};
  let begun = false;
  const promise = new Promise<void>(resolve => {
    end = resolve;
  });
  return {
    run: async () => {
      begun = true;
      await promise;
    },
    end: () => end(),
    hasBegun: () => begun,
  };
}

/** Lets all that is ready go on. */
const settle = () => new Promise(resolve => setImmediate(resolve));

test('work begins in the order in which it came, as many at a time as there are places', async () => {
  const queue = new BoundedQueue(2, 2);
  const all = [work(), work(), work(), work()];
  const done = all.map(({ run }) => queue.run(run, patient));
  await settle();
  expect(all.map(each => each.hasBegun())).toEqual([true, true, false, false]);
  expect(queue.state).toEqual({ running: 2, waiting: 2 });
  all[1]!.end();
  await settle();
  expect(all.map(each => each.hasBegun())).toEqual([true, true, true, false]);
  for (const each of all) each.end();
  await Promise.all(done);
  expect(queue.state).toEqual({ running: 0, waiting: 0 });
});

test('a full queue refuses at once, and says when to come again', async () => {
  const queue = new BoundedQueue(1, 1);
  const first = work();
  const done = [queue.run(first.run, patient), queue.run(async () => {}, patient)];
  const refusal = await queue.run(async () => {}, patient).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(Refusal);
  expect(refusal).toMatchObject({ status: 503, headers: { 'Retry-After': '1' } });
  first.end();
  await Promise.all(done);
  await queue.run(async () => {}, patient); // there is room again
});

test('a request that leaves frees its place in the queue; one that has begun keeps its thread until it ends', async () => {
  const queue = new BoundedQueue(1, 1);
  const first = work();
  const [leaving, going] = [new AbortController(), new AbortController()];
  const running = queue.run(first.run, leaving.signal);
  const waiting = queue.run(async () => {}, going.signal);
  going.abort(new Error('gone'));
  await expect(waiting).rejects.toThrow('gone');
  expect(queue.state).toEqual({ running: 1, waiting: 0 });
  leaving.abort();
  await settle();
  expect(queue.state.running).toBe(1);
  first.end();
  await running;
  expect(queue.state.running).toBe(0);
  await expect(queue.run(async () => {}, going.signal)).rejects.toThrow('gone');
});

test('work that fails hands its place on', async () => {
  const queue = new BoundedQueue(1, 1);
  const failing = queue.run(async () => {
    await settle();
    throw new Error('broken');
  }, patient);
  const next = queue.run(async () => 'drawn', patient);
  await expect(failing).rejects.toThrow('broken');
  expect(await next).toBe('drawn');
});
