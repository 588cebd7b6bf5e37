// A worker: looks for runs in the queue, checks whether it can take part, and works at one of them at a time.
import { once } from 'node:events';
import { hostname } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { countOf } from '../../core/errors.ts';
import type { Log } from '../log/log.ts';
import type { AnyWorkKind } from '../threads/work-kind.ts';
import {
  accepted,
  announcements,
  leaseOf,
  type Notice,
  oneLine,
  piecesOf,
  prefix,
  threadsText,
} from './announcement.ts';
import { beginCrew, type Crew } from './crew.ts';
import { briefly, connect, lossTeller } from './redis.ts';

export interface WorkerPlace {
  /** Address of Redis. */
  readonly queue: string;
  /** The folder that all machines see. */
  readonly shared: string;
  readonly threads: number;
}

/** Milliseconds between two looks at the queue. */
const beat = 1000;

/**
 * Works until it is stopped.
 * @param kinds of work that it does. @returns how many pieces it has done. @throws UserError where there is no queue.
 */
export async function work(
  place: WorkerPlace,
  kinds: readonly AnyWorkKind[],
  { log, signal }: { readonly log: Log; readonly signal: AbortSignal },
): Promise<number> {
  const connection = await connect(place.queue);
  const name = `${hostname()}/${process.pid}`;
  const { bullmq, redis, address } = connection;
  // A run's queue that its stage takes out meanwhile must not come back by our look at it.
  const options = { connection: redis, prefix, skipMetasUpdate: true };
  const runs = new bullmq.Queue(announcements, options);
  runs.on('error', () => {}); // Redis is away: commands wait for it
  const refused = new Set<string>();
  let crew: Crew | undefined;
  let total = 0;
  let trouble = '';

  const tell = async (id: string, notice: Omit<Notice, 'worker'>) => {
    await (await runs.getJob(id))?.log(JSON.stringify({ worker: name, ...notice }));
  };
  const leave = async () => {
    if (crew === undefined) return;
    const leaving = crew;
    crew = undefined;
    await leaving.close();
    total += leaving.done();
    log.info(`run ${leaving.id} is left, after ${countOf(leaving.done(), 'pieces')}`);
  };
  const refuse = async (id: string, error: unknown) => {
    refused.add(id);
    const refusal = oneLine(error instanceof Error ? error.message : String(error));
    log.warn(`run ${oneLine(id, 100)} is refused: ${refusal}`);
    await tell(id, { refusal });
  };
  const join = async (id: string) => {
    const job = await runs.getJob(id);
    if (job === undefined) return;
    try {
      const run = await accepted(job.data, place.shared, kinds);
      const begun = await beginCrew(connection, id, run, { name, threads: place.threads });
      if (signal.aborted) return begun.close();
      crew = begun;
      const { stage, out, host } = run.announcement;
      log.info(`run ${id}: ${oneLine(stage)} of ${oneLine(out)} for ${oneLine(host, 100)}`);
      await tell(id, { threads: begun.threads });
      begun.start();
    } catch (error) {
      await refuse(id, error);
    }
  };
  /** Chooses the run to work at: the present one while it has work, else the oldest that has, else the oldest. */
  const chosen = async (): Promise<string | undefined> => {
    const open: string[] = [];
    for (const id of await runs.getRanges(['waiting-children'], 0, -1, true)) {
      if (!refused.has(id) && (await redis.exists(leaseOf(id))) > 0) open.push(id);
    }
    const present = crew !== undefined && open.includes(crew.id) ? crew.id : undefined;
    if (present !== undefined && crew!.active() > 0) return present;
    const ordered = present === undefined ? open : [present, ...open.filter(id => id !== present)];
    for (const id of ordered) {
      const pieces = new bullmq.Queue(piecesOf(id), options);
      const { wait = 0, delayed = 0 } = await pieces.getJobCounts('wait', 'delayed').finally(() => pieces.close());
      if (wait + delayed > 0) return id;
    }
    return ordered[0];
  };
  const look = async () => {
    try {
      const failure = crew?.failure(); // it would fail piece after piece, while other workers are busy
      if (failure !== undefined) await refuse(crew!.id, failure);
      const id = await chosen();
      if (crew !== undefined && crew.id !== id) await leave();
      if (crew === undefined && id !== undefined) await join(id);
      trouble = '';
    } catch (error) {
      const found = oneLine(String(error));
      if (found !== trouble && connection.lostFor() === 0) log.warn(`the queue cannot be read: ${found}`);
      trouble = found;
    }
  };

  log.info(`worker ${name} waits for work from ${address} with ${threadsText(place.threads)} (stop with Ctrl-C)`);
  const stopped = once(signal, 'abort');
  const telling = setInterval(lossTeller(connection, log), beat);
  try {
    while (!signal.aborted) {
      const looked = look();
      await Promise.race([looked, stopped]);
      if (signal.aborted) await briefly(looked);
      else await Promise.race([setTimeout(beat), stopped]);
    }
  } finally {
    clearInterval(telling);
    await leave();
    connection.close();
  }
  return total;
}
