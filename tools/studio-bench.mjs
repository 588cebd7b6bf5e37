// Measures the studio in Chromium against its goals: `npm run bench:studio` (after `npm run build:studio`).
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { bundleFiles, readBundle } from '../dist/core/editor/bundle.js';
import { hashBytes } from '../dist/node/artefacts/bundle.js';
import { listen } from '../dist/node/server/listen.js';
import { studioServer } from '../dist/node/server/studio-server.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = join(root, 'dist/studio');
const loads = 5;
const moves = 60;

console.log(`page without model and Wasm runtime: ${pageSize()}`);
console.log('');
console.log(
  '| model | first face after load, median (ms) | slider to pixels, median (ms) | both networks, median (ms) | 95th percentile |',
);
console.log('| --- | ---: | ---: | ---: | ---: |');
await measure('32×32, models/starter', join(root, 'models/starter'));
await measure('64×64, models/pggan-64', join(root, 'models/pggan-64'));
await measure('64×64, models/celeba-64', join(root, 'models/celeba-64'));

/** Size of all that a first visit loads beside model and runtime; the model card's renderer comes when it is opened. */
function pageSize() {
  const files = ['index.html', ...readdirSync(join(page, 'assets')).map(name => `assets/${name}`)].filter(
    name => !/model-card|ort\.jspi/.test(name),
  );
  const sum = compress => files.reduce((total, name) => total + compress(readFileSync(join(page, name))).length, 0);
  const kilobytes = bytes => `${(bytes / 1000).toFixed(1)} kB`;
  return `${kilobytes(sum(bytes => gzipSync(bytes, { level: 9 })))} gzip, ${kilobytes(sum(bytes => brotliCompressSync(bytes)))} brotli`;
}

async function measure(name, model) {
  const read = async file => readFileSync(join(model, file));
  const app = await studioServer(page, await readBundle(read, hashBytes, model), await read(bundleFiles.index));
  const { address, close } = await listen(app, '127.0.0.1', 0);
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    chromiumSandbox: false,
    args: ['--disable-gpu'],
  });
  const first = [];
  let opened;
  for (let i = 0; i < loads; i++) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    opened = await context.newPage();
    await opened.addInitScript(watchFace);
    await opened.goto(`${address}?device=wasm&threads=2`);
    await opened.waitForFunction(() => globalThis.firstFace !== undefined, undefined, { timeout: 60_000 });
    first.push(await opened.evaluate(() => globalThis.firstFace));
    if (i < loads - 1) await context.close();
  }
  await opened.locator('.offline').waitFor({ state: 'attached' }); // a narrow header hides it
  await opened.waitForTimeout(1000);
  const apart = await opened.evaluate(slide, { moves, apart: 400 });
  const together = await opened.evaluate(slide, { moves, apart: 0 });
  await browser.close();
  await close();
  const ms = value => value.toFixed(1);
  console.log(
    `| ${name} | ${first.map(Math.round).sort((a, b) => a - b)[loads >> 1]} | ${ms(quantile(apart, 0.5))} | ${ms(quantile(together, 0.5))} | ${ms(quantile(together, 0.95))} |`,
  );
}

/** Runs in the page: notes when the first face is on the screen, with nothing over it and its frame painted. */
function watchFace() {
  new MutationObserver((_, observer) => {
    if (document.querySelector('.face canvas[data-drawn]') === null || document.querySelector('.opening')) return;
    observer.disconnect();
    requestAnimationFrame(() =>
      setTimeout(() => {
        globalThis.firstFace = performance.now();
      }),
    );
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-drawn'] });
}

/**
 * In the page: moves a slider and waits for the pixels.
 * @param apart milliseconds between the moves. With enough of them the times are what a person waits. Without any, a
 * move also waits until the classifier has scored the face before it, so each time covers both networks.
 */
async function slide({ moves, apart }) {
  const canvas = document.querySelector('.face canvas');
  const input = document.querySelector('#move-Smiling');
  const times = [];
  for (let i = 0; i < moves; i++) {
    if (apart > 0) await new Promise(done => setTimeout(done, apart));
    const drawn = new Promise(done => {
      new MutationObserver((_, observer) => {
        observer.disconnect();
        done();
      }).observe(canvas, { attributes: true, attributeFilter: ['data-drawn'] });
    });
    const start = performance.now();
    input.value = String(1.5 * Math.sin(i / 5));
    input.dispatchEvent(new Event('input', { bubbles: true }));
    await drawn;
    times.push(performance.now() - start);
  }
  return times;
}

function quantile(values, share) {
  return [...values].sort((a, b) => a - b)[Math.floor(share * (values.length - 1))];
}
