// The studio in use: the built page in a real browser with the shipped model.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseRecipe, readRecipes } from '../../../src/core/editing/recipe.ts';
import { toUint8 } from '../../../src/core/images/pixels.ts';
import { openBundle } from '../../../src/node/artefacts/bundle.ts';
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
  root,
  serveStudio,
  studioBrowser,
  valueText,
} from '../../helpers/studio.ts';
import type { Files } from '../../helpers/tiny-bundle.ts';

const shipped = join(root, 'models/celeba-64');
const browser = studioBrowser();
let files: Files;
beforeAll(() => {
  files = Object.fromEntries(
    readdirSync(shipped, { withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(({ name }) => [name, new Uint8Array(readFileSync(join(shipped, name)))]),
  );
});

/** A fresh browser at the studio's address. */
async function start(path = '') {
  const address = await serveStudio(builtStudio(), files);
  const opened = await newPage(browser());
  await openStudio(opened.page, address + path);
  return { address, ...opened };
}

describe.skipIf(!hasChromium)('in Chromium', () => {
  test('loads with threads and without a word, and asks nobody else', async () => {
    const { page, complaints, requests, address } = await start();
    expect(await page.locator('.chip').innerText()).toMatch(/^celeba-64 · 64×64 · \d threads/);
    expect(await page.locator('.row').count()).toBe(41);
    await page.locator('.offline').waitFor({ state: 'attached' });
    expect(requests.filter(url => !url.startsWith(address) && !url.startsWith('blob:'))).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test('the header has room for all its buttons, at any width and after many steps', async () => {
    const { page } = await start();
    await page.locator('.history-button').evaluate(button => {
      button.lastChild!.textContent = '200/200'; // the most that the history keeps
    });
    const widths = [320, 360, 390, 430, 560, 768, 860, 861, 912, 1024, 1160, 1161, 1280, 1500, 1501, 1920];
    for (const width of widths) {
      await page.setViewportSize({ width, height: 700 });
      const cut = await page.locator('.header').evaluate(header => header.scrollWidth - header.clientWidth);
      expect(cut, `at ${width}`).toBe(0);
    }
  });

  test('a slider changes pixels, probability, link and what has changed; undo and redo go both ways', async () => {
    const { page } = await start('#seed=60');
    // A link without its model is refused; the page opens with its usual face.
    expect(await page.locator('.message').innerText()).toContain('does not say which model');
    const first = await facePixels(page);
    await page.getByLabel('Seed', { exact: true }).fill('60');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.url()).toContain('seed=60');
    const before = await changedPixels(page, first);
    expect(await valueText(page, 'Young')).toMatch(/^\d+ %$/);
    await moveSlider(page, 'Young', -2.5);
    const after = await changedPixels(page, before);
    await expect.poll(() => valueText(page, 'Young')).toMatch(/^\d+ → \d+ %$/);
    await expect.poll(() => page.url()).toContain('move=Young=@-2.5');
    const seed = page.getByLabel('Seed', { exact: true });
    await seed.fill('sixty');
    await page.keyboard.press('Enter');
    await page.getByText('a seed must be a whole number from 0; got "sixty"').waitFor();
    expect(await seed.inputValue()).toBe('60');
    const told = await page.locator('.message').elementHandle();
    await seed.fill('sixty');
    await page.keyboard.press('Enter');
    await expect.poll(() => told!.evaluate(({ isConnected }) => isConnected)).toBe(false); // read out once more
    await page.getByText('a seed must be a whole number from 0; got "sixty"').waitFor();
    await seed.fill('60'); // what holds already, so no other face comes
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.message').count()).toBe(0);
    await expectFace(page, after);
    expect(await page.locator('.change-list li').first().innerText()).toContain('Young');
    await page.keyboard.press('Control+z');
    await expectFace(page, before);
    await page.keyboard.press('Control+Shift+z');
    await expectFace(page, after);
    await page.getByRole('button', { name: /^History/ }).click();
    expect(await page.locator('#history .entry').allInnerTexts()).toEqual(['Young to −2.50 σ', 'Face 60', 'Face 12']);
    await page.locator('#history .entry', { hasText: 'Face 12' }).click();
    await expect.poll(() => page.url()).toContain('seed=12&psi=0.7&geometry=linear&model');
  });

  test('a refusal goes once another face is there, other problems stay, neither is told over a dialog', async () => {
    const { page } = await start();
    const told = page.locator('.message');
    const refuse = async () => {
      await page.getByLabel('Seed', { exact: true }).fill('sixty');
      await page.keyboard.press('Enter');
      await told.getByText('a seed must be a whole number').waitFor();
    };
    const longerThanNews = 4500;
    await refuse();
    await page.waitForTimeout(longerThanNews);
    expect(await told.count()).toBe(1);
    await moveSlider(page, 'Young', 1);
    expect(await told.count()).toBe(1); // long enough to read, also where a press elsewhere ended the typing
    await expect.poll(() => told.count()).toBe(0);
    await refuse();
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await page.waitForTimeout(500);
    expect(await told.count()).toBe(0);
    await page.keyboard.press('Escape');
    await told.waitFor();
    await page.evaluate(() => {
      navigator.clipboard.writeText = () => Promise.reject(new Error('no'));
    });
    await page.getByRole('button', { name: 'Share link' }).click();
    await told.getByText('Copy the link from the address bar').waitFor();
    await moveSlider(page, 'Young', 2);
    await page.waitForTimeout(longerThanNews);
    expect(await told.count()).toBe(1);
  });

  test('a lock holds, and says how much of each direction it leaves', async () => {
    const { page } = await start();
    await page.getByRole('button', { name: 'Show distances in σ, for experts' }).click();
    await moveSlider(page, 'High_Cheekbones', 2); // it goes straight, so that locks hold distances
    await expect.poll(() => valueText(page, 'Smiling')).toMatch(/→/); // it moves along
    await page.getByRole('button', { name: 'Lock Smiling' }).click();
    await expect.poll(() => valueText(page, 'Smiling')).toMatch(/^[+−]\d\.\d\d σ$/); // and is back where it was
    await expect.poll(() => page.locator('.row:has(#move-High_Cheekbones) .left').innerText()).toMatch(/^\d\d % left$/);
    expect(await page.locator('.active-attribute .left').innerText()).toMatch(/^\d\d % of the direction left$/);
    // On a phone, a row with all that there can be keeps its name readable and its value on the screen.
    await page.setViewportSize({ width: 360, height: 640 });
    await page.getByRole('button', { name: 'Lock Male' }).click();
    await moveSlider(page, 'Mustache', 0);
    const row = page.locator('.row:has(#move-Mustache)');
    for (const part of ['.badge', '.left', '.reset']) await row.locator(part).waitFor();
    expect((await row.locator('.name').boundingBox())!.width).toBeGreaterThan(36);
    const values = (await row.locator('.values').boundingBox())!;
    expect(values.x + values.width).toBeLessThanOrEqual(360);
  });

  test('a slider dragged away and back leaves nothing, and a press beside another one moves that', async () => {
    const { page } = await start();
    const before = page.url();
    const middle = async (attribute: string, share: number) => {
      await page.locator(`#move-${attribute}`).scrollIntoViewIfNeeded();
      const box = (await page.locator(`#move-${attribute}`).boundingBox())!;
      return [box.x + share * box.width, box.y + box.height / 2] as const;
    };
    await page.mouse.move(...(await middle('Young', 0.45)));
    await page.mouse.down();
    await page.mouse.up();
    await expect.poll(() => page.url()).not.toBe(before);
    const once = page.url();
    const value = await page.locator('#move-Young').inputValue();
    await page.mouse.down();
    await page.mouse.move(...(await middle('Young', 0.8)));
    await page.mouse.move(...(await middle('Young', 0.45)));
    await page.mouse.up();
    await page.waitForTimeout(500);
    expect([page.url(), await page.locator('#move-Young').inputValue()]).toEqual([once, value]);
    await page.mouse.click(...(await middle('Attractive', 0.3)));
    await expect.poll(() => page.url()).toContain('move=Attractive=@');
  });

  test('a probability that is typed is reached on this face', async () => {
    const { page } = await start();
    const field = page.getByLabel('Young: probability in percent');
    await page.locator('#move-Young').focus();
    await field.fill('95');
    const busy = await field.evaluateHandle(element => {
      const seen: (string | null)[] = [];
      const observer = new MutationObserver(() => seen.push(element.getAttribute('aria-busy')));
      observer.observe(element, { attributeFilter: ['aria-busy'] });
      return seen;
    });
    await page.keyboard.press('Enter');
    await expect.poll(() => busy.jsonValue()).toEqual(['true', 'false']);
    await expect.poll(() => valueText(page, 'Young')).toMatch(/→ (94|95|96) %$/);
    // After a step back nothing is searched for any more, though the worker has yet to answer.
    await field.fill('5');
    const shown = await field.evaluate(async element => {
      element.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
      const nextFrame = () => new Promise(requestAnimationFrame);
      await nextFrame();
      const searched = element.getAttribute('aria-busy');
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'z', ctrlKey: true, bubbles: true }));
      await nextFrame();
      return [searched, element.getAttribute('aria-busy')];
    });
    expect(shown).toEqual(['true', 'false']);
    await field.fill('0.2');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.message').innerText()).toContain('from 1 to 99 %; got "0.2"');
    await field.fill('0.3');
    await expect.poll(() => page.locator('.message').count()).toBe(0);
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.message').innerText()).toContain('from 1 to 99 %; got "0.3"');
    await page.getByRole('button', { name: 'Close message' }).press('Enter');
    await expect.poll(() => page.locator('.message').count()).toBe(0);
    // The button is gone, and the keyboard goes on where it was before.
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label')))
      .toBe('Young: probability in percent');
    // Typed text counts for its own attribute, though another's slider is pressed before Enter.
    await page.getByLabel('Young: distance in σ').fill('1.25');
    await page.locator('#move-Male').dispatchEvent('pointerdown');
    await page.getByLabel('Male: distance in σ').waitFor();
    await expect.poll(() => page.url()).toContain('move=Young=@1.25');
    expect(page.url()).not.toContain('Male');
    const distance = page.getByLabel('Young: distance in σ');
    await page.locator('#move-Young').focus();
    // Escape gives up typing, in every field.
    const before = page.url();
    for (const name of ['Young: probability in percent', 'Young: distance in σ', 'Seed', /^Truncation ψ/]) {
      const typed = page.getByLabel(name, { exact: true });
      await typed.fill('0.5');
      await typed.press('Escape');
      expect(await typed.inputValue()).not.toBe('0.5');
      await typed.blur();
    }
    await page.waitForTimeout(500); // the address follows a little later
    expect([await page.locator('.message').count(), page.url()]).toEqual([0, before]);
    // Beyond the slider's end, a key that leads farther does nothing.
    expect(await distance.getAttribute('inputmode')).toBeNull(); // or some keyboards have no minus
    await distance.fill('6');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.url()).toContain('move=Young=@6');
    await page.locator('#move-Young').press('ArrowRight');
    await page.keyboard.press('l');
    await expect.poll(() => page.url()).toContain('lock=Young');
    expect(page.url()).toContain('move=Young=@6');
  });

  test('a link shows the identical face, on another page', async () => {
    const { page, context } = await start();
    const first = await facePixels(page);
    await moveSlider(page, 'Male', 1.3);
    const unlocked = await changedPixels(page, first);
    await page.getByRole('button', { name: 'Lock Young' }).click();
    const pixels = await changedPixels(page, unlocked);
    await expect.poll(() => page.url()).toContain('lock=Young');
    const other = await context.newPage();
    await openStudio(other, page.url());
    await expectFace(other, pixels);
    await expect.poll(() => other.url()).toBe(page.url());
  });

  test('a picture that was saved equals Node’s, says that it is synthetic, and brings everything back', async () => {
    const { page, address, context } = await start();
    const first = await facePixels(page);
    await moveSlider(page, 'Smiling', -1.7);
    const unlocked = await changedPixels(page, first);
    await page.getByRole('button', { name: 'Lock Male' }).click();
    await changedPixels(page, unlocked);
    await expect.poll(() => page.url()).toContain('lock=Male');
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByLabel('Size').selectOption('64');
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Picture (PNG)' }).click();
    const path = await (await download).path();
    const png = readFileSync(path);
    const [recipe] = readRecipes(png);
    expect(recipe).toMatchObject({
      seed: 12,
      moves: [{ attribute: 'Smiling', kind: 'absolute', distance: -1.7 }],
      locks: ['Male'],
    });
    expect((await sharp(png).metadata()).xmp?.toString()).toContain('digitalsourcetype/trainedAlgorithmicMedia');

    const editor = await openBundle(shipped, { threads: 1 });
    const node = toUint8(await editor.render([editor.edit(recipe!).latent]));
    await editor.release();
    const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([64, 64]);
    const area = 64 * 64;
    const differences = Array.from({ length: 3 * area }, (_, i) => {
      const [channel, pixel] = [Math.floor(i / area), i % area];
      return Math.abs(node[i]! - data[pixel * info.channels + channel]!);
    });
    expect(Math.max(...differences)).toBeLessThanOrEqual(2);

    const other = await context.newPage();
    await openStudio(other, address);
    await other.locator('#open-file').setInputFiles(path);
    await expect.poll(() => other.url()).toBe(page.url());
    await expectFace(other, await facePixels(page));
  });

  test('strip, film and recipe are saved too', async () => {
    const { page } = await start();
    await page.locator('.strip .thumbnail').nth(8).waitFor();
    const save = async (button: string | RegExp) => {
      await page.getByRole('button', { name: 'Export' }).click();
      const download = page.waitForEvent('download');
      await page.getByRole('dialog').getByRole('button', { name: button }).click();
      const file = await download;
      return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
    };
    const strip = await save('Strip (PNG)');
    expect(strip.name).toBe('face-12-Young-strip.png');
    expect(readRecipes(strip.bytes)).toHaveLength(1);
    const { width, height } = await sharp(strip.bytes).metadata();
    expect([width, height]).toEqual([9 * 512 + 8 * 4, 512]);
    const json = await save('Recipe (JSON)');
    expect(parseRecipe(json.bytes.toString())).toMatchObject({ seed: 12, moves: [], locks: [] });
    const saved = save(/^Film/);
    await page.getByText('Recording the film').first().waitFor();
    const film = page.getByRole('button', { name: /^Film/ });
    expect(await film.getAttribute('aria-disabled')).toBe('true');
    const saves: string[] = [];
    page.on('download', each => saves.push(each.suggestedFilename()));
    await film.press('Enter'); // one at a time
    await page.mouse.click(5, 5); // beside the dialog, which closes it
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    await page.locator('#move-Male').focus();
    await page.getByRole('button', { name: 'Export' }).click(); // again, which the film's end leaves open
    const { name, bytes } = await saved;
    await page.getByText('Saved face-12-Young.webm').waitFor();
    expect(name).toBe('face-12-Young.webm');
    expect([...bytes.subarray(0, 4)]).toEqual([0x1a, 0x45, 0xdf, 0xa3]); // EBML
    await expect.poll(() => film.getAttribute('aria-disabled')).toBe('false');
    await page.waitForTimeout(1000); // what the second press had begun would be there by then
    expect(saves).toEqual([name]);
    // Nobody sees the page any more, whose timers are slow then.
    await page.evaluate(() => Object.defineProperty(document, 'hidden', { value: true, configurable: true }));
    await film.click();
    await page.getByText('The film was cut short').first().waitFor();
    await page.evaluate(() => Object.defineProperty(document, 'hidden', { value: false, configurable: true }));
    expect(saves).toEqual([name]);
    // While another face's strip is drawn, the button keeps the focus.
    const face = await facePixels(page);
    const button = page.getByRole('button', { name: 'Strip (PNG)' });
    await button.focus();
    await page.evaluate(() => location.assign(location.hash.replace('seed=12', 'seed=13')));
    await changedPixels(page, face);
    await expect.poll(() => button.isEnabled()).toBe(true);
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Strip (PNG)');
  });

  test('frames of the strip, the gallery, recent faces and "surprise me" give faces', async () => {
    const { page, context } = await start();
    const index = JSON.parse(Buffer.from(files['bundle.json']!).toString());
    const young = index.attributes.find(({ attribute }: { attribute: string }) => attribute === 'Young');
    const [, farthest] = young.boundary.safeRange;
    await page.locator('.strip[aria-busy="false"] .thumbnail').nth(8).click();
    await expect.poll(() => page.url()).toContain(`move=Young=@${farthest}`);
    const pressed = () =>
      page
        .locator('.strip .thumbnail')
        .evaluateAll(all => all.findIndex(each => each.getAttribute('aria-pressed') === 'true'));
    await expect.poll(pressed).toBe(8); // along a curve the face meets another distance than was asked for
    expect(await page.getByLabel('Young: distance in σ').inputValue()).toBe(farthest.toFixed(2));
    await page.getByRole('button', { name: 'Face 3', exact: true }).click();
    await expect.poll(() => page.url()).toContain('seed=3&psi=1&geometry=linear&model');
    await page.getByRole('button', { name: 'Surprise me' }).click();
    await expect.poll(() => page.url()).not.toContain('seed=3&');
    await expect
      .poll(() => page.evaluate(() => Object.values(localStorage).join()))
      .toContain(`seed=12&psi=0.7&move=Young=@${farthest}`);
    const other = await context.newPage();
    await openStudio(other, page.url());
    await other.getByRole('button', { name: 'Recent' }).click();
    await other.getByRole('button', { name: 'Face 12, edited' }).click();
    await expect.poll(() => other.url()).toContain(`seed=12&psi=0.7&move=Young=@${farthest}`);
  });

  test('without a network it opens again and works', async () => {
    const { page, context } = await start();
    await page.locator('.offline').waitFor({ state: 'attached' });
    const pixels = await facePixels(page);
    await context.setOffline(true);
    await page.reload();
    await faceIsThere(page);
    await expectFace(page, pixels);
    expect(await page.locator('.chip').innerText()).toMatch(/\d threads/); // still isolated
    await moveSlider(page, 'Young', 2);
    await changedPixels(page, pixels);
  });

  test('by keyboard alone: to the sliders, move, lock, back, and help', async () => {
    const { page } = await start();
    const focused = () =>
      page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.id);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter'); // "Skip to the sliders"
    expect(await focused()).toBe('Attributes');
    expect(page.url()).not.toContain('#attributes');
    expect(await page.locator('.message').count()).toBe(0);
    await page.keyboard.press('/');
    expect(await focused()).toBe('Search 40 attributes');
    await page.keyboard.type('smil');
    expect(await page.locator('.row').count()).toBe(1);
    for (const _ of [1, 2, 3, 4]) await page.keyboard.press('Tab'); // units, way to hold, lock: nothing is to be reset
    expect(await focused()).toBe('Lock Smiling');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('move-Smiling');
    const before = await facePixels(page);
    for (let i = 0; i < 10; i++) await page.keyboard.press('ArrowLeft');
    await changedPixels(page, before);
    await page.keyboard.press('Shift+Tab');
    expect(await focused()).toBe('Reset Smiling');
    await page.keyboard.press('Enter');
    await expectFace(page, before);
    expect(await focused()).toBe('move-Smiling'); // the button is gone
    await page.keyboard.press('l');
    await expect.poll(() => page.url()).toContain('lock=Smiling');
    // A button that is disabled for a while leaves the keys to the page and keeps the focus.
    const steps = () => page.locator('.history-button').innerText();
    const play = page.getByRole('button', { name: 'Play' });
    await expect.poll(() => play.isEnabled()).toBe(true);
    await play.focus();
    for (const key of ['z', 'z']) await page.keyboard.press(`Control+${key}`);
    await expect.poll(steps).toBe('2/4');
    expect(await focused()).toBe('Play');
    await expect.poll(() => play.isEnabled()).toBe(true);
    const frame = page.locator('.strip .thumbnail').nth(4);
    await frame.focus();
    for (const key of ['y', 'y']) await page.keyboard.press(`Control+${key}`);
    await expect.poll(steps).toBe('4/4');
    await expect.poll(() => frame.isEnabled()).toBe(true);
    expect(await focused()).toMatch(/^Smiling .*σ$/);
    // A button that has nothing more to do hands the focus on to one beside it.
    await page.getByRole('button', { name: /^Reset all/ }).press('Enter');
    await expect.poll(focused).toBe('Hold what is seen');
    const undo = page.getByRole('button', { name: 'Undo' });
    while (await undo.isEnabled()) await undo.press('Enter');
    await expect.poll(focused).toMatch(/^History 1/);
    await expectFace(page, before);
    const redo = page.getByRole('button', { name: 'Redo' });
    while (await redo.isEnabled()) await redo.press('Enter');
    await expect.poll(focused).toMatch(/^History (\d+)\/\1$/);
    await expectFace(page, before);
    const after = page.locator('.face canvas.before');
    const divider = page.getByRole('slider', { name: 'Divider between before and after' });
    await divider.focus();
    await page.keyboard.down('b');
    await expect
      .poll(() => after.evaluate(element => getComputedStyle(element).clipPath))
      .toBe('inset(0px 0% 0px 0px)');
    await page.keyboard.up('b');
    await page.keyboard.press('ArrowRight');
    expect(await divider.getAttribute('aria-valuenow')).not.toBe('0'); // it kept the focus
    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Help' });
    await help.getByRole('heading', { name: 'Help' }).hover();
    await page.mouse.down();
    await page.mouse.move(5, 5);
    await page.mouse.up(); // begun inside, such as to select text
    expect(await help.isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
  });
});
