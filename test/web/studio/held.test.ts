// Locks held by the field, in the page: the default of a direction that is better so, and the same face as in Node.
import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { ScoredDirection } from '../../../src/core/directions/scored.ts';
import { readRecipes } from '../../../src/core/editing/recipe.ts';
import { loadBundle } from '../../../src/core/editor/face-editor.ts';
import { toUint8 } from '../../../src/core/images/pixels.ts';
import { hashBytes } from '../../../src/node/artefacts/bundle.ts';
import { cpuDevice } from '../../../src/node/devices/device.ts';
import { formatLink } from '../../../src/web/shared/link.ts';
import { hasChromium } from '../../helpers/chromium.ts';
import {
  builtStudio,
  changedPixels,
  facePixels,
  moveSlider,
  newPage,
  openStudio,
  serveStudio,
  studioBrowser,
} from '../../helpers/studio.ts';
import { makeTinyBundle, readerOf } from '../../helpers/tiny-bundle.ts';
import { tinyGan, tinyStyle } from '../../helpers/tiny-networks.ts';

const browser = studioBrowser();

const byField = (details: ScoredDirection) =>
  details.attribute === 'Young' ? { ...details, hold: 'field' as const } : details;

describe.skipIf(!hasChromium)('in Chromium', () => {
  test.each([
    ['pggan', tinyGan],
    ['style', tinyStyle],
  ] as const)('a held edit of a %s model is that of Node to 2 of 255', async (_, kind) => {
    const files = await makeTinyBundle({}, 32, byField, [], { field: true, kind });
    const { page: opened } = await newPage(browser());
    const editor = await loadBundle(cpuDevice(1), readerOf(files), hashBytes);
    const { geometry, bundle } = editor;
    const start = { seed: 12, ...(geometry === 'linear' && { psi: 1 }) };
    const locks = ['Male', 'Smiling'];
    const link = formatLink({ ...start, moves: [], locks, geometry, hold: 'linear' }, bundle);
    await openStudio(opened, `${await serveStudio(builtStudio(), files)}#${link}`);
    const before = await facePixels(opened);
    await moveSlider(opened, 'Young', 0);
    await changedPixels(opened, before);
    await expect.poll(() => opened.url()).toContain('hold=field');
    const own = kind.resolution;
    await opened.getByRole('button', { name: 'Export' }).click();
    await opened.getByLabel('Size').selectOption(String(own));
    const download = opened.waitForEvent('download');
    await opened.getByRole('button', { name: 'Picture (PNG)' }).click();
    const png = readFileSync(await (await download).path());
    const [recipe] = readRecipes(png);
    const moves = [{ attribute: 'Young', kind: 'absolute', distance: 0 }];
    expect(recipe).toMatchObject({ locks, moves, hold: 'field' });
    const node = toUint8(await editor.render([editor.edit(recipe!).latent]));
    const straight = toUint8(await editor.render([editor.edit({ ...recipe!, hold: 'linear' }).latent]));
    await editor.release();
    const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([own, own]);
    const differences = Array.from(node, (value, i) => {
      const [channel, pixel] = [Math.floor(i / own ** 2), i % own ** 2];
      return Math.abs(value - data[pixel * info.channels + channel]!);
    });
    expect(Math.max(...differences)).toBeLessThanOrEqual(2);
    expect(straight).not.toEqual(node);
  });
});
