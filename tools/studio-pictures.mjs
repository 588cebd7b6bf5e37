// Takes the pictures of the studio in docs/images: `node tools/studio-pictures.mjs` (after `npm run build:studio`).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { bundleFiles, readBundle } from '../dist/core/editor/bundle.js';
import { hashBytes } from '../dist/node/artefacts/bundle.js';
import { listen } from '../dist/node/server/listen.js';
import { studioServer } from '../dist/node/server/studio-server.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const model = join(root, 'models/celeba-64');

/** A face whose dark hair can turn fair while its gender and age stay. */
const seed = '9';
const pictures = {
  'studio-desktop': { viewport: { width: 1440, height: 900 }, colorScheme: 'light' },
  'studio-dark': { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' },
  'studio-phone': { viewport: { width: 390, height: 844 }, colorScheme: 'light', deviceScaleFactor: 2 },
};

const read = async name => readFileSync(join(model, name));
const app = await studioServer(
  join(root, 'dist/studio'),
  await readBundle(read, hashBytes, model),
  await read(bundleFiles.index),
);
const { address, close } = await listen(app, '127.0.0.1', 0);
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', chromiumSandbox: false });
for (const [name, options] of Object.entries(pictures)) {
  const page = await browser.newPage(options);
  await page.goto(`${address}?device=wasm`);
  await page.locator('.offline').waitFor({ state: 'attached' });
  await page.getByLabel('Seed', { exact: true }).fill(seed);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Lock Male' }).click();
  await page.getByRole('button', { name: 'Lock Young' }).click();
  await page.locator('#move-Blond_Hair').focus();
  for (let i = 0; i < 3; i++) await page.keyboard.press('PageUp');
  await page.locator('.divider').focus();
  for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowRight');
  await page.evaluate(() => {
    document.activeElement.blur();
    scrollTo(0, 0);
  });
  await page.waitForTimeout(1500);
  await sharp(await page.screenshot())
    .webp({ quality: 90 })
    .toFile(join(root, `docs/images/${name}.webp`));
  await page.close();
}
await browser.close();
await close();
