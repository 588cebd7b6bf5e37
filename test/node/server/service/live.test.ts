// The service on a socket: busy, slow, left, broken and stopped.
import { type ChildProcess, spawn } from 'node:child_process';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { attributeNames } from '../../../../src/core/attributes.ts';
import type { Drawer } from '../../../../src/node/server/service/drawer.ts';
import { launcher, mistake } from '../../../helpers/mistake.ts';
import { openTinyService, posted, tinyLimits } from '../../../helpers/open-service.ts';
import { temporaryFolder } from '../../../helpers/temp-folder.ts';
import { noBoundary, writeTinyBundle } from '../../../helpers/tiny-bundle.ts';

/** Draws when it is told to, so that a request takes as long as a test wants. */
function heldDrawer() {
  const held: (() => void)[] = [];
  const signals: AbortSignal[] = [];
  const drawer: Drawer = {
    draw(_, signal) {
      signals.push(signal);
      return new Promise(resolve => held.push(() => resolve(new Uint8Array([1]))));
    },
    failed: new Promise<never>(() => {}),
    close: async () => {},
  };
  const release = () => {
    for (const resolve of held.splice(0)) resolve();
  };
  return { drawer, held, signals, release };
}

async function started(changes: Parameters<typeof openTinyService>[0], options?: object) {
  const service = await openTinyService(changes);
  const listening = await service.listen(options);
  onTestFinished(async () => {
    await listening.close();
    await service.close();
  });
  const ask = (path: string, init?: RequestInit) => fetch(new URL(path, listening.address), init);
  return { ...service, ...listening, ask };
}

async function until(happened: () => boolean): Promise<void> {
  for (let tries = 0; !happened(); tries++) {
    if (tries > 4000) throw new Error('it did not happen within 40 s');
    await setTimeout(10);
  }
}

test('more requests than threads and queue take are answered 503 with Retry-After, all others are drawn', async () => {
  const { drawer, held, release } = heldDrawer();
  const { ask } = await started({ drawer, limits: { ...tinyLimits, waiting: 2 } });
  const asked = Array.from({ length: 6 }, (_, seed) => ask('/v1/edits', posted({ seed })));
  let answered = 0;
  for (const each of asked) each.then(() => answered++);
  await until(() => answered === 3 && held.length === 1);
  const drawing = setInterval(release, 5);
  const answers = await Promise.all(asked);
  clearInterval(drawing);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 503, 503, 503]);
  for (const { status, headers } of answers)
    if (status === 503) expect(Number(headers.get('Retry-After'))).toBeGreaterThan(0);
  expect((await ask('/healthz')).status).toBe(200);
});

test('a request that takes too long is answered 503, its work is told to stop, and the next one is drawn', async () => {
  const { drawer, held, signals, release } = heldDrawer();
  const { ask } = await started({ drawer, limits: { ...tinyLimits, seconds: 0.2 } });
  const slow = await ask('/v1/edits', posted({ seed: 1 }));
  expect(slow.status).toBe(503);
  expect(await slow.text()).toContain('took longer than 0.2 s');
  expect(signals[0]!.aborted).toBe(true);
  release(); // the thread ends only now
  const next = ask('/v1/edits', posted({ seed: 2 }));
  await until(() => held.length === 1);
  release();
  expect((await next).status).toBe(200);
});

test('a search for probabilities stops soon after its client has left', async () => {
  const { ask } = await started({});
  // A search for as many attributes and to ends as far takes seconds where nobody stops it.
  const moves = attributeNames
    .filter(name => name !== noBoundary)
    .slice(0, 20)
    .map((name, i) => `${name}=p${i % 2 === 0 ? 4 : 97}`);
  const leaving = new AbortController();
  const left = ask('/v1/edits', { ...posted({ seed: 1, moves, nearest: true }), signal: leaving.signal });
  await setTimeout(100);
  leaving.abort();
  await expect(left).rejects.toThrow();
  const begun = performance.now();
  expect((await ask('/v1/faces/1')).status).toBe(200); // the one thread is free again
  expect(performance.now() - begun).toBeLessThan(1500);
  expect(await (await ask('/metrics')).text()).toMatch(/route="\/v1\/edits",status="499"\} 1/);
});

