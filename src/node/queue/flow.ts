// A run's pieces in the queue: one BullMQ flow, watched until each piece is done, and put back where Redis has lost it.
import { randomBytes } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import type { FlowJob, Queue } from 'bullmq';
import { countOf, UserError } from '../../core/errors.ts';
import type { Log } from '../log/log.ts';
import {
  type Announcement,
  announcements,
  leaseOf,
  type Notice,
  noticeSchema,
  oneLine,
  piecesOf,
  prefix,
  threadsText,
} from './announcement.ts';
import { outcomesOf } from './outcomes.ts';
import type { Piece, PieceResult } from './pieces.ts';
import { briefly, type Connection, lossTeller } from './redis.ts';

export interface Flow {
  /** @returns the result of a piece once it is done. @throws UserError where it failed, or Redis stays away. */
  result(id: string): Promise<PieceResult>;
  /** Takes what has not begun out of the queue, and all traces of the run. */
  close(): Promise<void>;
}

/** How often a piece is tried, with pauses that begin with this and double, in milliseconds. */
const tries = { attempts: 5, backoff: { type: 'exponential', delay: 500 } };
/** Milliseconds between two looks at the queue. */
const beat = 1000;
/** Seconds after which workers leave a run whose stage gave no sign of life. */
const leaseSeconds = 60;
/** Milliseconds that Redis may stay away before the stage gives up. */
const patience = 60_000;
/** Milliseconds without news after which results are looked for that no event told of. */
const quiet = 5000;
/** Milliseconds after which somebody should have taken part. */
const lonely = 10_000;

/** Puts the pieces into the queue. @param signal once aborted, waiting for results ends with its reason. */
export async function beginFlow(
  connection: Connection,
  announcement: Announcement,
  pieces: readonly Piece[],
  { log, signal }: { readonly log: Log; readonly signal: AbortSignal },
): Promise<Flow> {
  const { bullmq, redis, address, lostFor } = connection;
  const id = `r${randomBytes(8).toString('hex')}`; // BullMQ refuses ids of digits alone
  const options = { connection: redis, prefix };
  const runs = new bullmq.Queue(announcements, options);
  const producer = new bullmq.FlowProducer(options);
  const queue = new bullmq.Queue(piecesOf(id), options);
  const events = new bullmq.QueueEvents(piecesOf(id), options);
  const emitters: readonly EventEmitter[] = [runs, producer, queue, events];
  for (const each of emitters) each.on('error', () => {}); // the beat finds out
  const outcomes = outcomesOf(pieces, announcement.stage);
  events.on('completed', ({ jobId, returnvalue }) => outcomes.settle(jobId, returnvalue));
  events.on('failed', ({ jobId, failedReason }) => outcomes.giveUp(jobId, failedReason));
  const crowd = workersTeller(log);

  const renewLease = () => redis.set(leaseOf(id), '1', 'EX', leaseSeconds);
  const add = async () => {
    await renewLease();
    const children = [...outcomes.open.values()].map((piece): FlowJob => {
      const opts = { ...tries, jobId: piece.id, removeOnComplete: true };
      return { name: 'piece', queueName: piecesOf(id), data: piece.input, opts };
    });
    const opts = { jobId: id, removeOnComplete: true };
    await producer.add({ name: announcement.stage, queueName: announcements, data: announcement, opts, children });
  };
  let noticesRead = 0;
  const readNotices = async () => {
    const { logs, count } = await runs.getJobLogs(id, noticesRead, -1);
    noticesRead = count; // less than before where Redis began anew
    for (const line of logs) crowd.hear(line);
  };
  /** Looks for what no event told of. */
  const reconcile = async () => {
    const parent = await runs.getJob(id);
    if (parent === undefined) {
      log.warn(`Redis at ${address} has lost the queue; what is missing is put back`);
      return add();
    }
    const results = await parent.getChildrenValues();
    for (const [key, result] of Object.entries(results)) outcomes.settle(key.split(':').at(-1)!, result);
    for (const job of await queue.getFailed(0, 99)) outcomes.giveUp(job.id!, job.failedReason);
  };
  const look = async () => {
    await renewLease();
    await readNotices();
    crowd.tellAbsence();
    if (outcomes.quietFor() > quiet) await reconcile();
  };

  const tellLoss = lossTeller(connection, log);
  let [hasBegun, isLooking, isClosed] = [false, false, false];
  let endBegin = (_error: unknown) => {};
  const ended = new Promise<never>((_, reject) => {
    endBegin = reject;
  });
  ended.catch(() => {}); // heard by who begins, if anybody still does
  const fail = (error: unknown) => {
    endBegin(error);
    outcomes.fail(error);
  };
  const onBeat = async () => {
    tellLoss();
    if (lostFor() > patience) {
      const rule = `Redis at ${address} has been away for ${patience / 1000} s`;
      fail(new UserError(`${rule}. Start it and go on with --resume`));
    }
    if (!hasBegun || isLooking || lostFor() > 0) return;
    isLooking = true;
    try {
      await look();
    } catch (error) {
      if (!isClosed && lostFor() === 0) fail(error);
    } finally {
      isLooking = false;
    }
  };
  const onAbort = () => fail(signal.reason);
  const timer = setInterval(onBeat, beat);
  const stopWatching = () => {
    isClosed = true;
    clearInterval(timer);
    signal.removeEventListener('abort', onAbort);
  };
  const begin = async () => {
    await removeOrphans(runs, redis, name => new bullmq.Queue(name, { ...options, skipMetasUpdate: true }));
    await events.waitUntilReady();
    if (isClosed) return; // it was given up while Redis was away
    await add();
    hasBegun = true;
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort);
  try {
    // Commands wait for Redis without end: the beat and the signal must be able to end them.
    await Promise.race([begin(), ended]);
  } catch (error) {
    stopWatching();
    events.close().catch(() => {});
    throw error;
  }
  log.info(`${countOf(pieces.length, 'pieces')} of work for workers at ${address}`);

  return {
    result: outcomes.result,
    async close() {
      stopWatching();
      if (lostFor() === 0) await briefly(readNotices());
      if (lostFor() === 0) await briefly(removeRun(runs, queue, redis, id)); // else workers leave when the lease ends
      events.close().catch(() => {}); // its connection ends with the others
    },
  };
}

