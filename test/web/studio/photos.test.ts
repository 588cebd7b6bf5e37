// Photos in the studio: dropped, pasted or chosen, edited as a seed is, saved whole, kept and forgotten.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ScoredDirection } from '../../../src/core/directions/scored.ts';
import { readRecipes } from '../../../src/core/editing/recipe.ts';
import { hasChromium, openChromium } from '../../helpers/chromium.ts';
import { sharedFolder } from '../../helpers/shared.ts';
import {
  builtStudio,
  changedPixels,
  expectFace,
  facePixels,
  moveSlider,
  newPage,
  openStudio,
  serveStudio,
  studioBrowser,
} from '../../helpers/studio.ts';
import { temporaryFolder } from '../../helpers/temp-folder.ts';
import { type Files, makeTinyBundle } from '../../helpers/tiny-bundle.ts';
import { tinyStyle } from '../../helpers/tiny-networks.ts';

const folder = temporaryFolder();
const browser = studioBrowser();
const style = { kind: tinyStyle, encoder: true, psi: 0.8 };
let files: Files;
beforeAll(async () => {
  files = await makeTinyBundle({}, 16, undefined, [], style);
});

/** A direction of which photos lie elsewhere than generated faces that look the same. */
function calibrated(details: ScoredDirection): ScoredDirection {
  if (details.boundary === null) return details;
  const calibration = [-4, 4].map((distance): [number, number] => [distance, 10 * distance]);
  return { ...details, boundary: { ...details.boundary, calibration, safeRange: [-0.5, 0.5] } };
}

const astronaut = () => join(sharedFolder!, 'photos/astronaut.png');

/** A file as the page's own code gets it. */
interface PageFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
}

/**
 * Drops or pastes a file on the element that has the focus, as the browser tells a page of it.
 * @returns whether the page keeps the browser from doing what it usually does with it.
 */
async function give(page: Page, kind: 'drop' | 'paste', { name, type, bytes }: PageFile): Promise<boolean> {
  const base64 = bytes.toString('base64');
  return page.evaluate(
    ([kind, name, type, base64]) => {
      const data = new DataTransfer();
      data.items.add(
        new File([Uint8Array.from(atob(base64!), letter => letter.charCodeAt(0))], name!, { type: type! }),
      );
      const options = { bubbles: true, cancelable: true };
      return !document.activeElement!.dispatchEvent(
        kind === 'drop'
          ? new DragEvent('drop', { ...options, dataTransfer: data })
          : new ClipboardEvent('paste', { ...options, clipboardData: data }),
      );
    },
    [kind, name, type, base64],
  );
}

/** A wall without a face. */
async function wall(): Promise<Buffer> {
  const pixels = Uint8Array.from({ length: 320 * 240 * 3 }, (_, i) => (i * 7) % 200);
  return sharp(pixels, { raw: { width: 320, height: 240, channels: 3 } })
    .blur(20)
    .jpeg()
    .toBuffer();
}

const isPortrait = (page: Page) => expect.poll(() => page.url(), { timeout: 90_000 }).toContain('portrait=');

async function start(served = files) {
  const address = await serveStudio(builtStudio(), served);
  const opened = await newPage(browser());
  await openStudio(opened.page, address);
  return { address, ...opened };
}

