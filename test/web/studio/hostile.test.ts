// Broken bundles, links and files: each gives one clear line, and the page lives on.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { addRecipe } from '../../../src/core/editing/recipe.ts';
import { makeCalibratedBundle } from '../../helpers/calibrated-bundle.ts';
import { hasChromium } from '../../helpers/chromium.ts';
import {
  builtStudio,
  changedPixels,
  faceIsThere,
  facePixels,
  moveSlider,
  newPage,
  openStudio,
  serveStudio,
  studioBrowser,
} from '../../helpers/studio.ts';
import { temporaryFolder } from '../../helpers/temp-folder.ts';
import type { Files } from '../../helpers/tiny-bundle.ts';

const folder = temporaryFolder();
const browser = studioBrowser();
let files: Files;
beforeAll(async () => {
  files = await makeCalibratedBundle();
});

/** @returns the text of all elements that are there, none included: a page may show nothing yet. */
const textOf = async (page: Page, selector: string) => (await page.locator(selector).allInnerTexts()).join();

async function start(path = '') {
  const address = await serveStudio(builtStudio(), files);
  const opened = await newPage(browser());
  await openStudio(opened.page, address + path);
  return { address, ...opened };
}

/** A slider still moves the face. */
async function lives(page: Page): Promise<void> {
  const before = await facePixels(page);
  await moveSlider(page, 'Young', (await page.locator('#move-Young').inputValue()) === '2' ? -2 : 2);
  await changedPixels(page, before);
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const numbers = Buffer.alloc(8);
  numbers.writeUInt32BE(data.length, 0);
  numbers.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([numbers.subarray(0, 4), body, numbers.subarray(4)]);
}

const keyword = 'face-tuning-recipe';

/** A picture of a pixel, with a chunk before its end. */
async function pictureWith(part: Buffer): Promise<Buffer> {
  const png = await sharp({ create: { width: 1, height: 1, channels: 3, background: 'white' } })
    .png()
    .toBuffer();
  return Buffer.concat([png.subarray(0, -12), part, png.subarray(-12)]);
}

const recipe = {
  schemaVersion: 1,
  bundle: { name: 'tiny', sha256: 'ab'.repeat(32) },
  seed: 1,
  moves: [],
  locks: [],
  geometry: 'sphere',
};

const badFiles: readonly (readonly [name: string, make: () => Promise<Buffer>, says: RegExp])[] = [
  ['nonsense.json', async () => Buffer.from('{"a":'), /nonsense\.json must be JSON/],
  [
    'empty.json',
    async () => Buffer.alloc(0),
    /empty\.json must be a PNG, WebP, JPEG, AVIF or TIFF picture with a recipe/,
  ],
  ['strange.json', async () => Buffer.from(JSON.stringify({ ...recipe, moves: ['Young=up'] })), /a move must be/i],
  [
    'other-model.json',
    async () => Buffer.from(JSON.stringify(recipe)),
    /made with another model \("tiny", abababab…\) than this/,
  ],
  [
    'endless.json',
    async () => Buffer.alloc(2e6, '['),
    /endless\.json must be .* or a recipe, which must have at most 1 MB; it has 2\.0/,
  ],
  ['plain.png', () => pictureWith(Buffer.alloc(0)), /plain\.png carries no recipe/],
  ['cut.png', async () => (await pictureWith(Buffer.alloc(0))).subarray(0, 40), /cut\.png is a damaged PNG file/],
  [
    'hundred-megapixels.png',
    () =>
      sharp({ create: { width: 10_000, height: 10_000, channels: 3, background: 'grey' } })
        .png({ compressionLevel: 1 })
        .toBuffer(),
    /hundred-megapixels\.png carries no recipe/,
  ],
  [
    'huge-text.png',
    () => pictureWith(chunk('iTXt', Buffer.from(`${keyword}\0\0\0\0\0${'x'.repeat(20e6)}`))),
    /huge-text\.png: the text "face-tuning-recipe" must have at most 1800000 bytes; got 20000/,
  ],
  [
    'bomb.png', // 200 MB once it is unpacked
    () => {
      const head = Buffer.from(`${keyword}\0\x01\0\0\0`);
      return pictureWith(chunk('iTXt', Buffer.concat([head, deflateSync(Buffer.alloc(200e6))])));
    },
    /bomb\.png: the text "face-tuning-recipe" must be uncompressed/,
  ],
  [
    'millions-of-chunks.png',
    () => pictureWith(Buffer.concat(Array.from({ length: 1_000_000 }, () => chunk('tEXt', new Uint8Array())))),
    /carries no recipe/,
  ],
];

