// The studio for everybody: axe finds nothing serious, nothing overflows, and bundles that know more are shown so.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { further, makeCalibratedBundle, unreliable } from '../../helpers/calibrated-bundle.ts';
import { hasChromium } from '../../helpers/chromium.ts';
import {
  builtStudio,
  changedPixels,
  expectFace,
  faceIsThere,
  facePixels,
  moveSlider,
  newPage,
  openStudio,
  serveStudio,
  studioBrowser,
  valueText,
} from '../../helpers/studio.ts';
import type { Files } from '../../helpers/tiny-bundle.ts';
import { tinyStyle } from '../../helpers/tiny-networks.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const page = builtStudio();
const browser = studioBrowser();
let files: Files;
let styled: Files;
beforeAll(async () => {
  files = await makeCalibratedBundle();
  styled = await makeCalibratedBundle(64, { kind: tinyStyle, psi: 0.8 });
});

const poll = <Result>(look: () => Promise<Result> | Result) => expect.poll(look, { timeout: 10_000 });

/** All findings of axe, whatever their impact. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(
    options => (globalThis as unknown as { axe: { run(options: RunOptions): Promise<AxeResults> } }).axe.run(options),
    { resultTypes: ['violations'] } satisfies RunOptions,
  );
  return violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
}

/** Elements whose text is cut off sideways or that stick out of the window. */
function overflowing(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const wide = document.documentElement.scrollWidth > innerWidth ? ['the page scrolls sideways'] : [];
    const out = [...document.querySelectorAll('button, input, .values, h1, h2')].filter(element => {
      const { left, right, width } = element.getBoundingClientRect();
      const scrolls = element.closest('.thumbnails, .strip') !== null;
      return width > 0 && !scrolls && (left < -1 || right > innerWidth + 1);
    });
    return [...wide, ...out.map(element => element.outerHTML.slice(0, 120))];
  });
}