async function saved(page: Page, button: string) {
  await page.getByRole('button', { name: 'Export' }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('dialog').getByRole('button', { name: button }).click();
  const file = await download;
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

async function rgb(bytes: Buffer): Promise<{ data: Buffer; width: number; height: number }> {
  const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

describe.skipIf(!hasChromium)('in Chromium', () => {
  test('no face is found: two eyes and a mouth are pointed out, and asking can be given up', async () => {
    const { page } = await start();
    await page.locator('#search').focus();
    await give(page, 'paste', { name: 'cell.png', type: 'image/png', bytes: await wall() }); // as text, into the field
    await page.waitForTimeout(300);
    expect(await page.getByRole('dialog').count()).toBe(0);
    await page.locator('#move-Young').focus();
    await give(page, 'paste', { name: 'wall.jpg', type: 'image/jpeg', bytes: await wall() });
    const dialog = page.getByRole('dialog', { name: 'Your photo' });
    await dialog.getByText('No face was found. Point at one eye.').waitFor({ timeout: 30_000 });
    expect(await dialog.innerText()).toContain('Your photo stays on this machine');
    const photo = dialog.getByRole('button', { name: /^The photo: point/ });
    await photo.click({ position: { x: 80, y: 80 } });
    await dialog.getByText('Point at the other eye.').waitFor();
    await dialog.getByRole('button', { name: 'Begin again' }).click();
    await dialog.getByText('Point at one eye.').waitFor();
    await photo.click({ position: { x: 60, y: 60 } });
    await photo.click({ position: { x: 61, y: 60 } });
    await photo.click({ position: { x: 60, y: 61 } });
    // All but the dialog is out of reach while it is open.
    const message = dialog.locator('.message');
    await expect.poll(() => message.innerText()).toMatch(/a face must be at least 8 pixels wide/i);
    await message.getByRole('button', { name: 'Close message' }).click();
    await expect.poll(() => message.count()).toBe(0);
    await dialog.getByText('Point at one eye.').waitFor();
    // A message after the dialog needs a place that was there before, or no screen reader says it.
    const place = await page.locator('.page > .message-place [role=status]').elementHandle();
    await photo.focus();
    await page.keyboard.press('Enter'); // in the middle
    for (let i = 0; i < 10; i++) await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowLeft');
    for (let i = 0; i < 3; i++) await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Enter');
    await isPortrait(page);
    await expect.poll(() => dialog.count()).toBe(0);
    expect(await place!.evaluate(element => element.isConnected)).toBe(true);
    await page.getByRole('button', { name: 'Your photo' }).click();
    await page
      .locator('#photo-file')
      .setInputFiles({ name: 'not.png', mimeType: 'image/png', buffer: Buffer.from('no') });
    await expect.poll(() => message.innerText()).toMatch(/not\.png must be a whole photo/);
    await dialog.getByText('Choose a photo').waitFor();
    await give(page, 'drop', { name: 'wall.jpg', type: 'image/jpeg', bytes: await wall() });
    await dialog.getByText('No face was found. Point at one eye.').waitFor({ timeout: 30_000 });
    expect(await message.count()).toBe(0); // another photo is another matter
  }, 90_000);

  test('a model that opens no photos does not offer it, and says why when a photo is dropped', async () => {
    const pggan = await makeTinyBundle();
    const { page } = await newPage(browser());
    await openStudio(page, await serveStudio(builtStudio(), pggan));
    expect(await page.getByRole('button', { name: 'Your photo' }).count()).toBe(0);
    await give(page, 'drop', { name: 'wall.jpg', type: 'image/jpeg', bytes: await wall() });
    await expect
      .poll(() => page.locator('.message').innerText())
      .toMatch(
        /^wall\.jpg carries no recipe, and the model tiny opens no photos: it has no network .* Open the studio with another model$/,
      );
  });

  test('a photo that is dropped before the studio is ready does not make the browser leave the page', async () => {
    const { page } = await newPage(browser());
    await page.route('**/generator.safetensors*', () => {}); // which never comes
    await page.goto(await serveStudio(builtStudio(), files));
    await page.getByText(/^Loading the model/).waitFor();
    expect(await give(page, 'drop', { name: 'wall.jpg', type: 'image/jpeg', bytes: await wall() })).toBe(true);
  });

  test('a camera that may not be used is told in a line', async () => {
    const { page } = await start();
    await page.getByRole('button', { name: 'Your photo' }).click();
    await page.getByRole('button', { name: 'Use the camera' }).click();
    await page.getByText('The camera cannot be used: there is none, or the browser was not allowed to.').waitFor();
    expect(await page.getByRole('button', { name: 'Take the photo' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Back' }).click();
    await page.getByText('Choose a photo').waitFor();
  });

  describe.skipIf(sharedFolder === undefined)('with a real photo', () => {
    test('taken by the camera, which is switched off again', async () => {
      const film = join(folder, 'camera.mjpeg');
      writeFileSync(
        film,
        await sharp(astronaut()).resize(640, 480, { fit: 'cover', position: 'top' }).jpeg().toBuffer(),
      );
      const flags = ['--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${film}`];
      const { page } = await newPage(await openChromium(flags), { permissions: ['camera'] });
      await openStudio(page, await serveStudio(builtStudio(), files));
      const seed = await facePixels(page);
      await page.getByRole('button', { name: 'Your photo' }).click();
      await page.getByRole('button', { name: 'Use the camera' }).click();
      const camera = page.getByLabel('What the camera sees');
      const track = await camera.evaluateHandle(async element => {
        const video = element as HTMLVideoElement;
        while (video.srcObject === null) await new Promise(requestAnimationFrame);
        return (video.srcObject as MediaStream).getVideoTracks()[0]!;
      });
      await page.getByRole('button', { name: 'Take the photo' }).click();
      await isPortrait(page);
      await changedPixels(page, seed);
      expect(await track.evaluate(({ readyState }) => readyState)).toBe('ended');
    }, 120_000);

    test('dropped, edited, saved whole, and opened again; nobody else is asked', async () => {
      const { page, address, requests, complaints, context } = await start();
      const seed = await facePixels(page);
      const original = readFileSync(astronaut());
      await give(page, 'drop', { name: 'astronaut.png', type: 'image/png', bytes: original });
      await isPortrait(page);
      const plain = await changedPixels(page, seed);
      await moveSlider(page, 'Smiling', 3);
      const moved = await changedPixels(page, plain);
      await expect.poll(() => page.url()).toContain('move=Smiling=@3');
      const png = await saved(page, 'Photo (PNG)');
      expect(png.name).toBe('astronaut-edited.png');
      await page.getByRole('button', { name: 'Export' }).click();
      expect(await page.locator('#size option').first().innerText()).toBe('512 × 512 pixels, as on the screen');
      await page.keyboard.press('Escape');
      const [before, after] = [await rgb(original), await rgb(png.bytes)];
      expect([after.width, after.height]).toEqual([512, 512]);
      // The face's square lies within these bounds; all else is the photo's, bit for bit.
      let changed = 0;
      for (let i = 0; i < before.data.length; i++) {
        if (before.data[i] === after.data[i]) continue;
        changed++;
        const [x, y] = [Math.floor(i / 3) % 512, Math.floor(i / 3 / 512)];
        if (x < 145 || x > 305 || y < 30 || y > 190) expect([x, y]).toBe('unchanged');
      }
      expect(changed).toBeGreaterThan(500);
      expect(readRecipes(png.bytes)[0]).toMatchObject({ moves: [{ attribute: 'Smiling' }] });
      const jpeg = await saved(page, 'Photo (JPEG)');
      for (const { bytes } of [png, jpeg]) {
        expect((await sharp(bytes).metadata()).xmp?.toString()).toContain('compositeWithTrainedAlgorithmicMedia');
      }
      // Dropped again, the picture brings back the edit; without its portrait it is a photo like any other.
      await page.keyboard.press('Control+z');
      await expectFace(page, plain);
      await give(page, 'drop', { name: jpeg.name, type: 'image/jpeg', bytes: jpeg.bytes });
      await expectFace(page, moved);
      const other = await context.newPage();
      await openStudio(other, address);
      await give(other, 'drop', { name: jpeg.name, type: 'image/jpeg', bytes: jpeg.bytes });
      await other.getByRole('dialog', { name: 'Your photo' }).waitFor();
      expect(other.url()).not.toContain('move=');
      expect(requests.filter(url => !url.startsWith(address) && !/^(blob|data):/.test(url))).toEqual([]);
      expect(complaints).toEqual([]);
    }, 120_000);

    test('has safe ranges of its own, and is played with as much of the photo as is seen', async () => {
      const { page } = await start(await makeTinyBundle({}, 16, calibrated, [], style));
      const seed = await facePixels(page);
      const safeRanges = () =>
        page
          .locator('.slider')
          .evaluateAll(sliders =>
            sliders.map(({ style }) => [
              parseFloat(style.getPropertyValue('--safe-from')),
              parseFloat(style.getPropertyValue('--safe-to')),
            ]),
          );
      const ofModel = await safeRanges();
      expect(ofModel[0]).toEqual([43.75, 56.25]);
      await page.getByRole('button', { name: 'Your photo' }).click();
      await page.locator('#photo-file').setInputFiles(astronaut());
      await isPortrait(page);
      await changedPixels(page, seed);
      const ofPhoto = await safeRanges();
      expect(ofPhoto).not.toEqual(ofModel);
      ofPhoto.forEach(([from, to], i) => {
        expect(from).toBeLessThanOrEqual(ofModel[i]![0]!);
        expect(to).toBeGreaterThanOrEqual(ofModel[i]![1]!);
      });
      /** Pixels beside the face, which no edit changes. */
      const corner = () =>
        page
          .locator('.face canvas')
          .first()
          .evaluate(canvas => {
            const { width } = canvas as HTMLCanvasElement;
            const context = (canvas as HTMLCanvasElement).getContext('2d')!;
            return [...context.getImageData(0, 0, width >> 4, width >> 4).data];
          });
      const still = await corner();
      const playing = page.getByRole('button', { name: 'Play' });
      await expect.poll(() => playing.isEnabled()).toBe(true);
      await playing.click();
      await page.getByRole('button', { name: 'Stop' }).waitFor();
      expect(await corner()).toEqual(still);
      await page.getByRole('button', { name: 'Stop' }).click();
      await page.getByRole('button', { name: 'Surprise me' }).click();
      await expect.poll(safeRanges).toEqual(ofModel);
    }, 60_000);

    test('its buttons lie beside each other, at any size', async () => {
      const { page } = await start();
      await page.getByRole('button', { name: 'Your photo' }).click();
      await page.locator('#photo-file').setInputFiles(astronaut());
      await isPortrait(page);
      const screens = [
        [1440, 900],
        [1366, 640],
        [1024, 600],
        [390, 844],
        [320, 568],
        [844, 390],
      ] as const;
      for (const [width, height] of screens) {
        await page.setViewportSize({ width, height });
        const crowding = await page.evaluate(() => {
          const box = (selector: string) => document.querySelector(selector)!.getBoundingClientRect();
          const [picture, tools, peek] = [box('.picture'), box('.photo-tools'), box('.peek')];
          const isBeside = tools.right <= peek.left || tools.bottom <= peek.top;
          return {
            isBeside,
            isInside: tools.left >= picture.left && Math.max(tools.right, peek.right) <= picture.right,
          };
        });
        expect(crowding, `${width}×${height}`).toEqual({ isBeside: true, isInside: true });
      }
    }, 60_000);

    test('kept in this browser, opened on another visit without a network, and forgotten', async () => {
      const { page, context } = await start();
      await page.locator('.offline').waitFor({ state: 'attached' });
      const seed = await facePixels(page);
      await page.getByRole('button', { name: 'Your photo' }).click();
      await page.locator('#photo-file').setInputFiles(astronaut());
      await isPortrait(page);
      const plain = await changedPixels(page, seed);
      await page.getByRole('button', { name: 'Zoom out' }).click();
      const wider = await changedPixels(page, plain);
      await page.getByRole('button', { name: 'Zoom in' }).click();
      await changedPixels(page, wider);
      await expectFace(page, plain);
      await page.locator('#move-Young').press('PageDown');
      const moved = await changedPixels(page, plain);
      const remembered = () => page.evaluate(() => Object.values({ ...localStorage }).join());
      await page.waitForTimeout(2000);
      expect(await remembered()).not.toContain('portrait='); // it is not kept
      await page.getByRole('button', { name: 'Keep photo' }).click();
      await page.getByRole('button', { name: 'Forget photo' }).waitFor();
      await expect.poll(remembered).toMatch(/portrait=[^"]*move=Young/);
      await context.setOffline(true);
      await page.goto(page.url().split('#')[0]!);
      await page.reload();
      await page.getByRole('button', { name: 'Photos', exact: true }).click({ timeout: 60_000 });
      await page.getByRole('button', { name: 'Photo astronaut.png' }).click();
      await isPortrait(page);
      await expectFace(page, moved); // as it was left
      await page.getByRole('button', { name: /Reset all/ }).click();
      await expectFace(page, plain);
      await page.getByRole('button', { name: 'Forget photo' }).click();
      await expect.poll(() => page.getByRole('button', { name: 'Photos', exact: true }).count()).toBe(0);
      await expect.poll(remembered).not.toContain('portrait=');
      expect(page.url()).not.toContain('portrait=');
      await expectFace(page, plain); // still on the screen
      await page.reload();
      await page.getByRole('button', { name: 'Face 3', exact: true }).waitFor({ timeout: 60_000 }); // drawn after them
      expect(await page.locator('.message').count()).toBe(0);
      expect(await page.getByRole('button', { name: 'Photos', exact: true }).count()).toBe(0);
    }, 120_000);

    test('kept for a model that is gone, found anew by the next one, and all forgotten', async () => {
      const { page } = await start();
      await page.getByRole('button', { name: 'Your photo' }).click();
      await page.locator('#photo-file').setInputFiles(astronaut());
      await isPortrait(page);
      await page.getByRole('button', { name: 'Keep photo' }).click();
      await page.getByRole('button', { name: 'Forget photo' }).waitFor();
      /** Reads what is kept; or says of it that another model found it. */
      const models = (other?: { readonly sha256: string; readonly model: string }) =>
        page.evaluate(async change => {
          const done = <Result>(request: IDBRequest<Result>) =>
            new Promise<Result>((found, fail) => {
              request.onsuccess = () => found(request.result);
              request.onerror = () => fail(request.error);
            });
          const database = await done(indexedDB.open('face-tuning', 1));
          const portraits = database.transaction('portraits', 'readwrite').objectStore('portraits');
          const all: { sha256: string; model: string }[] = await done(portraits.getAll());
          if (change !== undefined) {
            await done(portraits.delete(all[0]!.sha256));
            await done(portraits.put({ ...all[0]!, ...change }));
          }
          database.close();
          return all.map(({ model }) => model);
        }, other);
      const [own] = await models({ sha256: 'e'.repeat(64), model: 'f'.repeat(64) });
      expect(await models()).toEqual(['f'.repeat(64)]);
      await page.reload();
      await page.getByRole('button', { name: 'Photos', exact: true }).click({ timeout: 60_000 });
      await page.getByRole('button', { name: /^Photo astronaut.png, found by another model/ }).click();
      await isPortrait(page);
      await page.getByRole('button', { name: 'Keep photo' }).click();
      await page.getByRole('button', { name: 'Photo astronaut.png', exact: true }).waitFor();
      expect((await models()).sort()).toEqual([own, 'f'.repeat(64)].sort()); // another studio may still use the other
      await models({ sha256: 'd'.repeat(64), model: own! }); // as another tab keeps one
      const others = 'face-tuning recent ffffffffffff';
      await page.evaluate(key => localStorage.setItem(key, '["seed=1","portrait=dd&move=Young=@1"]'), others);
      await page.getByRole('button', { name: 'Forget all' }).click();
      await expect.poll(() => models()).toEqual([]);
      await expect.poll(() => page.evaluate(key => localStorage.getItem(key), others)).toBe('["seed=1"]');
      await expect.poll(() => page.url()).not.toContain('portrait=');
      await expect.poll(() => page.getByRole('button', { name: 'Photos', exact: true }).count()).toBe(0);
      await page.getByRole('button', { name: 'Keep photo' }).waitFor(); // the face is still on the screen
    }, 120_000);

    test('one of several faces is chosen, and a search is cancelled', async () => {
      const { page } = await start();
      const half = await sharp(astronaut()).resize(256).png().toBuffer();
      const two = await sharp(astronaut())
        .ensureAlpha()
        .extend({ right: 300, background: { r: 0, g: 0, b: 0, alpha: 0 } })
        .composite([{ input: half, left: 540, top: 60 }])
        .png()
        .toBuffer();
      await give(page, 'drop', { name: 'two.png', type: 'image/png', bytes: two });
      const dialog = page.getByRole('dialog', { name: 'Your photo' });
      await dialog.getByText('2 faces were found. Choose one.').waitFor({ timeout: 60_000 });
      await dialog.getByRole('button', { name: 'Point at another face' }).click();
      await dialog.getByRole('button', { name: 'Faces found' }).click();
      await dialog.getByRole('button', { name: 'Face 2 of the photo' }).click();
      await isPortrait(page);
      const url = page.url();
      const jpeg = await rgb((await saved(page, 'Photo (JPEG)')).bytes);
      expect([...jpeg.data.subarray(-3)].every(value => value > 250)).toBe(true); // clear pixels are white
      await give(page, 'drop', { name: 'two.png', type: 'image/png', bytes: two });
      await dialog.getByRole('button', { name: 'Cancel' }).click({ timeout: 60_000 });
      await dialog.getByText('Choose a photo').waitFor();
      await page.keyboard.press('Escape');
      const plain = await facePixels(page);
      await moveSlider(page, 'Male', 2); // the worker is free again, and the face is still there
      const first = await changedPixels(page, plain);
      await expect.poll(() => page.url()).toContain('move=Male=@2');
      expect(page.url().startsWith(url.split('&')[0]!)).toBe(true);
      // Undone, the other photo's face comes back, and steps of both can be gone to.
      await give(page, 'drop', { name: 'two.png', type: 'image/png', bytes: two });
      await dialog.getByRole('button', { name: 'Face 1 of the photo' }).click({ timeout: 60_000 });
      await expect.poll(() => page.url()).not.toContain('move=');
      const second = await changedPixels(page, first);
      await page.keyboard.press('Control+z');
      await expectFace(page, first);
      await expect.poll(() => page.url()).toContain('move=Male=@2');
      await page.keyboard.press('Control+y');
      await expectFace(page, second);
      // Steps are gone back at once, also while the other photo is still on its way.
      await page.keyboard.press('Control+z');
      await page.keyboard.press('Control+z');
      await expectFace(page, plain);
      await page.keyboard.press('Control+y');
      await page.keyboard.press('Control+y');
      await expectFace(page, second);
      // A dialog that is closed takes its search with it.
      await give(page, 'drop', { name: 'two.png', type: 'image/png', bytes: two });
      await dialog.getByRole('button', { name: 'Face 2 of the photo' }).click({ timeout: 60_000 });
      await dialog.getByText(/in the model|Looking|Preparing/).waitFor();
      await page.keyboard.press('Escape');
      await moveSlider(page, 'Male', -2);
      const moved = await changedPixels(page, second);
      await page.waitForTimeout(1000);
      await expectFace(page, moved);
      expect(await page.locator('.history-button').innerText()).toContain('5/5');
    }, 180_000);

    test('faces of seeds are drawn by the model itself while a photo is open', async () => {
      const { page } = await start();
      await page.getByRole('button', { name: 'Face 3', exact: true }).click();
      await expect.poll(() => page.url()).toContain('seed=3');
      await page.getByRole('button', { name: 'Recent' }).click();
      const thumbnail = () =>
        page
          .getByRole('button', { name: 'Face 3', exact: true })
          .locator('canvas')
          .evaluate(element => {
            const { width, height } = element as HTMLCanvasElement;
            const { data } = (element as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
            return [...data];
          });
      await expect.poll(async () => Math.max(...(await thumbnail()))).toBe(255); // it is drawn, opaque
      const alone = await thumbnail();
      // One value of 65,536 has been another by 1 of 255; the photo's own generator would make another face.
      const largestChange = async () => Math.max(...(await thumbnail()).map((value, i) => Math.abs(value - alone[i]!)));
      await page.getByRole('button', { name: 'Your photo' }).click();
      await page.locator('#photo-file').setInputFiles(astronaut());
      await isPortrait(page);
      await page.getByRole('button', { name: 'Keep photo' }).press('Enter');
      await page.getByRole('button', { name: 'Forget photo' }).waitFor();
      // The button that had the focus is gone; the one in its place has it.
      const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
      await expect.poll(focused).toBe('Forget photo');
      await page.getByRole('button', { name: 'Your photo', exact: true }).nth(1).waitFor(); // among the recent ones
      await page.reload();
      await page.getByRole('button', { name: 'Recent' }).click({ timeout: 60_000 });
      await expect.poll(largestChange).toBeLessThanOrEqual(2);
      await page.getByRole('button', { name: 'Face 3', exact: true }).click();
      await expect.poll(() => page.url()).toContain('seed=3');
    }, 120_000);
  });
});
