// Openings: once where they succeed, again where they fail, and nothing is left open behind a failure.
import { expect, test } from 'vitest';
import { Lazy, openBoth } from '../../../src/core/runtime/opening.ts';

const thing = () => {
  const made = {
    releases: 0,
    async release() {
      made.releases++;
    },
  };
  return made;
};
const failing = async () => {
  throw new Error('no memory');
};

test('what is opened when first asked for is opened once, and released', async () => {
  const lazy = new Lazy<ReturnType<typeof thing>>();
  const made = thing();
  let openings = 0;
  const open = async () => {
    openings++;
    return made;
  };
  expect(await Promise.all([lazy.get(open), lazy.get(open)])).toEqual([made, made]);
  expect(openings).toBe(1);
  await lazy.release();
  expect(made.releases).toBe(1);
  await expect(lazy.get(open)).rejects.toThrow('the model has been released; open it again');
  expect(openings).toBe(1);
});

test('a failure is not kept: the next one opens it', async () => {
  const lazy = new Lazy<ReturnType<typeof thing>>();
  await expect(lazy.get(failing)).rejects.toThrow('no memory');
  const made = thing();
  expect(await lazy.get(async () => made)).toBe(made);
});

test('where the second of two cannot be opened, the first is released', async () => {
  const [first, second] = [thing(), thing()];
  expect(await openBoth(Promise.resolve(first), async () => second)).toEqual([first, second]);
  expect(first.releases).toBe(0);
  await expect(openBoth(Promise.resolve(first), failing)).rejects.toThrow('no memory');
  expect(first.releases).toBe(1);
});
