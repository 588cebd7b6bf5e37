// Opens the built studio in a real browser, served with a bundle.
import { resolve } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, onTestFinished } from 'vitest';
import { bundleFiles, readBundle } from '../../src/core/editor/bundle.ts';
import { hashBytes } from '../../src/node/artefacts/bundle.ts';
import { listen } from '../../src/node/server/listen.ts';
import { studioServer } from '../../src/node/server/studio-server.ts';
import { hasChromium, launchChromium } from './chromium.ts';
import { type Files, readerOf } from './tiny-bundle.ts';

export const root = resolve(import.meta.dirname, '../..');

/** @returns the folder of the page, which `built-studio.ts` has built. */
export function builtStudio(): string {
  return inject('studio');
}

/** @returns the page's address, served until the test is over. */
export async function serveStudio(page: string, files: Files): Promise<string> {
  const bundle = await readBundle(readerOf(files), hashBytes);
  const app = await studioServer(page, bundle, files[bundleFiles.index]!);
  const { address, close } = await listen(app, '127.0.0.1', 0);
  onTestFinished(close);
  return address;
}

/** One browser for a test file; each test has a profile of its own. */
export function studioBrowser(): () => Browser {
  let browser: Browser;
  beforeAll(async () => {
    if (hasChromium) browser = await launchChromium();
  });
  afterAll(() => browser?.close());
  return () => browser;
}

/** @returns a page with a profile of its own, and lists of all its requests and complaints. */
export async function newPage(browser: Browser, options: BrowserContextOptions = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('console', message => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  context.on('request', request => requests.push(request.url()));
  return { context, page, complaints, requests };
}

/** Opens an address and waits for the face. */
export async function openStudio(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await faceIsThere(page);
}

export async function faceIsThere(page: Page): Promise<void> {
  await page.locator('.face canvas[data-drawn]').first().waitFor({ timeout: 60_000 });
  await page.locator('.values strong:text("%")').first().waitFor();
  await page.locator('.opening').waitFor({ state: 'detached' });
}

/** Pixels of the screen, one a line and four lines apart, by which faces are compared: a model's are eight wide there. */
const apart = 4;

/** @returns pixels of the large face, RGBA, one in sixteen. */
export async function facePixels(page: Page): Promise<Buffer> {
  const text = await page
    .locator('.face canvas')
    .first()
    .evaluate((element, every) => {
      const canvas = element as HTMLCanvasElement;
      const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true })!;
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      const places = data.length / 4;
      const kept = Array.from({ length: places }, (_, at) => at).filter(
        at => (at % canvas.width) % every === 0 && Math.floor(at / canvas.width) % every === 0,
      );
      return kept.map(at => String.fromCharCode(...data.subarray(4 * at, 4 * at + 4))).join('');
    }, apart);
  return Buffer.from(text, 'latin1');
}

/** Enlarging may round a pixel differently, so one grey level is not counted as a difference. */
export function sameFace(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && a.every((byte, i) => Math.abs(byte - b[i]!) <= 1);
}

/** Waits until the large face is this one. */
export async function expectFace(page: Page, face: Buffer): Promise<void> {
  await expect.poll(async () => sameFace(await facePixels(page), face)).toBe(true);
}

/** Waits until the large face is another than it was, and no preview on the way to it. @returns its pixels. */
export async function changedPixels(page: Page, was: Buffer): Promise<Buffer> {
  let pixels = was;
  const changed = async () => {
    await page.locator('.face canvas[aria-busy="false"]').first().waitFor();
    pixels = await facePixels(page);
    return !sameFace(pixels, was);
  };
  await expect.poll(changed).toBe(true);
  return pixels;
}

/** Moves a slider as a hand does: to a place, and lets go. */
export async function moveSlider(page: Page, attribute: string, distance: number): Promise<void> {
  await page.locator(`#move-${attribute}`).evaluate((element, value) => {
    const input = element as HTMLInputElement;
    input.focus();
    input.value = String(value);
    input.dispatchEvent(new Event('input', { bubbles: true }));
    input.dispatchEvent(new Event('change', { bubbles: true }));
  }, distance);
}

/** @returns the values behind an attribute's name: `86 → 82 %`. */
export async function valueText(page: Page, attribute: string): Promise<string> {
  // Not the inner text: rows that are scrolled away have none.
  return (await page.locator(`.row:has(#move-${attribute}) .values`).textContent()) ?? '';
}
