// A worker at one run: threads that open what its pieces share, and a BullMQ worker that feeds them.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Job } from 'bullmq';
import { UserError } from '../../core/errors.ts';
import { writeWhole } from '../files/files.ts';
import { exists } from '../files/places.ts';
import { inThreads } from '../threads/threads.ts';
import { type Accepted, leaseOf, oneLine, piecesOf, prefix } from './announcement.ts';
import { fingerprint } from './fingerprint.ts';
import { type PieceResult, pieceId, resultFile } from './pieces.ts';
import { briefly, type Connection } from './redis.ts';
import { contentOf, writeValue } from './shared-folder.ts';

export interface Crew {
  readonly id: string;
  readonly threads: number;
  /** Begins to take pieces. */
  start(): void;
  /** Pieces that it is at. */
  active(): number;
  /** Pieces that it has done. */
  done(): number;
  /** @returns why it does no more pieces, where one of its threads has ended; else undefined. */
  failure(): unknown;
  /** Ends the threads. Pieces that they are at go back into the queue. */
  close(): Promise<void>;
}

/** Milliseconds after which a piece of a worker that gives no sign of life goes to another, and between two looks. */
const stalled = { lockDuration: 10_000, stalledInterval: 3000 };
/** How many workers a piece may take down with it. */
const maxStalledCount = 3;

/**
 * @param name of this worker. @throws UserError where this machine cannot open what is shared or write results, or where
 * its processor computes other bytes than that of the stage.
 */
export async function beginCrew(
  { bullmq, redis }: Connection,
  id: string,
  { announcement, kind, exchange, shared }: Accepted,
  { name, threads: most }: { readonly name: string; readonly threads: number },
): Promise<Crew> {
  // A GPU is kept busy by one thread.
  const count = 'device' in shared && shared.device !== 'cpu' ? 1 : most;
  const threads = inThreads(kind.file, shared, { threads: count, native: true });
  const writer = name.replaceAll(/\W/g, '-');
  let [isClosing, active, done] = [false, 0, 0];
  const work = async (job: Job, token?: string): Promise<PieceResult> => {
    active++;
    try {
      const input = kind.input.safeParse(job.data);
      if (!input.success) throw new bullmq.UnrecoverableError('it asks for what this kind of work does not do');
      const piece = pieceId(input.data);
      const file = resultFile(exchange, piece);
      if (await exists(file)) return await contentOf(file); // of an earlier sitting, or of a worker that lost its job
      const result = await writeValue(file, await threads.run(input.data), writer);
      done++;
      return result;
    } catch (error) {
      if (!isClosing || error instanceof bullmq.UnrecoverableError) throw plain(error);
      await job.moveToWait(token);
      throw new bullmq.WaitingError();
    } finally {
      active--;
    }
  };
  /** A look for stalled pieces writes the queue's options, also when the stage has just taken the queue out. */
  const removeMeta = async () => {
    if ((await redis.exists(leaseOf(id))) === 0) await redis.del(`${prefix}:${piecesOf(id)}:meta`);
  };
  try {
    const sample = kind.input.safeParse(announcement.sample.input);
    if (!sample.success) throw new UserError('its sample is not one that this kind of work does');
    const found = fingerprint(await threads.run(sample.data)); // also where any may take part: it opens all that is needed
    if ((announcement.sample.fingerprint ?? found) !== found) {
      const host = oneLine(announcement.host, 100);
      throw new UserError(
        `this processor computes other last digits than that of ${host}. Begin the run with --mixed to allow that`,
      );
    }
    await tryToWrite(join(exchange, `probe.${writer}`));
    const worker = new bullmq.Worker(piecesOf(id), work, {
      ...stalled,
      connection: redis,
      prefix,
      concurrency: count,
      maxStalledCount,
      autorun: false,
    });
    worker.on('error', () => {}); // Redis is away, or the run is: the loop around this finds out
    return {
      id,
      threads: count,
      start: () => void worker.run().catch(() => {}), // as its events
      active: () => active,
      done: () => done,
      failure: threads.failure,
      close: async () => {
        isClosing = true;
        await threads.close();
        await briefly(worker.close());
        await briefly(removeMeta());
      },
    };
  } catch (error) {
    await threads.close();
    throw error;
  }
}

/** Finds out before the first piece is computed in vain. @throws UserError where no file can be made. */
async function tryToWrite(path: string): Promise<void> {
  await writeWhole(path, '', 'there');
  await rm(path, { force: true });
}

/** @returns an error whose message is fit for Redis: one line, no stack of this machine. */
function plain(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(oneLine(String(error)));
  error.message = oneLine(error.message);
  error.stack = '';
  return error;
}