/** Links that are refused, and the line that says why. */
const badLinks: readonly (readonly [link: string, says: RegExp])[] = [
  ['#seed=-1&model=MODEL', /seed/i],
  ['#seed=abc&model=MODEL', /seed/i],
  ['#seed=1&seed2=3&model=MODEL', /"seed2" means nothing here/],
  ['#seed=1&move=Young&model=MODEL', /a move must be/i],
  ['#seed=1&move=Young=@1e999&model=MODEL', /move/i],
  ['#seed=1&lock=Nobody&model=MODEL', /"Nobody"/],
  ['#seed=1&latent=AAAAAAAA8D8&model=MODEL', /from a seed, a latent or a portrait; got 2 of them/],
  ['#latent=%%%&model=MODEL', /latent/i],
  ['#latent=AAAAAAAA8D8&model=MODEL', /must have 64 finite numbers; got 1$/],
  ['#seed=1&model=other.aaaaaaaaaaaa', /made with another model \("other", aaaaaaaa…\) than this/],
  ['#seed=1&move=Young=@900&model=MODEL', /must stay on the sphere/],
  ['#seed=1&move=Bald=1&model=MODEL', /can neither move nor lock Bald/],
  [`#${'x'.repeat(200_000)}`, /it has 200000 characters/],
];

