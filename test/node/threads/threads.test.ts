// An error thrown in a thread reaches the caller with its kind kept: a user's mistake stays one.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { UserError } from '../../../src/core/errors.ts';
import type { ProbeThread } from '../../../src/node/stages/evaluate-edits/work.ts';
import { inThreads } from '../../../src/node/threads/threads.ts';
import { temporaryFolder } from '../../helpers/temp-folder.ts';

const options = { threads: 1, signal: new AbortController().signal, native: true };
const faces = { latents: [], before: new Float32Array(), own: new Float32Array() };

test("a user's mistake that a thread finds is told as one", async () => {
  const bundle = join(temporaryFolder(), 'nowhere');
  const shared = { bundle, judge: undefined, device: 'cpu', faces } as const;
  const workers = inThreads<ProbeThread>('stages/evaluate-edits/thread', shared, options);
  const error = await workers.run({ moved: 'Young', locks: [], count: 0 }).catch((reason: unknown) => reason);
  await workers.close();
  expect(error).toBeInstanceOf(UserError);
  expect((error as Error).message).toContain('nowhere');
});

test('any other failure stays what it is', async () => {
  const workers = inThreads('stages/evaluate-edits/thread', undefined, options);
  const error = await workers.run({}).catch((reason: unknown) => reason);
  await workers.close();
  expect(error).toBeInstanceOf(Error);
  expect(error).not.toBeInstanceOf(UserError);
});

test('after a thread has ended all work fails, and it is said why', async () => {
  const workers = inThreads('stages/nowhere', undefined, options);
  expect(workers.failure()).toBeUndefined();
  for (const _ of ['first', 'second']) await expect(workers.run({})).rejects.toThrow('nowhere');
  expect((workers.failure() as Error).message).toContain('nowhere');
  await workers.close();
});