test('a fault of the service is told to its log alone', async () => {
  const drawer: Drawer = {
    draw: async () => {
      throw new Error('cannot read /srv/secret/model.bin');
    },
    failed: new Promise<never>(() => {}),
    close: async () => {},
  };
  const { ask, warnings } = await started({ drawer });
  const answer = await ask('/v1/faces/1');
  expect(answer.status).toBe(500);
  expect(await answer.json()).toMatchObject({
    title: 'Internal Server Error',
    detail: 'the service failed; its log says why',
  });
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatch(/^GET \/v1\/faces\/1: Error: cannot read \/srv\/secret\/model\.bin\n +at /);
});

test('a body that does not arrive is given up with 408', async () => {
  const server = { headersTimeout: 500, requestTimeout: 500, connectionsCheckingInterval: 100 };
  const { address, ask } = await started({}, { server });
  const { port } = new URL(address);
  const said = await Promise.all(
    [
      'POST /v1/edits HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"se',
      'GET /v1/m',
    ].map(
      part =>
        new Promise<string>(resolve => {
          const socket = connect(Number(port), '127.0.0.1', () => socket.write(part));
          let text = '';
          socket.on('data', bytes => {
            text += bytes;
          });
          socket.on('close', () => resolve(text));
        }),
    ),
  );
  expect(said).toEqual(Array(2).fill(expect.stringMatching(/^HTTP\/1\.1 408 Request Timeout\r\n/)));
  expect((await ask('/healthz')).status).toBe(200);
});

test('pages of the given origins may call it, and no others', async () => {
  const { ask } = await started({ origins: ['https://example.org'], token: 'a-token-that-nobody-guesses' });
  const allowed = async (origin: string) => {
    const headers = {
      Origin: origin,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'Authorization',
    };
    const answer = await ask('/v1/edits', { method: 'OPTIONS', headers });
    return [answer.status, answer.headers.get('Access-Control-Allow-Origin')];
  };
  expect(await allowed('https://example.org')).toEqual([204, 'https://example.org']);
  expect(await allowed('https://example.com')).toEqual([204, null]);
});

const root = temporaryFolder();

/** @returns the running program and its address, once it listens. */
async function program(...flags: string[]): Promise<{ child: ChildProcess; address: string; said: () => string }> {
  const child = spawn(process.execPath, [launcher, 'serve', '--port', '0', '--threads', '1', ...flags]);
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', text => {
      said += text;
    });
  }
  await until(() => said.includes('stop with Ctrl-C') || child.exitCode !== null);
  return { child, address: /http:\S+\/(?=,)/.exec(said)![0], said: () => said };
}

test('SIGTERM lets a request that has begun end, takes no further one, and ends with code 0', async () => {
  const bundle = join(root, 'bundle');
  await writeTinyBundle(bundle, 64);
  const { child, address, said } = await program('--bundle', bundle);
  const ended = new Promise(resolve => child.once('exit', resolve));
  // The rest of its body is sent after the signal.
  const body = JSON.stringify({ seed: 1, moves: ['Young=1'] });
  const answer = new Promise<{ status: number | undefined; connection: string | undefined }>((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json', 'Content-Length': body.length };
    const sent = request(new URL('/v1/edits', address), { method: 'POST', headers }, response => {
      response.resume();
      response.on('end', () => resolve({ status: response.statusCode, connection: response.headers.connection }));
    });
    sent.on('error', reject);
    sent.write(body.slice(0, 5));
    void (async () => {
      await setTimeout(200);
      child.kill('SIGTERM');
      await setTimeout(200);
      await expect(fetch(new URL('/healthz', address))).rejects.toThrow();
      sent.end(body.slice(5));
    })();
  });
  expect(await answer).toEqual({ status: 200, connection: 'close' });
  expect(await ended).toBe(0);
  expect(said()).toContain('serve: stopped serving http://127.0.0.1:');
});

test('the command refuses a wrong bundle, port or token in a line', () => {
  expect(mistake('serve', '--bundle', join(root, 'absent'))).toContain('bundle.json: no such file');
  expect(mistake('serve', '--token-file', join(root, 'absent'))).toContain('absent: no such file');
  expect(mistake('serve', '--port', '70000')).toContain('--port must be at most 65535; got 70000');
  expect(mistake('serve', '--origin', 'nowhere')).toContain('must be a web origin, such as https://example.org');
});
