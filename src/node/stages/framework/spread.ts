// Spreads a stage's work over the threads of this machine or, with --queue, over the workers of many machines.
import { z } from 'zod';
import { UserError } from '../../../core/errors.ts';
import type { DeviceName } from '../../devices/device.ts';
import { removeTree } from '../../files/durable.ts';
import { checkQueue } from '../../queue/check-queue.ts';
import { exchangeFolder, fromQueue, type QueueWork } from '../../queue/from-queue.ts';
import { isRedisAddress, redisAddresses } from '../../queue/redis.ts';
import type { RunFolder } from '../../runs/run-folder.ts';
import { inThreads, type ThreadEnds } from '../../threads/threads.ts';
import type { WorkKind } from '../../threads/work-kind.ts';
import { mapInOrder } from './map-in-order.ts';
import { pathOption, threadsOption } from './options.ts';
import type { StageContext } from './stage.ts';

/** The Redis that carries the queue. */
export function queueOption() {
  return z
    .string()
    .refine(isRedisAddress, { error: `must be ${redisAddresses}` })
    .meta({ values: redisAddresses });
}

/** The options of every stage whose work a queue can carry. */
export const queueOptions = {
  queue: queueOption()
    .optional()
    .describe('let the workers of this Redis do the work, see face-tuning worker; left out: threads of this machine'),
  shared: pathOption()
    .optional()
    .meta({ defaultInWords: 'the current folder' })
    .describe('with --queue: folder that all machines see, wherever; the inputs and --out lie in it'),
  mixed: z
    .boolean()
    .default(false)
    .describe('with --queue: let processors take part whose results may differ in the last digits'),
};

/** @param own what each thread does, as for `threadsOption`. */
export function spreadOptions(own: string) {
  return { threads: threadsOption(own), ...queueOptions };
}

export interface SpreadConfig {
  readonly device: DeviceName;
  readonly threads: number;
  readonly queue?: string | undefined;
  readonly shared?: string | undefined;
  readonly mixed: boolean;
  readonly out: string;
}

/** The folder that all machines see, where nobody names another. */
const thisFolder = '.';

/** @throws UserError for options that say how a queue hands out work, where there is none: they would do nothing. */
export function checkQueueOptions({ queue, shared, mixed }: Pick<SpreadConfig, 'queue' | 'shared' | 'mixed'>): void {
  const idle = shared !== undefined ? '--shared' : mixed ? '--mixed' : undefined;
  if (queue !== undefined || idle === undefined) return;
  throw new UserError(`${idle} is for work that a queue hands out; give --queue too, or leave it out`);
}

/**
 * Finds out at once what would stop the work later. @throws UserError where there is no queue, or a path is not shared,
 * and as `checkQueueOptions`.
 */
export async function checkSpread(config: SpreadConfig, inputs: Readonly<Record<string, string>>): Promise<void> {
  checkQueueOptions(config);
  const { queue, shared = thisFolder, out } = config;
  if (queue !== undefined) await checkQueue(queue, shared, { ...inputs, out });
}

/** Yields the outputs of all orders, in order. @param run being written. @throws the first failure, or the signal's reason. */
export async function* spread<Ends extends ThreadEnds>(
  kind: WorkKind<Ends>,
  work: QueueWork<Ends>,
  run: RunFolder,
  config: SpreadConfig,
  context: StageContext,
): AsyncGenerator<Ends['output']> {
  const { queue, shared = thisFolder } = config;
  yield* queue === undefined
    ? fromThreads(kind, work, config, context)
    : fromQueue(kind, work, run, { ...config, queue, shared }, context);
  // Threads may end what an earlier sitting had begun with a queue; a finished run holds none of its exchange.
  await removeTree(run.file(exchangeFolder));
}

async function* fromThreads<Ends extends ThreadEnds>(
  kind: WorkKind<Ends>,
  { shared, orders }: QueueWork<Ends>,
  { device, threads: wanted }: SpreadConfig,
  { signal }: StageContext,
): AsyncGenerator<Ends['output']> {
  // A GPU is kept busy by one thread.
  const threads = device === 'cpu' ? Math.min(wanted, orders.length) : 1;
  const workers = inThreads<Ends>(kind.file, shared, { threads, signal, native: true });
  try {
    for await (const output of mapInOrder(orders, 2 * threads, workers.run)) {
      signal.throwIfAborted(); // also where the next output is there already
      yield output;
    }
  } finally {
    await workers.close();
  }
}
