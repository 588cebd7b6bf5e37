// Connects to Redis and loads BullMQ, whose jobs carry work to other machines: optional packages that only --queue needs.
import { setTimeout } from 'node:timers/promises';
import type * as BullMQ from 'bullmq';
import type { Redis as RedisClient } from 'ioredis';
import { UserError } from '../../core/errors.ts';
import { errorCode } from '../files/disk-errors.ts';
import { optionalPackages, withPackages } from '../files/optional-packages.ts';
import type { Log } from '../log/log.ts';

export const redisAddresses = 'redis://host:port/database, or rediss:// for TLS';

export interface Connection {
  readonly bullmq: typeof BullMQ;
  readonly redis: RedisClient;
  /** For people: without user and password. */
  readonly address: string;
  /** Milliseconds since Redis was lost; 0 while it answers. */
  lostFor(): number;
  /** Ends the connection at once, and those that BullMQ has made after it. */
  close(): void;
}

/** @returns what tells, each time it is called, that Redis has gone or come back. */
export function lossTeller({ address, lostFor }: Connection, log: Log): () => void {
  let isLost = false;
  return () => {
    if (lostFor() > 0 === isLost) return;
    isLost = !isLost;
    if (isLost) log.warn(`Redis at ${address} does not answer; waiting for it`);
    else log.info(`Redis at ${address} answers again`);
  };
}

/** Waits for a command's end, but no longer than Redis usually takes: it may be away. */
export async function briefly(command: Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  await Promise.race([command, setTimeout(5000, undefined, { signal: timer.signal })]).catch(() => {});
  timer.abort();
}

/** Milliseconds in which a first answer must come. */
const patience = 10_000;

/** Milliseconds between two questions whether Redis is there, and without an answer after which it is lost. */
const [asksEvery, silence] = [1000, 5000];

export function isRedisAddress(text: string): boolean {
  return URL.canParse(text) && ['redis:', 'rediss:'].includes(new URL(text).protocol) && new URL(text).hostname !== '';
}

/** @throws UserError where the packages are not installed, or where Redis cannot be reached or refuses. */
export async function connect(url: string): Promise<Connection> {
  const { bullmq, Redis } = await loadPackages();
  const { hostname, port, pathname } = new URL(url);
  const address = `${hostname}:${port || 6379}${pathname === '/' ? '' : pathname}`;
  let [isReady, lostAt, reason] = [false, 0, ''];
  const redis = new Redis(url, {
    lazyConnect: true,
    maxRetriesPerRequest: null, // BullMQ's rule: commands wait for Redis to come back
    connectTimeout: patience,
    retryStrategy: times => (isReady ? Math.min(100 * times, 2000) : null),
  });
  redis.on('error', error => {
    reason = errorCode(error) ?? error.message;
  });
  redis.on('close', () => {
    lostAt ||= performance.now();
  });
  // A host that freezes or falls off the network closes nothing: only the lack of an answer tells.
  let askedAt = 0;
  redis.on('ready', () => {
    [lostAt, askedAt] = [0, askedAt && performance.now()]; // what waits to be answered is asked now
  });
  const ask = () => {
    if (askedAt > 0) {
      if (performance.now() - askedAt > silence) lostAt ||= askedAt;
      return;
    }
    askedAt = performance.now();
    redis.ping().then(
      () => {
        [lostAt, askedAt] = [0, 0];
      },
      () => {
        askedAt = 0;
      },
    );
  };
  const asking = setInterval(() => isReady && ask(), asksEvery);
  const copies: RedisClient[] = [];
  const duplicate = redis.duplicate.bind(redis);
  redis.duplicate = options => {
    const copy = duplicate(options);
    copies.push(copy);
    return copy;
  };
  const close = () => {
    clearInterval(asking);
    for (const each of [redis, ...copies]) each.disconnect();
  };
  const timer = new AbortController();
  const late = setTimeout(patience, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`no answer in ${patience / 1000} s`);
  });
  late.catch(() => {}); // where it is in time
  try {
    await Promise.race([redis.connect().then(() => redis.ping()), late]);
    isReady = true;
  } catch (error) {
    close();
    const why = reason === '' ? (error as Error).message : reason;
    throw new UserError(
      `--queue must lead to a Redis; ${address} does not answer (${why}). Start it, or check the address`,
    );
  } finally {
    timer.abort();
  }
  const lostFor = () => (lostAt === 0 ? 0 : performance.now() - lostAt);
  return { bullmq, redis, address, lostFor, close };
}

async function loadPackages() {
  const load = () => Promise.all([import('bullmq'), import('ioredis')]);
  const [bullmq, { Redis }] = await withPackages('--queue', optionalPackages['--queue'], load);
  return { bullmq, Redis };
}