describe.skipIf(!hasChromium)('in Chromium', () => {
  test('files that are no recipe of this model', async () => {
    const { page, complaints } = await start();
    mkdirSync(folder, { recursive: true });
    for (const [name, make, says] of badFiles) {
      const path = join(folder, name);
      writeFileSync(path, await make());
      const address = page.url();
      await page.locator('#open-file').setInputFiles(path);
      await expect.poll(() => textOf(page, '.message.refused')).toMatch(says);
      expect(page.url(), name).toBe(address);
      await page.getByRole('button', { name: 'Close message' }).click();
      await expect.poll(() => page.locator('.message').count()).toBe(0);
    }
    await lives(page);
    expect(complaints).toEqual([]);
  }, 120_000);

  test('a picture with a good recipe, dropped on the page, however large it is', async () => {
    const { page } = await start();
    const sha256 = JSON.parse(new TextDecoder().decode(files['bundle.json']!)).sha256 as string;
    const png = await pictureWith(Buffer.alloc(0));
    const signed = addRecipe(png, {
      seed: 5,
      bundle: { name: 'tiny', sha256 },
      moves: [{ attribute: 'Male', kind: 'relative', strength: 1 }],
      locks: ['Young'],
      geometry: 'sphere',
    });
    await page.evaluate(
      bytes => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(bytes)], 'dropped.png'));
        document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
      },
      [...signed],
    );
    await expect.poll(() => page.url()).toContain('seed=5&move=Male=1&lock=Young&model=tiny');
    await expect.poll(() => page.locator('.message').innerText()).toContain('dropped.png opened');
  });

  const ofModel = (link: string) => {
    const { sha256 } = JSON.parse(new TextDecoder().decode(files['bundle.json']!)) as { sha256: string };
    return link.replace('MODEL', `tiny.${sha256.slice(0, 12)}`);
  };

  test('links that are none: that cannot be read, and whose face cannot be drawn', async () => {
    const address = await serveStudio(builtStudio(), files);
    const { context, complaints } = await newPage(browser());
    const opened = badLinks.filter(([link]) => /seed=abc|@900/.test(link));
    expect(opened.length).toBe(2);
    for (const [link, says] of opened) {
      const other = await context.newPage();
      await openStudio(other, address + ofModel(link));
      await expect.poll(() => textOf(other, '.message')).toMatch(says);
      await expect.poll(() => other.url()).toMatch(/#seed=\d+&model=tiny/);
      await lives(other);
      await other.close();
    }
    expect(complaints).toEqual([]);
  }, 60_000);

  test('links that are none, pasted while a face is open: the address is that of the face again', async () => {
    const address = await serveStudio(builtStudio(), files);
    const { page: opened, complaints } = await newPage(browser());
    await openStudio(opened, address);
    await opened.locator('#move-Young').press('PageUp');
    await expect.poll(() => opened.url()).toContain('move=Young');
    const url = opened.url();
    for (const [link, says] of badLinks) {
      await opened.evaluate(to => location.assign(to), ofModel(link));
      await expect.poll(() => textOf(opened, '.message')).toMatch(says);
      await expect.poll(() => opened.url()).toBe(url);
      await opened.getByRole('button', { name: 'Close message' }).click();
      await expect.poll(() => opened.locator('.message').count()).toBe(0);
    }
    await expect.poll(() => opened.getByRole('button', { name: 'Undo' }).isEnabled()).toBe(true);
    await lives(opened);
    expect(complaints).toEqual([]);
  }, 60_000);

  test.each<[string, (served: Files) => Files, RegExp]>([
    ['is no JSON', served => ({ ...served, 'bundle.json': Buffer.from('<html>') }), /bundle\.json must be JSON/],
    [
      'was changed',
      served => ({ ...served, 'generator.safetensors': changed(served['generator.safetensors']!) }),
      /generator\.safetensors was changed: its SHA-256/,
    ],
    [
      'was cut',
      served => ({ ...served, 'boundaries.npy': served['boundaries.npy']!.subarray(1) }),
      /boundaries\.npy must have \d+ bytes/,
    ],
    [
      'is missing',
      ({ 'classifier.safetensors': _, ...served }) => served,
      /classifier\.safetensors cannot be loaded: the server answers 404/,
    ],
  ])('a bundle of which a file %s is told, and can be tried again', async (_, damage, says) => {
    const address = await serveStudio(builtStudio(), files);
    const opened = await newPage(browser());
    const served = damage(files);
    let broken = true;
    await opened.page.route('**/bundle/*', route => {
      if (!broken) return route.continue();
      const bytes = served[new URL(route.request().url()).pathname.split('/').at(-1)!];
      return bytes === undefined ? route.fulfill({ status: 404 }) : route.fulfill({ body: Buffer.from(bytes) });
    });
    await opened.page.goto(address);
    await expect.poll(() => textOf(opened.page, '.failure')).toMatch(says);
    broken = false;
    await opened.page.getByRole('button', { name: 'Try again' }).click();
    await faceIsThere(opened.page);
    await lives(opened.page);
  });

  test('a browser that adds noise to canvases saves no picture with a recipe that is not its own', async () => {
    const opened = await newPage(browser());
    await opened.page.addInitScript(() => {
      const { getImageData } = OffscreenCanvasRenderingContext2D.prototype;
      OffscreenCanvasRenderingContext2D.prototype.getImageData = function (...place) {
        const image = Reflect.apply(getImageData, this, place);
        for (let i = 0; i < image.data.length; i += 397) image.data[i]! ^= 1;
        return image;
      };
    });
    await openStudio(opened.page, await serveStudio(builtStudio(), files));
    await opened.page.getByRole('button', { name: 'Export' }).click();
    let saved = 0;
    opened.page.on('download', () => saved++);
    await opened.page.getByRole('button', { name: 'Picture (PNG)' }).click();
    await opened.page.getByText('This browser changes the pixels of pictures').waitFor();
    expect(saved).toBe(0);
  });

  test('where ONNX Runtime does not start, the model is not blamed', async () => {
    const { hostname, port } = new URL(await serveStudio(builtStudio(), files));
    const { createServer } = await import('node:http');
    const plain = createServer(async (request, response) => {
      const answer = await fetch(`http://${hostname}:${port}${request.url}`);
      const isModule = request.url!.endsWith('.mjs');
      const type = isModule ? 'application/octet-stream' : answer.headers.get('Content-Type')!;
      response.writeHead(answer.status, { 'Content-Type': type });
      response.end(Buffer.from(await answer.arrayBuffer()));
    });
    await new Promise<void>(listening => plain.listen(0, '127.0.0.1', listening));
    onTestFinished(() => {
      plain.closeAllConnections();
      plain.close();
    });
    const opened = await newPage(browser());
    await opened.page.goto(`http://127.0.0.1:${(plain.address() as { port: number }).port}/`);
    const line = opened.page.getByText('ONNX Runtime must run on wasm').first();
    await line.waitFor();
    expect(await line.innerText()).toMatch(/send \.mjs files as text\/javascript/);
    expect(await line.innerText()).not.toMatch(/bundle again/);
  });

  test('a server without the two headers: one thread, and more once the page is kept', async () => {
    const address = await serveStudio(builtStudio(), files);
    const opened = await newPage(browser());
    const { hostname, port } = new URL(address);
    const { createServer } = await import('node:http');
    const plain = createServer(async (request, response) => {
      const answer = await fetch(`http://${hostname}:${port}${request.url}`);
      response.writeHead(answer.status, { 'Content-Type': answer.headers.get('Content-Type') ?? '' });
      response.end(Buffer.from(await answer.arrayBuffer()));
    });
    await new Promise<void>(listening => plain.listen(0, '127.0.0.1', listening));
    onTestFinished(() => {
      plain.closeAllConnections();
      plain.close();
    });
    await openStudio(opened.page, `http://127.0.0.1:${(plain.address() as { port: number }).port}/`);
    expect(await opened.page.locator('.chip').innerText()).toContain('1 thread');
    await lives(opened.page);
    await opened.page.locator('.offline').waitFor({ state: 'attached' });
    await opened.page.reload();
    await faceIsThere(opened.page);
    expect(await opened.page.locator('.chip').innerText()).toMatch(/\d threads/);
    expect(opened.complaints).toEqual([]);
  });
});

function changed(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte, i) => (i === bytes.length >> 1 ? byte ^ 1 : byte));
}
