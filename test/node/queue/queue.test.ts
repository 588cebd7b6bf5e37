// Work over a real Redis: any number of workers, killed or not, and a Redis that comes and goes, make the same bytes.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { beforeAll, describe, expect, test } from 'vitest';
import { calibrate } from '../../../src/node/stages/calibrate/stage.ts';
import { evaluateEdits } from '../../../src/node/stages/evaluate-edits/stage.ts';
import { artefacts, heardLog, runSynthesize, startWorker, until, writeNetworks } from '../../helpers/queue.ts';
import { hasRedis, startRedis } from '../../helpers/redis.ts';
import { temporaryFolder } from '../../helpers/temp-folder.ts';
import { writeTinyBundle } from '../../helpers/tiny-bundle.ts';

const folder = temporaryFolder();
const alone = join(folder, 'alone');
const count = 20_000; // 40 shards

describe.skipIf(!hasRedis)('a queue', () => {
  beforeAll(async () => {
    await writeNetworks(folder);
    await runSynthesize(folder, { out: alone, count });
  });

  test('four workers, of which two are killed midway, make the same bytes as one machine alone', async () => {
    const { url } = await startRedis();
    const workers = Array.from({ length: 4 }, () => startWorker(url, folder));
    let killed = 0;
    const log = heardLog(done => {
      if (done < 3000 || killed > 0) return;
      killed = 2;
      for (const { process } of workers.slice(0, 2)) process.kill('SIGKILL');
    });
    await until(() => workers.every(({ said }) => said().includes('waits for work')), 'the workers start');
    const out = join(folder, 'killed');
    await runSynthesize(folder, { out, count, queue: url }, { log });
    expect(killed).toBe(2);
    expect(log.lines.filter(line => line.includes('takes part with one thread')).length).toBeGreaterThan(1);
    expect(artefacts(out)).toEqual(artefacts(alone));
    const redis = new Redis(url);
    expect((await redis.keys('*')).filter(key => key.includes('pieces') || key.includes('stage'))).toEqual([]);
    redis.disconnect();
  });

  test.each(['orderly', 'killed'] as const)('a Redis that is restarted midway (%s) is waited for', async how => {
    const redis = await startRedis();
    startWorker(redis.url, folder);
    let restarted: Promise<void> | undefined;
    const log = heardLog(done => {
      if (done >= 2000) restarted ??= redis.stop(how).then(() => redis.start());
    });
    const out = join(folder, `restarted-${how}`);
    await runSynthesize(folder, { out, count, queue: redis.url }, { log });
    await restarted;
    expect(artefacts(out)).toEqual(artefacts(alone));
  });

  test('Ctrl-C takes what has not begun out of the queue, and --resume goes on', async () => {
    const { url } = await startRedis();
    const worker = startWorker(url, folder);
    const out = join(folder, 'stopped');
    const stop = new AbortController();
    const log = heardLog(done => done >= 1000 && stop.abort(new Error('stopped')));
    await expect(runSynthesize(folder, { out, count, queue: url }, { log, signal: stop.signal })).rejects.toThrow(
      'stopped',
    );
    const redis = new Redis(url);
    expect((await redis.keys('*')).filter(key => key.endsWith(':wait'))).toEqual([]);
    redis.disconnect();
    expect([existsSync(out), existsSync(`${out}.partial`)]).toEqual([false, true]);
    await until(() => worker.said().includes('is left'), 'the worker leaves');
    await runSynthesize(folder, { out, count, queue: url, resume: true });
    expect(artefacts(out)).toEqual(artefacts(alone));
    const ended = new Promise(resolve => worker.process.once('exit', resolve));
    worker.process.kill('SIGINT');
    expect(await ended).toBe(0);
  });

  test('calibrate and evaluate edits make the same bytes over the queue', async () => {
    const { url } = await startRedis();
    startWorker(url, folder);
    const bundle = join(folder, 'bundle');
    await writeTinyBundle(bundle, 32, undefined, [], { field: true });
    const context = { log: heardLog(), signal: new AbortController().signal };
    const few = { bundle, judge: join(folder, 'classifier'), threads: 1, shared: folder };
    const faces = { faces: 16, trialFaces: 8, judgedFaces: 8, responseFaces: 100, mostLocks: 2 };
    for (const [name, queue] of [
      ['here', undefined],
      ['there', url],
    ] as const) {
      const out = (stage: string) => join(folder, `${stage}-${name}`);
      const calibration = calibrate.options.parse({ ...few, ...faces, out: out('calibrate'), queue });
      await calibrate.run(calibration, context);
      const attributes = ['Young', 'Male'];
      const evaluation = evaluateEdits.options.parse({
        ...{ ...few, attributes, faces: 8, unlockedFaces: 4, locks: ['Smiling'], out: out('evaluate'), queue },
      });
      await evaluateEdits.run(evaluation, context);
    }
    for (const stage of ['calibrate', 'evaluate']) {
      expect(artefacts(join(folder, `${stage}-there`))).toEqual(artefacts(join(folder, `${stage}-here`)));
    }
    expect(readdirSync(folder).filter(name => name.endsWith('.partial'))).toEqual([]);
  });
});