describe.skipIf(!hasChromium)('in Chromium', () => {
  test.each([
    ['desktop, light', { width: 1440, height: 900 }, 'light'],
    ['desktop, dark', { width: 1440, height: 900 }, 'dark'],
    ['phone, light', { width: 360, height: 640 }, 'light'],
    ['phone, dark', { width: 390, height: 844 }, 'dark'],
    ['tablet', { width: 820, height: 1180 }, 'light'],
    ['small laptop', { width: 1024, height: 640 }, 'light'],
    ['4K', { width: 3840, height: 2160 }, 'light'],
  ] as const)('%s: nothing for axe to say, nothing overflows', async (_, viewport, colorScheme) => {
    const address = await serveStudio(page(), files);
    const { page: opened } = await newPage(browser(), { viewport, colorScheme });
    await openStudio(opened, address);
    await moveSlider(opened, 'Young', -1.5);
    await opened.getByRole('button', { name: 'Lock Male' }).click();
    await poll(() => valueText(opened, 'Young')).toContain('→');
    await opened.locator('.strip .thumbnail').nth(8).waitFor();
    await opened.waitForTimeout(300); // colours change within an eighth of a second
    expect(await findings(opened)).toEqual([]);
    expect(await overflowing(opened)).toEqual([]);
    await opened.getByRole('button', { name: 'Export' }).click();
    expect(await findings(opened)).toEqual([]);
    await opened.keyboard.press('Escape');
    await opened.getByRole('button', { name: 'Help' }).click();
    expect(await findings(opened)).toEqual([]);
    await opened.getByRole('button', { name: 'Model card' }).click();
    await opened.locator('.card-text h3').waitFor();
    expect(await findings(opened)).toEqual([]);
    expect(await overflowing(opened)).toEqual([]);
    await opened.keyboard.press('Escape');
    await opened.getByRole('button', { name: /^History/ }).click();
    await opened.locator('#history .entry').first().waitFor();
    expect(await findings(opened)).toEqual([]);
  });

  test.each([
    ['desktop', { width: 1440, height: 900 }],
    ['phone', { width: 360, height: 640 }],
  ] as const)(
    '%s: truncation has a field where the model has it, and is part of link, history and face',
    async (_, viewport) => {
      const address = await serveStudio(page(), styled);
      const { page: opened } = await newPage(browser(), { viewport });
      await openStudio(opened, address);
      const field = opened.getByLabel(/^Truncation ψ/);
      expect(await field.inputValue()).toBe('0.8');
      expect(await findings(opened)).toEqual([]);
      expect(await overflowing(opened)).toEqual([]);
      const before = await facePixels(opened);
      await field.fill('0.3');
      await field.press('Enter');
      const after = await changedPixels(opened, before);
      await poll(() => opened.url()).toContain('seed=7&psi=0.3');
      await moveSlider(opened, 'Young', -1.5);
      await poll(() => opened.url()).toContain('psi=0.3&move=Young=@-1.5');
      await opened.keyboard.press('Control+z');
      await expectFace(opened, after);
      await poll(() => opened.url()).not.toContain('move=');
      const link = opened.url();
      await field.fill('9');
      await field.press('Enter');
      await poll(() => opened.locator('.message').innerText()).toContain('ψ must be a number from 0 to 2; got "9"');
      expect(await field.inputValue()).toBe('0.3');
      await opened.getByRole('button', { name: 'Surprise me' }).click();
      await poll(() => opened.url()).not.toBe(link);
      expect(opened.url()).toContain('psi=0.3'); // another face, truncated as this one
      await opened.goto(link);
      await faceIsThere(opened);
      await expectFace(opened, after);
      expect(await field.inputValue()).toBe('0.3');
    },
  );

  test('a model without truncation has no field for it', async () => {
    const address = await serveStudio(page(), files);
    const { page: opened } = await newPage(browser());
    await openStudio(opened, address);
    expect(await opened.getByLabel(/^Truncation/).count()).toBe(0);
    expect(opened.url()).not.toContain('psi');
  });

  test('loading and failing are told to screen readers too', async () => {
    const address = await serveStudio(page(), files);
    const { page: opened } = await newPage(browser());
    let release = () => {};
    const held = new Promise<void>(done => {
      release = done;
    });
    await opened.route('**/generator.safetensors', async route => {
      await held;
      await route.fulfill({ status: 503 });
    });
    await opened.goto(address);
    await opened.getByRole('progressbar', { name: 'Loading the model' }).waitFor();
    await poll(() => opened.locator('main').innerText()).toMatch(/Loading the model: 14\.\d MB of 14\.\d MB/);
    expect(await findings(opened)).toEqual([]);
    release();
    await opened.getByRole('alert').waitFor();
    expect(await opened.getByRole('alert').innerText()).toContain('the server answers 503');
    expect(await findings(opened)).toEqual([]);
  });

  test('what a bundle knows is shown: probabilities, safe range, what moves along, locks, and why not', async () => {
    const address = await serveStudio(page(), files);
    const { page: opened } = await newPage(browser());
    await openStudio(opened, address);
    const young = opened.locator('#move-Young');
    expect([await young.getAttribute('min'), await young.getAttribute('max')]).toEqual(['-4', '4']);
    const safe = await opened.locator('.row:has(#move-Young) .slider').getAttribute('style');
    expect(safe).toMatch(/--safe-from: ?25%; --safe-to: ?81\.25%/); // −2 and 2.5 of ±4
    await young.focus();
    const bar = opened.getByRole('region', { name: 'In use: Young' });
    await poll(() => bar.innerText()).toMatch(/Moves with Grey hair −25, Receding hairline −21/);
    await bar.getByRole('button', { name: 'Lock both: Grey hair, Receding hairline' }).click();
    await poll(() => opened.url()).toContain('lock=Gray_Hair&lock=Receding_Hairline');
    await poll(() => bar.innerText()).toMatch(/\d+ % of the direction left/);
    expect(await opened.locator('.strip li').first().innerText()).toMatch(/%$/);
    const figures = await opened
      .locator('.strip .thumbnail')
      .evaluateAll(all => all.map(each => each.getAttribute('aria-label')));
    expect([figures.at(0), figures.at(-1)]).toEqual([
      expect.stringContaining('−2.00 σ'),
      expect.stringContaining('+2.50 σ'),
    ]);
    expect(await opened.locator(`.row:has(#move-${unreliable}) .badge`).textContent()).toBe('unreliable');
    await opened.locator(`#move-${unreliable}`).focus();
    await poll(() => opened.locator('.companions').innerText()).toContain('the judge agrees on 41 %');
    expect(await opened.locator('.row:has(#move-Bald)').textContent()).toContain('only 3 generated faces have it');
    expect(await opened.getByRole('button', { name: 'Lock Bald' }).isDisabled()).toBe(true);
  });

  test('directions beyond the 40 are moved and locked like the others, without probabilities', async () => {
    const address = await serveStudio(page(), files);
    const { page: opened } = await newPage(browser());
    await openStudio(opened, address);
    const group = opened.getByRole('region', { name: 'Further directions' });
    expect(await group.textContent()).toContain('Tired Look');
    await moveSlider(opened, further, 2);
    await poll(() => valueText(opened, further)).toMatch(/^[+−]\d\.\d\d → \+2\.00 σ$/);
    await poll(() => opened.url()).toContain(`move=${further}=@2`);
    expect(await opened.locator('.companions').innerText()).toContain('Beyond the 40: labelled by hand, 200 faces');
    expect(await opened.getByLabel('Tired Look: probability in percent').count()).toBe(0);
    await group.getByRole('button', { name: 'Lock Tired Look' }).click();
    await poll(() => opened.url()).toContain(`lock=${further}`);
    await opened.locator('.strip .thumbnail').nth(8).waitFor();
    expect(await opened.locator('.strip li').last().innerText()).toMatch(/σ$/);
  });

  test('less motion, where that is asked for', async () => {
    const address = await serveStudio(page(), files);
    const { page: opened } = await newPage(browser(), { reducedMotion: 'reduce' });
    await openStudio(opened, address);
    expect(
      await opened
        .locator('.button')
        .first()
        .evaluate(each => getComputedStyle(each).transitionDuration),
    ).toBe('0s');
    await opened.locator('.strip .thumbnail').nth(8).waitFor();
    await opened.getByRole('button', { name: 'Play' }).click();
    await opened.getByRole('button', { name: 'Stop' }).click();
    await faceIsThere(opened);
  });
});
