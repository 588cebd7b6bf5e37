// The things that must not happen in a queue: work for other programs, files or processors, and jobs made to do harm.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FlowProducer, Queue, QueueEvents, UnrecoverableError, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { UserError } from '../../../src/core/errors.ts';
import { parseOptions } from '../../../src/node/cli/parse-options.ts';
import { type Announcement, leaseOf, piecesOf } from '../../../src/node/queue/announcement.ts';
import { beginFlow } from '../../../src/node/queue/flow.ts';
import { connect } from '../../../src/node/queue/redis.ts';
import { work } from '../../../src/node/queue/worker.ts';
import { synthesize } from '../../../src/node/stages/synthesize/stage.ts';
import { shards } from '../../../src/node/stages/synthesize/work.ts';
import { artefacts, heardLog, runSynthesize, until, writeNetworks } from '../../helpers/queue.ts';
import { hasRedis, startRedis, type TestRedis } from '../../helpers/redis.ts';
import { temporaryFolder } from '../../helpers/temp-folder.ts';

const folder = temporaryFolder();
const alone = join(folder, 'alone');
const count = 2000; // 4 shards
const program = resolve(import.meta.dirname, '../../../bin/face-tuning.js');
const prefix = 'face-tuning';

beforeAll(() => writeNetworks(folder));

