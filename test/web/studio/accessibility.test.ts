// The studio for everybody: axe finds nothing serious, nothing overflows, and bundles that know more are shown so.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { attributeNames } from '../../../src/core/attributes.ts';
import { type BundleIndex, bundleFiles, writeBundleIndex } from '../../../src/core/editor/bundle.ts';
import { hashBytes } from '../../../src/node/artefacts/bundle.ts';
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
const browser = studioBrowser();
let files: Files;
let styled: Files;
beforeAll(async () => {
  files = await makeCalibratedBundle();
  styled = await makeCalibratedBundle(64, { kind: tinyStyle, psi: 0.8 });
});

/** All violations that axe finds, of any impact. */
async function findings(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe);
  // Things that are drawn a little later, such as the strip with the button that plays it, would change colours meanwhile.
  await page.waitForFunction(() => {
    const play = document.querySelector('.page:not([inert]) .play');
    return document.querySelector('[aria-busy="true"]') === null && play?.ariaDisabled !== 'true';
  });
  // A button that has just become usable fades from the colour of one that is not.
  await page.evaluate(async () => {
    const fading = document.getAnimations().filter(each => each instanceof CSSTransition);
    await Promise.allSettled(fading.map(({ finished }) => finished));
  });
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

/**
 * A bundle with long names, nine suggested locks, and the seed that the page opens with.
 * @param from any bundle.
 */
async function crowded(from: Files): Promise<Files> {
  const { [bundleFiles.index]: bytes, ...contents } = from;
  const index = JSON.parse(new TextDecoder().decode(bytes)) as BundleIndex;
  const { schemaVersion: _version, files: _files, sha256: _hash, ...details } = index;
  const suggestedLocks = attributeNames.slice(0, 9);
  const text = await writeBundleIndex(
    {
      ...details,
      openWith: { seed: 5 },
      attributes: details.attributes.map(each =>
        each.attribute === 'Young'
          ? { ...each, controllable: false, reason: 'a reason '.repeat(20), suggestedLocks }
          : each,
      ),
      extra: details.extra!.map(each => ({ ...each, attribute: longName, origin: 'x'.repeat(200) })),
    },
    contents,
    hashBytes,
  );
  return { ...from, [bundleFiles.index]: new TextEncoder().encode(text) };
}

const longName = `A_direction_with_a_name_as_${'long'.repeat(8)}`;

/** Elements of the middle column that leave it, and neighbours that lie on each other. */
function crowding(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const box = (element: Element) => element.getBoundingClientRect();
    const column = document.querySelector('.stage')!;
    const panel = box(document.querySelector('.panel')!);
    const beside = getComputedStyle(column).display !== 'contents';
    const [from, to] = beside ? [box(column).left, panel.left] : [0, innerWidth];
    const seen = [...column.querySelectorAll('*')].filter(element => {
      const scrolls = element.closest('.strip') !== null && !element.matches('.strip');
      return box(element).width > 0 && element.closest('svg') === null && !scrolls;
    });
    const name = (element: Element) => element.outerHTML.slice(0, 100);
    const out = seen.filter(element => box(element).left < from - 1 || box(element).right > to + 1);
    const overlaps = ['.exact', '.side-effects', '.change-list li'].flatMap(selector =>
      [...document.querySelectorAll(selector)].flatMap(parent => {
        const children = [...parent.children].filter(child => box(child).width > 0);
        return children.filter((child, i) =>
          children.slice(0, i).some(other => {
            const [a, b] = [box(child), box(other)];
            return a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
          }),
        );
      }),
    );
    const wide = [document.documentElement, column].filter(each => each.scrollWidth > each.clientWidth + 1);
    return [
      ...out.map(each => `leaves the column: ${name(each)}`),
      ...overlaps.map(each => `lies on its neighbour: ${name(each)}`),
      ...wide.map(each => `scrolls sideways: ${name(each).slice(0, 30)}`),
    ];
  });
}

/** Where an element lies in the window. */
function boxOf(page: Page, selector: string): Promise<DOMRect> {
  return page.locator(selector).evaluate(element => element.getBoundingClientRect());
}

