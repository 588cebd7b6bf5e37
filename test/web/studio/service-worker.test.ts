// The service worker: it serves its own studio alone, keeps models whole, and goes when its studio is gone.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Hono } from 'hono';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { bundleFiles, readBundle } from '../../../src/core/editor/bundle.ts';
import { hashBytes } from '../../../src/node/artefacts/bundle.ts';
import { listen } from '../../../src/node/server/listen.ts';
import { studioServer } from '../../../src/node/server/studio-server.ts';
import { hasChromium } from '../../helpers/chromium.ts';
import { builtStudio, faceIsThere, newPage, openStudio, studioBrowser } from '../../helpers/studio.ts';
import { type Files, makeTinyBundle, readerOf } from '../../helpers/tiny-bundle.ts';
import { tinyStyle } from '../../helpers/tiny-networks.ts';

const browser = studioBrowser();

type Program = (request: Request) => Response | Promise<Response>;
let first: Files;
let second: Files;
beforeAll(async () => {
  [first, second] = [await makeTinyBundle(), await makeTinyBundle({}, 32)];
});

test('the licences of all packages in the page stand beside it', () => {
  const text = readFileSync(join(builtStudio(), 'licences.txt'), 'utf8');
  const sources = ['core', 'web'].flatMap(room =>
    readdirSync(`src/${room}`, { recursive: true, encoding: 'utf8' })
      .filter(path => /\.tsx?$/.test(path))
      .map(path => readFileSync(join('src', room, path), 'utf8')),
  );
  const imported = sources.flatMap(source => [...source.matchAll(/^import (?!type ).* from '((@[^/']+\/)?[^/'.]+)/gm)]);
  const names = new Set(imported.map(([, name]) => name!));
  expect(names.size).toBeGreaterThan(3);
  for (const name of names) expect(text).toMatch(new RegExp(`^${name} \\d`, 'm'));
});

async function studioWith(files: Files): Promise<Program> {
  const bundle = await readBundle(readerOf(files), hashBytes);
  const app = await studioServer(builtStudio(), bundle, files[bundleFiles.index]!);
  return request => app.fetch(request);
}

/** A server whose programs can be changed while it runs; it answers for each folder with the program there. */
async function serve(programs: Record<string, Program>) {
  const app = new Hono();
  app.all('*', context => {
    const { pathname, search } = new URL(context.req.url);
    const folder = Object.keys(programs).find(each => pathname.startsWith(each));
    if (folder === undefined) return context.text('nothing here', 404);
    return programs[folder]!(new Request(new URL(`/${pathname.slice(folder.length)}${search}`, context.req.url)));
  });
  const { address, close } = await listen(app, '127.0.0.1', 0);
  onTestFinished(close);
  return { address: address.replace(/\/$/, ''), programs };
}

const answering =
  (status: number): Program =>
  () =>
    new Response('busy', { status });

async function openAndKeep(opened: Page, address: string): Promise<void> {
  await openStudio(opened, address);
  await opened.locator('.offline').waitFor({ state: 'attached' });
}

const latentSizeOf = (opened: Page) =>
  opened.evaluate(async () => {
    for (const name of await caches.keys()) {
      const found = await (await caches.open(name)).match(new URL('bundle/bundle.json', document.baseURI));
      if (found !== undefined) return (await found.json()).generator.architecture.latentSize as number;
    }
    return undefined;
  });

describe.skipIf(!hasChromium)('in Chromium', () => {
  test('another program at the studio’s address gets no headers of ours, and never our page', async () => {
    const { address, programs } = await serve({ '/': await studioWith(first) });
    const elsewhere = await serve({
      '/': () =>
        new Response('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', {
          headers: { 'Content-Type': 'image/svg+xml' },
        }),
    });
    const { page: opened, context } = await newPage(browser());
    await openAndKeep(opened, `${address}/`);
    programs['/'] = () =>
      new Response(`<title>other</title><img src="${elsewhere.address}/a.svg">`, {
        headers: { 'Content-Type': 'text/html' },
      });
    await opened.goto(`${address}/`);
    expect(await opened.title()).toBe('other');
    await expect.poll(() => opened.locator('img').evaluate(image => (image as HTMLImageElement).naturalWidth)).toBe(9);
    await expect.poll(() => opened.evaluate(() => caches.keys())).toEqual([]);
    expect(await opened.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);
    await context.setOffline(true);
    await expect(opened.goto(`${address}/`)).rejects.toThrow(/INTERNET_DISCONNECTED/);
  });

  test('it leaves all that is not the studio’s alone', async () => {
    const studio = await studioWith(first);
    const { address } = await serve({
      '/': request => (new URL(request.url).pathname === '/notes' ? new Response('mine') : studio(request)),
    });
    const { page: opened } = await newPage(browser());
    await openAndKeep(opened, `${address}/`);
    const headers = await opened.evaluate(async () => {
      const response = await fetch('./notes');
      return [await response.text(), response.headers.get('Cross-Origin-Opener-Policy')];
    });
    expect(headers).toEqual(['mine', null]);
  });

  test('two studios of one host keep their models side by side', async () => {
    const { address } = await serve({ '/a/': await studioWith(first), '/b/': await studioWith(second) });
    const { page: opened, context } = await newPage(browser());
    await openAndKeep(opened, `${address}/a/`);
    await openAndKeep(opened, `${address}/b/`);
    await context.setOffline(true);
    for (const [folder, size] of [
      ['/a/', 16],
      ['/b/', 32],
    ] as const) {
      await opened.goto(`${address}${folder}`);
      await faceIsThere(opened);
      expect(await latentSizeOf(opened)).toBe(size);
    }
  });

  test('a model half renewed leaves the one before; whole, it takes its place', async () => {
    const { address, programs } = await serve({ '/': await studioWith(first) });
    const { page: opened, context } = await newPage(browser());
    await openAndKeep(opened, `${address}/`);
    const renewed = await studioWith(second);
    programs['/'] = request =>
      request.url.includes(bundleFiles.generator) ? answering(503)(request) : renewed(request);
    await opened.reload();
    await opened.getByText('cannot be loaded: the server answers 503').first().waitFor();
    await context.setOffline(true);
    await opened.reload();
    await faceIsThere(opened);
    expect(await latentSizeOf(opened)).toBe(16);
    await context.setOffline(false);
    programs['/'] = renewed;
    await openAndKeep(opened, `${address}/`);
    await expect.poll(() => latentSizeOf(opened)).toBe(32);
    await context.setOffline(true);
    await opened.reload();
    await faceIsThere(opened);
  });

  test('what is kept with a model is renewed where its name stays, and goes where nothing asks for it any more', async () => {
    const withPhotos = await makeTinyBundle({}, 16, undefined, [], { kind: tinyStyle, encoder: true });
    const { address, programs } = await serve({ '/': await studioWith(withPhotos) });
    const { page: opened } = await newPage(browser());
    await openAndKeep(opened, `${address}/`);
    const [finder, runtime] = ['face-finder/detector.onnx', 'runtime/0.1.0/old.wasm'];
    const modelCache = async (put: readonly string[]) => {
      const name = (await caches.keys()).find(each => each.includes(' model '))!;
      const cache = await caches.open(name);
      for (const path of put) await cache.put(path, new Response('old'));
      const paths = (await cache.keys()).map(({ url }) => new URL(url).pathname.slice(1));
      return { paths, finder: await (await cache.match('face-finder/detector.onnx'))!.text() };
    };
    expect((await opened.evaluate(modelCache, [finder, runtime])).paths).toContain(runtime);
    const studio = programs['/']!;
    programs['/'] = request => (request.url.includes('face-finder') ? answering(503)(request) : studio(request));
    await openAndKeep(opened, `${address}/`);
    const meanwhile = await opened.evaluate(modelCache, []);
    expect(meanwhile.paths).not.toContain(runtime);
    expect(meanwhile.finder).toBe('old'); // better than none
    programs['/'] = studio;
    await openAndKeep(opened, `${address}/`);
    expect((await opened.evaluate(modelCache, [])).finder).not.toBe('old');
  });

  test.each([503, 429])('a server that answers %i does not hide what is kept', async status => {
    const { address, programs } = await serve({ '/': await studioWith(first) });
    const { page: opened } = await newPage(browser());
    await openAndKeep(opened, `${address}/`);
    programs['/'] = answering(status);
    await opened.reload();
    await faceIsThere(opened);
    expect(await opened.evaluate(() => caches.keys())).not.toEqual([]);
  });
});

test.skipIf(!hasChromium)('what a first visit loads beside model and runtime is less than 160 kB, packed', () => {
  const folder = builtStudio();
  const assets = readdirSync(join(folder, 'assets')).filter(name => !/model-card|ort\.jspi/.test(name)); // come later
  const files = ['index.html', ...assets.map(name => `assets/${name}`)];
  const bytes = files.map(name => gzipSync(readFileSync(join(folder, name)), { level: 9 }).length);
  const sum = bytes.reduce((a, b) => a + b, 0);
  expect(sum).toBeGreaterThan(50_000);
  expect(sum).toBeLessThan(160_000);
});