describe.skipIf(!hasRedis)('a queue refuses', () => {
  let server: TestRedis;
  let redis: Redis;

  beforeAll(async () => {
    await runSynthesize(folder, { out: alone, count });
    server = await startRedis(folder);
    redis = new Redis(server.url, { maxRetriesPerRequest: null });
    return async () => {
      redis.disconnect();
      await server.stop('killed');
    };
  });
  afterEach(() => redis.flushall());

  test('to wait for ever for a Redis that keeps its connections and does not answer', async () => {
    const connection = await connect(server.url);
    onTestFinished(() => connection.close());
    server.freeze(true);
    try {
      await until(async () => connection.lostFor() > 5000, 'the loss is seen');
    } finally {
      server.freeze(false);
    }
    await until(async () => connection.lostFor() === 0, 'it answers again');
  });

  test('to wait for a Redis that stops to answer before the run is in it, once the stage is stopped', async () => {
    const connection = await connect(server.url);
    onTestFinished(() => connection.close());
    const stop = new AbortController();
    server.freeze(true);
    try {
      const announcement = { stage: 'synthesize' } as unknown as Announcement; // never arrives
      const begun = beginFlow(connection, announcement, [], { log: heardLog(), signal: stop.signal });
      setTimeout(() => stop.abort(new Error('stopped')), 100);
      await expect(begun).rejects.toThrow('stopped');
    } finally {
      server.freeze(false);
    }
  });

  /** Begins a run whose work nobody does yet. @returns its id, its announcement and its end. */
  const begin = async (name: string, options: object = {}) => {
    const out = join(folder, name);
    const log = heardLog();
    const ended = runSynthesize(folder, { out, count, queue: server.url, ...options }, { log });
    ended.catch(() => {}); // looked at later
    const runs = new Queue('runs', { connection: redis, prefix });
    await until(async () => (await runs.getWaitingChildrenCount()) === 1, 'the run is announced');
    const [job] = await runs.getWaitingChildren();
    return { out, log, ended, id: job!.id!, announcement: job!.data as Announcement };
  };
  /** Starts a worker in this process; ended after the test. */
  const startWorker = () => {
    const stop = new AbortController();
    const log = heardLog();
    const done = work({ queue: server.url, shared: folder, threads: 1 }, [shards], { log, signal: stop.signal });
    onTestFinished(async () => {
      stop.abort();
      await done;
    });
    return log;
  };

  test('pieces that ask for what is not done, each as one failed job; the others are done', async () => {
    const { out, ended, id } = await begin('poisoned');
    const pieces = new Queue(piecesOf(id), { connection: redis, prefix });
    const events = new QueueEvents(piecesOf(id), { connection: { url: server.url }, prefix });
    await events.waitUntilReady();
    const failed: string[] = [];
    events.on('failed', ({ jobId, failedReason }) => failed.push(`${jobId}: ${failedReason}`));
    const noise = Array.from({ length: 300_000 }, () => String.fromCharCode(Math.random() * 0xffff)).join('');
    const poison: unknown[] = [
      noise,
      null,
      [],
      { shard: 0, count: 1e10, shown: 0 },
      { shard: 0, count: 20, shown: 0, out: '../../etc/passwd' },
      { shard: -1, count: Number.MAX_VALUE, shown: 1e300 },
      '../../../etc/passwd',
    ];
    for (const [at, data] of poison.entries()) await pieces.add('piece', data, { lifo: true, jobId: `poison-${at}` });
    startWorker();
    await ended;
    await until(() => failed.length >= poison.length, 'the poison has failed');
    await events.close();
    const reason = 'it asks for what this kind of work does not do';
    expect(failed.sort()).toEqual(poison.map((_, at) => `poison-${at}: ${reason}`));
    expect(artefacts(out)).toEqual(artefacts(alone));
  });

  test('runs of another program, of other files, of another processor, and hostile ones', async () => {
    const { out, ended, announcement: original, log: heard } = await begin('refused');
    // The run's own folder is gone when the run has ended.
    cpSync(join(folder, original.exchange), join(folder, 'exchange'), { recursive: true });
    const announcement = { ...original, exchange: 'exchange' };
    // Tests run as root, who may write in any folder, so a folder takes the place of the file that is tried.
    cpSync(join(folder, original.exchange), join(folder, 'unwritable'), { recursive: true });
    mkdirSync(join(folder, 'unwritable', `probe.${`${hostname()}/${process.pid}`.replaceAll(/\W/g, '-')}`, 'full'), {
      recursive: true,
    });
    const large = join(folder, 'large');
    writeFileSync(large, '');
    truncateSync(large, 10e9); // sparse: it takes no room
    writeFileSync(join(folder, 'shared'), 'no value');
    const [generator] = Object.keys(announcement.files);
    const { files, sample } = announcement;
    const altered: readonly (readonly [unknown, RegExp])[] = [
      [{ ...announcement, program: '0.1.0-000000000000' }, /runs face-tuning 0\.1\.0-0{12}, this worker 0\.1\.0-\w+/],
      [
        { ...announcement, files: { ...files, [generator!]: { sha256: 'f'.repeat(64), bytes: 7 } } },
        /not the same file/,
      ],
      [{ ...announcement, files: { ...files, nowhere: files[generator!] } }, /cannot read .*nowhere: no such file/],
      [{ ...announcement, sample: { ...sample, fingerprint: 'other' } }, /other last digits .* --mixed/],
      [{ ...announcement, sample: { input: { count: 1e10 }, fingerprint: '' } }, /sample is not one/],
      [{ ...announcement, kind: 'cli/main' }, /kind of work is not known/],
      [{ ...announcement, paths: { generator: '../../etc' } }, /leads out of the shared folder/],
      [{ ...announcement, paths: { psi: 'gan' } }, /an input that its kind of work does not have/],
      [{ ...announcement, exchange: '/etc' }, /leads out of the shared folder/],
      [{ ...announcement, exchange: 'unwritable' }, /cannot write .*unwritable/],
      [{ ...announcement, files: { large: { sha256: 'f'.repeat(64), bytes: 10 } } }, /large is not the same file/],
      [
        { ...announcement, files: { large: { sha256: 'f'.repeat(64), bytes: 10e9 } } },
        /not one that face-tuning makes/,
      ],
      [{ ...announcement, exchange: '.' }, /shared is not the same file/],
      [{ ...announcement, host: '\u001b[2J\nroot'.repeat(1000) }, /not one that face-tuning makes/],
      ['\u001b[31m garbage', /not one that face-tuning makes/],
    ];
    const producer = new FlowProducer({ connection: redis, prefix });
    for (const [at, [data]] of altered.entries()) {
      const id = `altered-${at}`;
      await redis.set(leaseOf(id), '1', 'EX', 100);
      const children = [{ name: 'piece', queueName: piecesOf(id), data: { shard: 0, count: 20, shown: 0 } }];
      await producer.add({ name: 'run', queueName: 'runs', data, opts: { jobId: id }, children });
    }
    const log = startWorker();
    await ended;
    await until(
      () => log.lines.filter(line => line.includes('is refused')).length === altered.length,
      'all are refused',
    );
    for (const [at, [, reason]] of altered.entries()) {
      const lines = log.lines.filter(line => line.startsWith(`run altered-${at} is refused: `));
      expect(lines).toEqual([expect.stringMatching(reason)]);
    }
    expect(log.lines.join('')).not.toMatch(/\p{Cc}/u);
    expect(heard.lines.join('\n')).toMatch(/takes part with one thread/);
    expect(artefacts(out)).toEqual(artefacts(alone));
  });

  test('a stage hears why a worker does not take part, and --mixed lets its processor in', async () => {
    const { ended, id, log, announcement } = await begin('unread', { mixed: true });
    expect(announcement.sample.fingerprint).toBeNull();
    expect(log.lines).toContainEqual(expect.stringMatching(/^--mixed .* the last digits of results may differ/));
    const runs = new Queue('runs', { connection: redis, prefix });
    await (await runs.getJob(id))!.log(JSON.stringify({ worker: 'far\u001b[1m/1', refusal: 'cannot read\ngan' }));
    await until(() => log.lines.some(line => line.includes('does not take part')), 'it is heard');
    expect(log.lines).toContain('worker far [1m/1 does not take part: cannot read gan');
    startWorker();
    await ended;
    expect(artefacts(join(folder, 'unread'))).toEqual(artefacts(alone));
  });

  test('a piece that fails for good ends the stage in one line, and what is made is kept', async () => {
    const { ended, out, id } = await begin('failing');
    const hostile = new Worker(
      piecesOf(id),
      () => {
        throw new UnrecoverableError('no\u001b[31m\nway');
      },
      { connection: redis, prefix },
    );
    await expect(ended).rejects.toThrow(/^a piece of synthesize failed for good: no \[31m way; what is made is kept/);
    expect([existsSync(out), existsSync(`${out}.partial`)]).toEqual([false, true]);
    await hostile.close();
  });
});

describe('without a queue', () => {
  const flags = ['synthesize', '--generator', 'gan', '--classifier', 'classifier', '--out', 'new'];
  const run = (more: readonly string[], node: readonly string[] = []) => {
    const { stderr, status } = spawnSync(process.execPath, [...node, program, ...flags, ...more], {
      cwd: folder,
      encoding: 'utf8',
    });
    return { stderr, status, isNothingDone: !existsSync(join(folder, 'new.partial')) };
  };
  test('everything else works without the packages, and it is said which are to be installed', () => {
    const [hook, register] = ['hook.mjs', 'register.mjs'].map(name => join(folder, name)) as [string, string];
    writeFileSync(
      hook,
      `export async function resolve(name, context, next) {
        if (['bullmq', 'ioredis'].includes(name)) throw Object.assign(new Error("no package '" + name + "'"), { code: 'ERR_MODULE_NOT_FOUND' });
        return next(name, context);
      }`,
    );
    writeFileSync(
      register,
      `import { register } from 'node:module'; register(${JSON.stringify(pathToFileURL(hook))});`,
    );
    const without = ['--import', pathToFileURL(register).href];
    expect(run(['--queue', 'redis://localhost:1/0'], without)).toEqual({
      stderr:
        'error: --queue needs the packages bullmq and ioredis, which are not installed. Run npm install bullmq ioredis\n',
      status: 2,
      isNothingDone: true,
    });
    expect(run(['--count', '20'], without)).toMatchObject({ status: 0 });
    expect(existsSync(join(folder, 'new'))).toBe(true);
  });

  test.each([
    [
      { queue: 'redis://user:secret@127.0.0.1:1/0' },
      /^--queue must lead to a Redis; 127\.0\.0\.1:1\/0 does not answer \(ECONNREFUSED\)/,
    ],
    [{ queue: 'http://localhost' }, /^--queue must be redis:\/\/host:port\/database/],
    [
      { queue: 'redis://127.0.0.1:1', shared: join(folder, 'gan') },
      /^--classifier must lie in the folder that all machines see, .*gan \(--shared\); got/,
    ],
    [
      { queue: 'redis://127.0.0.1:1', out: join(folder, '../outside') },
      /^--out must lie in the folder that all machines see/,
    ],
  ])('it is told in one line before any work: %j', async (options, line) => {
    const [generator, classifier, out] = ['gan', 'classifier', 'none'].map(name => join(folder, name));
    const started = async () => {
      const config = parseOptions(synthesize, { generator, classifier, out, shared: folder, ...options });
      await synthesize.run(config as never, { log: heardLog(), signal: new AbortController().signal });
    };
    const error = await started().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UserError);
    expect((error as Error).message).toMatch(line);
    expect((error as Error).message).not.toContain('secret');
    expect(existsSync(`${out}.partial`)).toBe(false);
  });
});