/** @returns what tells a person who takes part, by what workers say on the announcement. */
function workersTeller(log: Log) {
  const workers = new Set<string>();
  const begun = performance.now();
  let isToldAbsence = false;
  return {
    /** @param line a notice as JSON, or anything. */
    hear(line: string) {
      const notice = noticeOf(line);
      if (notice === undefined) return;
      const name = oneLine(notice.worker, 100);
      const { refusal, threads } = notice;
      if (refusal !== undefined) log.warn(`worker ${name} does not take part: ${oneLine(refusal)}`);
      else if (threads !== undefined && !workers.has(name)) {
        workers.add(name);
        log.info(`worker ${name} takes part with ${threadsText(threads)}`);
      }
    },
    /** Says once where nobody has taken part for a while. */
    tellAbsence() {
      if (isToldAbsence || workers.size > 0 || performance.now() - begun < lonely) return;
      isToldAbsence = true;
      log.info('no worker takes part yet; start some with face-tuning worker and the same --queue');
    },
  };
}

function noticeOf(line: string): Notice | undefined {
  try {
    return noticeSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

/** Takes a run out of Redis. A piece that a worker is at ends there without effect. */
async function removeRun(runs: Queue, pieces: Queue, redis: Connection['redis'], id: string): Promise<void> {
  await redis.del(leaseOf(id));
  await pieces.obliterate({ force: true });
  await (await runs.getJob(id))?.remove();
}

/** Takes out runs whose stage was killed: nobody would fetch their results. */
async function removeOrphans(runs: Queue, redis: Connection['redis'], queueOf: (name: string) => Queue): Promise<void> {
  for (const id of await runs.getRanges(['waiting-children', 'wait'], 0, -1)) {
    if ((await redis.exists(leaseOf(id))) > 0) continue;
    const pieces = queueOf(piecesOf(id));
    await removeRun(runs, pieces, redis, id).catch(() => {}); // it may be no run at all
    await pieces.close();
  }
}
