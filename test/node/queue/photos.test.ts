// A folder of photos edited over a real Redis: the same files as without, and the same words on those that fail.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { pieceId } from '../../../src/node/queue/pieces.ts';
import { work } from '../../../src/node/queue/worker.ts';
import { edit } from '../../../src/node/stages/edit/stage.ts';
import { photoEdits } from '../../../src/node/stages/edit/work.ts';
import { heardLog, queued } from '../../helpers/queue.ts';
import { hasRedis, startRedis, type TestRedis } from '../../helpers/redis.ts';
import { temporaryFolder } from '../../helpers/temp-folder.ts';
import { writeTinyBundle } from '../../helpers/tiny-bundle.ts';
import { tinyStyle } from '../../helpers/tiny-networks.ts';

const root = temporaryFolder();
const [bundle, photos, here, there] = ['bundle', 'photos', 'here', 'there'].map(name => join(root, name)) as [
  string,
  string,
  string,
  string,
];
/** Eyes and mouth in a picture without a face. */
const points = '24,20 40,20 32,38';

describe.skipIf(!hasRedis)('edit --photos over a queue', () => {
  let redis: TestRedis;
  const stop = new AbortController();
  const run = async (options: object) => {
    const log = heardLog();
    const config = edit.options.parse({
      ...{ bundle, photos, points, quick: true, move: ['Young=2'], threads: 1 },
      ...options,
    });
    return { result: await edit.run(config, { log, signal: new AbortController().signal }), log };
  };

  beforeAll(async () => {
    await writeTinyBundle(bundle, 16, undefined, [], { kind: tinyStyle, encoder: true });
    mkdirSync(photos);
    const data = Uint8Array.from(
      { length: 64 * 56 * 3 },
      (_, at) => 40 + (Math.floor(at / 3) % 64) * 2 + 20 * (at % 3),
    );
    const raw = { width: 64, height: 56, channels: 3 } as const;
    await sharp(data, { raw }).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toFile(join(photos, 'a.jpg'));
    await sharp(data, { raw }).png().toFile(join(photos, 'c.png'));
    writeFileSync(join(photos, 'b.jpg'), 'no photo');
    redis = await startRedis(root);
    const context = { log: heardLog(), signal: stop.signal };
    const worker = work({ queue: redis.url, shared: root, threads: 1 }, [photoEdits], context);
    return async () => {
      stop.abort();
      await worker;
      await redis.stop('killed');
    };
  });

  test('it writes the same files and says the same of those that fail', async () => {
    const [alone, spread] = [await run({ out: here }), await run({ out: there, ...queued(redis.url, root) })];
    expect(readdirSync(there).sort()).toEqual(['a.jpg', 'c.png']);
    for (const name of ['a.jpg', 'c.png']) {
      expect(readFileSync(join(there, name)).equals(readFileSync(join(here, name)))).toBe(true);
    }
    const { changes } = spread.result;
    expect(changes).toEqual(alone.result.changes);
    const problems = (each: typeof alone) => each.result.photos!.map(({ problem }) => problem?.replaceAll(here, there));
    expect(problems(spread)).toEqual(problems(alone));
    expect(spread.log.lines.join('\n')).toMatch(/takes part with one thread/);
  });

  test('a photo that was replaced by one of the same size is another piece', () => {
    const piece = (written: number) => pieceId({ name: 'a.jpg', bytes: 7, written });
    expect(piece(1)).toBe(piece(1));
    expect(piece(1)).not.toBe(piece(2));
    expect(photoEdits.input.safeParse({ name: 'a.jpg', bytes: 7 }).success).toBe(false);
  });

  test('the same command goes on: what is there is passed over', async () => {
    copyFileSync(join(photos, 'a.jpg'), join(photos, 'd.jpg'));
    const { result } = await run({ out: there, ...queued(redis.url, root) });
    expect(result.photos!.map(({ out }) => out === undefined)).toEqual([true, true, true, false]);
    expect(existsSync(join(there, 'd.jpg'))).toBe(true);
  });

  test('a queue is for folders only', async () => {
    const options = {
      photos: undefined,
      points: undefined,
      quick: false,
      ...queued(redis.url, root),
      out: join(root, 'x.png'),
    };
    await expect(run(options)).rejects.toThrow(/^--queue hands out the photos of a folder; give it with --photos/);
  });
});