describe.skipIf(!hasChromium)('in Chromium', () => {
  test('the middle column holds what is in it, at any width, whatever the names and locks', async () => {
    const address = await serveStudio(builtStudio(), await crowded(files));
    const { page: opened } = await newPage(browser());
    await openStudio(opened, address);
    await expect.poll(() => opened.url()).toContain('seed=5&');
    await moveSlider(opened, 'Smiling', 1.5);
    await opened.getByRole('button', { name: 'Lock Male' }).click();
    await expect.poll(() => opened.locator('.change-list li').count()).toBeGreaterThan(0);
    for (const attribute of ['Young', '5_o_Clock_Shadow', longName]) {
      await opened.locator(`#move-${attribute}`).focus();
      await opened.locator('.strip .thumbnail').nth(8).waitFor();
      for (const width of [320, 360, 430, 560, 768, 860, 861, 960, 1024, 1120, 1121, 1280, 1440, 1920, 2560]) {
        await opened.setViewportSize({ width, height: 900 });
        expect(await crowding(opened), `${attribute} at ${width}`).toEqual([]);
      }
      if (attribute === 'Young') {
        const locks = opened.getByRole('button', { name: /^Lock 9 others: 5 o’clock shadow, / });
        expect(await locks.innerText()).toBe('Lock 9 others');
      }
    }
    const [name, change] = ['.change-list .name', '.was-is'].map(part => opened.locator(part).first());
    for (const [part, longest] of [[name!, 'Mouth slightly open'] as const, [change!, '>99 → >99 %'] as const]) {
      await part.evaluate((element, text) => {
        element.textContent = text;
      }, longest);
      for (const width of [320, 390, 560, 768, 1280, 1440]) {
        if (part === name && width < 390) continue; // it ends in an ellipsis there
        await opened.setViewportSize({ width, height: 900 });
        const room = await part.evaluate(each => each.clientWidth - each.scrollWidth);
        expect(room, `${longest} at ${width}`).toBe(0);
      }
    }
  });

  test.each([
    ['desktop, light', { width: 1440, height: 900 }, 'light'],
    ['desktop, dark', { width: 1440, height: 900 }, 'dark'],
    ['phone, light', { width: 360, height: 640 }, 'light'],
    ['phone, dark', { width: 390, height: 844 }, 'dark'],
    ['tablet', { width: 820, height: 1180 }, 'light'],
    ['small laptop', { width: 1024, height: 640 }, 'light'],
    ['4K', { width: 3840, height: 2160 }, 'light'],
  ] as const)('%s: nothing for axe to say, nothing overflows', async (_, viewport, colorScheme) => {
    const address = await serveStudio(builtStudio(), files);
    const { page: opened } = await newPage(browser(), { viewport, colorScheme });
    await openStudio(opened, address);
    await moveSlider(opened, 'Young', -1.5);
    await opened.getByRole('button', { name: 'Lock Male' }).click();
    await expect.poll(() => valueText(opened, 'Young')).toContain('→');
    await opened.locator('.strip .thumbnail').nth(8).waitFor();
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
    const [button, list] = await Promise.all(['.history-button', '#history'].map(each => boxOf(opened, each)));
    expect(Math.abs(list!.top - button!.bottom)).toBeLessThan(16); // beneath its button, wherever the header has that
    expect([list!.left < button!.right, list!.right > button!.left]).toEqual([true, true]);
  });

  test('in colours that a person has forced, sliders, what is pressed and the row in use can still be told', async () => {
    const address = await serveStudio(builtStudio(), files);
    const { page: opened } = await newPage(browser(), { forcedColors: 'active' });
    await openStudio(opened, address);
    await moveSlider(opened, 'Young', -1.5);
    expect(await findings(opened)).toEqual([]);
    const styleOf = (selector: string, property: string, part?: string) =>
      opened
        .locator(selector)
        .first()
        .evaluate((each, [name, of]) => getComputedStyle(each, of).getPropertyValue(name!), [property, part] as const);
    const background = (selector: string, part?: string) => styleOf(selector, 'background-color', part);
    const paper = await background('html');
    for (const part of ['.rail', '.safe', '.fill', '.tick']) {
      const drawn = await background(`.row[data-moved="true"] ${part}`, part === '.rail' ? undefined : '::before');
      expect(drawn, part).not.toBe(paper);
    }
    expect(await background('.bar', '::after')).not.toBe(paper);
    for (const property of ['background-color', 'color']) {
      const [pressed, other] = [
        await styleOf('.choice [aria-pressed="true"]', property),
        await styleOf('.choice [aria-pressed="false"]', property),
      ];
      expect(pressed, property).not.toBe(other);
    }
    const edge = (isActive: boolean) => styleOf(`.row[data-active="${isActive}"]`, 'border-left-color');
    expect(await edge(true)).not.toBe(await edge(false));
  });

  test.each([
    ['desktop', { width: 1440, height: 900 }],
    ['phone', { width: 360, height: 640 }],
  ] as const)(
    '%s: truncation has a field where the model has it, and is part of link, history and face',
    async (_, viewport) => {
      const address = await serveStudio(builtStudio(), styled);
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
      await expect.poll(() => opened.url()).toContain('seed=12&psi=0.3');
      await moveSlider(opened, 'Young', -1.5);
      await expect.poll(() => opened.url()).toContain('psi=0.3&move=Young=@-1.5');
      await opened.keyboard.press('Control+z');
      await expectFace(opened, after);
      await expect.poll(() => opened.url()).not.toContain('move=');
      const link = opened.url();
      await field.fill('0.33'); // between two steps of its arrows
      await field.press('Enter');
      await expect.poll(() => opened.url()).toContain('psi=0.33');
      expect(await field.evaluate(element => element === document.activeElement)).toBe(false); // no bubble holds it
      await field.fill('0.3');
      await field.press('Enter');
      await expect.poll(() => opened.url()).toBe(link);
      await field.fill('9');
      await field.press('Enter');
      await expect
        .poll(() => opened.locator('.message').innerText())
        .toContain('ψ must be a number from 0 to 2; got "9"');
      expect(await field.inputValue()).toBe('0.3');
      await opened.getByRole('button', { name: 'Surprise me' }).click();
      await expect.poll(() => opened.url()).not.toBe(link);
      expect(opened.url()).toContain('psi=0.8'); // the model's own, whatever the face before had
      await opened.getByRole('button', { name: 'Face 3', exact: true }).click();
      await expect.poll(() => opened.url()).toContain('seed=3&psi=1'); // in all their variety, as on the card
      await opened.goto(link);
      await faceIsThere(opened);
      await expectFace(opened, after);
      expect(await field.inputValue()).toBe('0.3');
      // Layers that only a link or recipe can choose are told of beside their attribute, until its move is taken back.
      await opened.goto('about:blank'); // what is still drawn for the link before writes no address over this one
      await opened.goto(link.replace('&geometry', '&move=Young=@1&layers=Young:0-2&geometry'));
      await faceIsThere(opened);
      const bar = opened.getByRole('region', { name: 'In use: Young' });
      await expect.poll(() => bar.innerText()).toContain('Moves in layers 0 to 2 only. Moves with Grey hair');
      await bar.getByRole('button', { name: 'Reset Young' }).click();
      await expect.poll(() => bar.innerText()).not.toContain('layer');
    },
  );

  test('a model without truncation has no field for it', async () => {
    const address = await serveStudio(builtStudio(), files);
    const { page: opened } = await newPage(browser());
    await openStudio(opened, address);
    expect(await opened.getByLabel(/^Truncation/).count()).toBe(0);
    expect(opened.url()).not.toContain('psi');
  });

  test('loading and failing are told to screen readers too', async () => {
    const address = await serveStudio(builtStudio(), files);
    const { page: opened } = await newPage(browser());
    let release = () => {};
    const held = new Promise<void>(done => {
      release = done;
    });
    await opened.route('**/generator.safetensors*', async route => {
      await held;
      await route.fulfill({ status: 503 });
    });
    await opened.goto(address);
    await opened.getByRole('progressbar', { name: 'Loading the model' }).waitFor();
    await expect.poll(() => opened.locator('main').innerText()).toMatch(/Loading the model: 14\.\d MB of 14\.\d MB/);
    expect(await findings(opened)).toEqual([]);
    release();
    await opened.getByRole('alert').waitFor();
    expect(await opened.getByRole('alert').innerText()).toContain('the server answers 503');
    expect(await findings(opened)).toEqual([]);
  });

  test('what a bundle knows is shown: probabilities, safe range, what moves along, locks, and why not', async () => {
    const address = await serveStudio(builtStudio(), files);
    const { page: opened } = await newPage(browser());
    await openStudio(opened, address);
    const young = opened.locator('#move-Young');
    expect([await young.getAttribute('min'), await young.getAttribute('max')]).toEqual(['-4', '4']);
    const safe = await opened.locator('.row:has(#move-Young) .slider').getAttribute('style');
    expect(safe).toMatch(/--safe-from: ?25%; --safe-to: ?81\.25%/); // −2 and 2.5 of ±4
    await young.focus();
    const bar = opened.getByRole('region', { name: 'In use: Young' });
    await expect.poll(() => bar.innerText()).toMatch(/Moves with Grey hair −25, Receding hairline −21/);
    // Two moves a face, one of which is as asked where the slider does nothing.
    expect(await bar.locator('.moves-with').getAttribute('title')).toContain(
      'an independent network sees 80 % of the moves of 256 faces to 10 % and to 90 % as asked (half, where nothing changes)',
    );
    await bar.getByRole('button', { name: 'Lock both: Grey hair, Receding hairline' }).press('Enter');
    await expect.poll(() => opened.url()).toContain('lock=Gray_Hair&lock=Receding_Hairline');
    // The button is gone; the keyboard goes on beside it.
    await expect.poll(() => bar.evaluate(element => element.contains(document.activeElement))).toBe(true);
    await expect.poll(() => bar.innerText()).toMatch(/\d+ % of the direction left/);
    expect(await bar.innerText()).toMatch(/Nothing else moves much with it\.\s+suggested locks are on/);
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
    await expect.poll(() => opened.locator('.side-effects').innerText()).toContain('the judge agrees on 41 %');
    expect(await opened.locator('.row:has(#move-Bald)').textContent()).toContain('only 3 generated faces have it');
    expect(await opened.getByRole('button', { name: 'Lock Bald' }).isDisabled()).toBe(true);
  });

  test('directions beyond the 40 are moved and locked like the others, without probabilities', async () => {
    const address = await serveStudio(builtStudio(), files);
    const { page: opened } = await newPage(browser());
    await openStudio(opened, address);
    const group = opened.getByRole('region', { name: 'Further directions' });
    expect(await group.textContent()).toContain('Tired Look');
    await moveSlider(opened, further, 2);
    await expect.poll(() => valueText(opened, further)).toMatch(/^[+−]\d\.\d\d → \+2\.00 σ$/);
    await expect.poll(() => opened.url()).toContain(`move=${further}=@2`);
    expect(await opened.locator('.side-effects').innerText()).toContain(
      'Unknown to the classifier: labelled by hand, 200 faces',
    );
    expect(await opened.getByLabel('Tired Look: probability in percent').count()).toBe(0);
    await group.getByRole('button', { name: 'Lock Tired Look' }).click();
    await expect.poll(() => opened.url()).toContain(`lock=${further}`);
    await opened.locator('.strip .thumbnail').nth(8).waitFor();
    expect(await opened.locator('.strip li').last().innerText()).toMatch(/σ$/);
  });

  test('on a phone, no element that has the focus lies behind the face', async () => {
    const address = await serveStudio(builtStudio(), files);
    const { page: opened } = await newPage(browser(), { viewport: { width: 360, height: 640 } });
    await openStudio(opened, address);
    await opened.locator('.panel input[type=range]').last().focus();
    for (let i = 0; i < 16; i++) {
      await opened.keyboard.press('Shift+Tab');
      const visible = () =>
        opened.evaluate(() => {
          const face = document.querySelector('.face')!.getBoundingClientRect();
          return document.activeElement!.getBoundingClientRect().top - face.bottom;
        });
      expect(await visible()).toBeGreaterThanOrEqual(0);
    }
  });

  test('less motion, where that is asked for', async () => {
    const address = await serveStudio(builtStudio(), files);
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
    const drawn = () =>
      opened
        .locator('.face canvas')
        .first()
        .evaluate(canvas => Number((canvas as HTMLCanvasElement).dataset.drawn));
    const first = await drawn();
    await expect.poll(drawn).toBeGreaterThan(first); // it plays
    const second = await drawn();
    await opened.waitForTimeout(1000);
    expect((await drawn()) - second).toBeLessThanOrEqual(3); // nine at the usual pace
    await opened.getByRole('button', { name: 'Stop' }).click();
    await faceIsThere(opened);
  });
});
