// The studio's server without a socket, and then with one: what it gives, what it refuses, and what it says.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Hono } from 'hono';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { readBundle } from '../../../src/core/editor/bundle.ts';
import { UserError } from '../../../src/core/errors.ts';
import { hashBytes } from '../../../src/node/artefacts/bundle.ts';
import { studio } from '../../../src/node/cli/studio.ts';
import { silentLog } from '../../../src/node/log/log.ts';
import { listen } from '../../../src/node/server/listen.ts';
import { studioServer } from '../../../src/node/server/studio-server.ts';
import { temporaryFolder } from '../../helpers/temp-folder.ts';
import { type Files, makeTinyBundle, readerOf } from '../../helpers/tiny-bundle.ts';

const root = temporaryFolder();
const page = join(root, 'page');
let files: Files;
let app: Hono;
beforeAll(async () => {
  for (const folder of ['assets', 'bundle', 'runtime/1.0']) mkdirSync(join(page, folder), { recursive: true });
  writeFileSync(join(page, 'index.html'), '<!doctype html>');
  writeFileSync(join(page, 'assets/page-abc.js'), 'page');
  writeFileSync(join(page, 'bundle/other.safetensors'), 'the model that the page was built with');
  writeFileSync(join(page, 'runtime/1.0/ort.wasm'), 'wasm');
  writeFileSync(join(root, 'secret'), 'secret');
  files = await makeTinyBundle();
  app = await studioServer(page, await readBundle(readerOf(files), hashBytes), files['bundle.json']!);
});

test.each([
  ['/', 'text/html; charset=utf-8', 'no-cache'],
  ['/index.html', 'text/html; charset=utf-8', 'no-cache'],
  ['/assets/page-abc.js', 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
  ['/runtime/1.0/ort.wasm', 'application/wasm', 'public, max-age=31536000, immutable'],
  ['/bundle/bundle.json', 'application/json', 'no-cache'],
])('gives %s under headers that isolate the page and keep it here', async (path, type, caching) => {
  const response = await app.request(path);
  expect(response.status).toBe(200);
  const header = (name: string) => response.headers.get(name);
  expect([header('Content-Type'), header('Cache-Control')]).toEqual([type, caching]);
  expect(header('Cross-Origin-Opener-Policy')).toBe('same-origin');
  expect(header('Cross-Origin-Embedder-Policy')).toBe('require-corp');
  expect(header('X-Content-Type-Options')).toBe('nosniff');
  expect(header('Content-Security-Policy')).toContain("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'");
});

test('gives every file of the bundle as it is, also only its headers', async () => {
  for (const [name, bytes] of Object.entries(files)) {
    const response = await app.request(`/bundle/${name}`);
    expect(Buffer.from(await response.arrayBuffer()).equals(Buffer.from(bytes)), name).toBe(true);
  }
  const head = await app.request('/bundle/generator.safetensors', { method: 'HEAD' });
  expect([head.status, head.headers.get('Content-Length')]).toEqual([
    200,
    String(files['generator.safetensors']!.length),
  ]);
  expect(await head.text()).toBe('');
});

test.each([
  '/secret',
  '/../secret',
  '/%2e%2e/secret',
  '/..%2fsecret',
  '/bundle/../../secret',
  '/bundle/other.safetensors',
  '/bundle/',
  '/assets',
  '/%E0%A4%A',
  '//example.org/',
  '/index.html%00.js',
])('has no %s', async path => {
  expect((await app.request(path)).status).toBe(404);
});

test('takes nothing', async () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
    const response = await app.request('/', { method });
    expect([response.status, response.headers.get('Allow')]).toEqual([405, 'GET, HEAD']);
  }
});

test('listens on a free port, and says in a line which cannot be had', async () => {
  const { address, close } = await listen(app, '127.0.0.1', 0);
  expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  expect(await (await fetch(address)).text()).toBe('<!doctype html>');
  await close();
  await expect(fetch(address)).rejects.toThrow();

  const other = createServer();
  await new Promise<void>(listening => other.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    other.close();
  });
  const { port } = other.address() as { port: number };
  await expect(listen(app, '127.0.0.1', port)).rejects.toThrow(UserError);
  await expect(listen(app, '127.0.0.1', port)).rejects.toThrow(
    `port ${port} of 127.0.0.1 is in use. Choose another --port`,
  );
  await expect(listen(app, '203.0.113.7', 0)).rejects.toThrow('--host must be an address of this machine');
});

test('the command refuses a bundle that is not there, in a line', async () => {
  const options = studio.options.parse({ bundle: join(root, 'absent'), port: 0 });
  const run = studio.run(options, { log: silentLog, signal: AbortSignal.abort() });
  await expect(run).rejects.toThrow(/cannot read .*absent\/bundle\.json: no such|the studio is not built yet/);
  expect(() => studio.options.parse({ port: 70_000 })).toThrow();
});
