// Work over a real Redis: any number of workers, killed or not, and a Redis that comes and goes, make the same bytes.
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { beforeAll, describe, expect, test } from 'vitest';
import { calibrate } from '../../../src/node/stages/calibrate/stage.ts';
import { evaluateEdits } from '../../../src/node/stages/evaluate-edits/stage.ts';
import {
  artefacts,
  heardLog,
  queued,
  runSynthesize,
  startWorker,
  type TestWorker,
  until,
  writeNetworks,
} from '../../helpers/queue.ts';
import { hasRedis, startRedis, type TestRedis } from '../../helpers/redis.ts';
import { temporaryFolder } from '../../helpers/temp-folder.ts';
import { writeTinyBundle } from '../../helpers/tiny-bundle.ts';

const folder = temporaryFolder();
const alone = join(folder, 'alone');
const count = 10_000; // 20 shards

// The tests go on with the Redis and the workers of those before them.
describe.skipIf(!hasRedis)('a queue', () => {
  let redis: TestRedis;
  let workers: TestWorker[];

  const keysWith = async (part: string) => {
    const client = new Redis(redis.url);
    const keys = await client.keys(`*${part}*`);
    client.disconnect();
    return keys;
  };

  beforeAll(async () => {
    await writeNetworks(folder);
    redis = await startRedis(folder);
    workers = Array.from({ length: 4 }, () => startWorker(redis.url, folder));
    await runSynthesize(folder, { out: alone, count });
    await until(() => workers.every(({ said }) => said().includes('waits for work')), 'the workers start');
    return async () => {
      for (const { kill } of workers) await kill();
      await redis.stop('killed');
    };
  });

  test('four workers, of which two are killed midway, make the same bytes as one machine alone', async () => {
    let killed = 0;
    let keys: Promise<string[]> | undefined;
    const log = heardLog(done => {
      // The others stand still from the last piece on, so that they leave the run only after the key below is back.
      if (done === count) for (const { process } of workers.slice(2)) process.kill('SIGSTOP');
      if (done < 1000 || killed > 0) return;
      killed = 2;
      keys = keysWith('pieces');
      for (const { process } of workers.slice(0, 2)) process.kill('SIGKILL');
    });
    const out = join(folder, 'killed');
    await runSynthesize(folder, { out, count, queue: redis.url }, { log });
    expect(killed).toBe(2);
    expect(artefacts(out)).toEqual(artefacts(alone));
    // A worker that looks for stalled pieces just then brings keys back: one ends by itself, after 3 seconds; the other,
    // which is brought back here, goes when the worker leaves the run.
    const client = new Redis(redis.url);
    await client.hset(`${(await keys)![0]!.match(/^.*?pieces-[^:]+/)![0]}:meta`, 'opts.maxLenEvents', '10000');
    client.disconnect();
    for (const { process } of workers.slice(2)) process.kill('SIGCONT');
    await until(
      async () => (await keysWith('pieces')).length + (await keysWith('stage')).length === 0,
      'Redis is empty',
    );
  });

  test.each([
    ['', true],
    [', also without a queue', false],
  ])('Ctrl-C takes what has not begun out of the queue, and --resume goes on%s', async (_, again) => {
    const out = join(folder, `stopped-${again}`);
    const stop = new AbortController();
    const log = heardLog(done => done >= 500 && stop.abort(new Error('stopped')));
    const sitting = runSynthesize(folder, { out, count, queue: redis.url }, { log, signal: stop.signal });
    await expect(sitting).rejects.toThrow('stopped');
    expect((await keysWith('pieces')).filter(key => key.endsWith(':wait'))).toEqual([]);
    expect([existsSync(out), existsSync(`${out}.partial`)]).toEqual([false, true]);
    await runSynthesize(folder, { out, count, queue: again ? redis.url : undefined, resume: true });
    expect(artefacts(out)).toEqual(artefacts(alone)); // and nothing of what was exchanged
  });

  test.each(['orderly', 'killed'] as const)('a Redis that is restarted midway (%s) is waited for', async how => {
    let restarted: Promise<void> | undefined;
    const log = heardLog(done => {
      if (done >= 1000) restarted ??= redis.stop(how).then(() => redis.start());
    });
    const out = join(folder, `restarted-${how}`);
    await runSynthesize(folder, { out, count, queue: redis.url }, { log });
    await restarted;
    expect(artefacts(out)).toEqual(artefacts(alone));
  });

  test('calibrate and evaluate edits make the same bytes over the queue', async () => {
    const bundle = join(folder, 'bundle');
    await writeTinyBundle(bundle, 32, ({ attribute, threshold, ...details }) =>
      ['Young', 'Male', 'Smiling'].includes(attribute)
        ? { attribute, threshold, ...details }
        : { attribute, threshold, boundary: null, controllable: false, reason: 'a test of three' },
    );
    const log = heardLog();
    const context = { log, signal: new AbortController().signal };
    const few = { bundle, judge: join(folder, 'classifier'), threads: 1 };
    // The tiny bundle's first normal happens to be the latent of seed 5.
    const faces = { seed: 100, faces: 16, trialFaces: 8, judgedFaces: 8, responseFaces: 64, mostLocks: 1 };
    for (const [name, queue] of [
      ['here', undefined],
      ['there', redis.url],
    ] as const) {
      const out = (stage: string) => join(folder, `${stage}-${name}`);
      const place = { ...few, ...queued(queue, folder) };
      const calibration = calibrate.options.parse({ ...place, ...faces, out: out('calibrate') });
      await calibrate.run(calibration, context);
      const attributes = ['Young', 'Male'];
      const evaluation = evaluateEdits.options.parse({
        ...{ ...place, attributes, faces: 8, unlockedFaces: 4, locks: ['Smiling'], out: out('evaluate') },
      });
      await evaluateEdits.run(evaluation, context);
    }
    expect(log.lines.join('\n')).toMatch(/takes part with one thread/);
    for (const stage of ['calibrate', 'evaluate']) {
      expect(artefacts(join(folder, `${stage}-there`))).toEqual(artefacts(join(folder, `${stage}-here`)));
    }
    expect(readdirSync(folder).filter(name => name.endsWith('.partial'))).toEqual([]);
  });

  test('Ctrl-C ends a worker', async () => {
    const { process } = workers.at(-1)!;
    process.kill('SIGINT');
    expect((await once(process, 'exit'))[0]).toBe(0);
  });
});
