// The studio of a model whose classifier knows attributes of one's own, in place of CelebA's 40.
import { beforeAll, describe, expect, test } from 'vitest';
import { hasChromium } from '../../helpers/chromium.ts';
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
  valueText,
} from '../../helpers/studio.ts';
import { type Files, makeTinyBundle } from '../../helpers/tiny-bundle.ts';

const browser = studioBrowser();
const attributes = ['Freckles', 'earring-left', 'Scar_on_chin', 'Male'];
let files: Files;
beforeAll(async () => {
  files = await makeTinyBundle({}, 64, details => details, [], { attributes });
});

describe.skipIf(!hasChromium)('in Chromium', () => {
  test('own attributes are named, moved, locked, linked and undone, and no others are there', async () => {
    const address = await serveStudio(builtStudio(), files);
    const { page: opened, complaints } = await newPage(browser());
    await openStudio(opened, address);
    const sliders = await opened.locator('.panel input[type=range]').evaluateAll(all => all.map(({ id }) => id));
    expect(sliders.sort()).toEqual(attributes.map(name => `move-${name}`).sort());
    const before = await facePixels(opened);
    await opened.getByRole('button', { name: 'Lock Scar on chin' }).click();
    await moveSlider(opened, 'Freckles', 1.5);
    const after = await changedPixels(opened, before);
    await expect.poll(() => opened.url()).toMatch(/move=Freckles=@1\.5&lock=Scar_on_chin/);
    expect(await valueText(opened, 'Freckles')).toMatch(/^\d+ → \d+ %$/);
    await opened.keyboard.press('Control+z');
    await expectFace(opened, before);
    await opened.keyboard.press('Control+y');
    await expectFace(opened, after);
    await expect.poll(() => opened.url()).toContain('move=Freckles=@1.5');
    await opened.reload();
    await expectFace(opened, after);
    await moveSlider(opened, 'earring-left', -1);
    await expect.poll(() => opened.url()).toContain('move=earring-left=@-1');
    expect(complaints).toEqual([]);
  });
});
