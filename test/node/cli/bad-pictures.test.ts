// Tables and pictures that are damaged, or of another kind: one clear line and exit code 2, or read as they are meant.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { launcher, mistake } from '../../helpers/mistake.ts';
import { temporaryFolder } from '../../helpers/temp-folder.ts';
import { makeTinyCeleba, type TinyCeleba } from '../../helpers/tiny-celeba.ts';

const root = temporaryFolder();
let number = 0;
const fresh = (name: string) => join(root, `${name}-${number++}`);

let good: TinyCeleba;
let pixel: Buffer;
let giant: Buffer;
beforeAll(async () => {
  good = await makeTinyCeleba(fresh('celeba'), 40, 18, 22);
  const background = '#336699';
  pixel = await sharp({ create: { width: 1, height: 1, channels: 3, background } })
    .png()
    .toBuffer();
  giant = Buffer.from(pixel);
  giant.writeUInt32BE(30_000, 16); // IHDR: width and height
  giant.writeUInt32BE(30_000, 20);
  giant.writeUInt32BE(crc32(giant.subarray(12, 29)), 29);
});
const pictureIn = (folder: string, file = '000007.jpg') => join(folder, 'img_align_celeba', file);

describe('a CelebA folder', () => {
  /** A copy of the good folder with one mistake. @returns what `prepare` says of it. */
  function prepareSpoilt(spoil: (folder: string) => void): string {
    const [folder, out] = [fresh('celeba'), fresh('dataset')];
    cpSync(good.folder, folder, { recursive: true });
    spoil(folder);
    const line = mistake('prepare', '--celeba', folder, '--out', out, '--resolution', '4');
    expect(existsSync(out) || existsSync(`${out}.lock`)).toBe(false);
    return line.replaceAll(folder, '<folder>');
  }
  const edited = (folder: string, file: string, edit: (text: string) => string) =>
    writeFileSync(join(folder, file), edit(readFileSync(join(folder, file), 'utf8')));
  const labels = 'list_attr_celeba.txt';

  test.each<[string, (folder: string) => void, RegExp]>([
    [
      'is absent',
      folder => rmSync(folder, { recursive: true }),
      /^cannot read <folder>: no such file or folder; check/,
    ],
    ['has a wrong count', f => edited(f, labels, text => text.replace('40', '41')), /line 1 says 41 pictures, 40 rows/],
    [
      'has an unknown attribute',
      f => edited(f, labels, text => text.replace('Young', 'Yung')),
      /line 2 has the unknown attribute "Yung"\. Did you mean "Young"\?$/,
    ],
    [
      'has short rows',
      f => edited(f, labels, text => text.replaceAll(/^(\d+\.jpg.*) \S+$/gm, '$1')),
      /40 of 40 are: 40 × a row must have 40 labels; got 39, nothing for Young \(000001\.jpg, 000002\.jpg, 000003\.jpg and 37 more\)/,
    ],
    [
      'has an empty table',
      f => writeFileSync(join(f, labels), ''),
      /line 1 must be a heading .* or the number of pictures; got ""$/,
    ],
    ['lacks a picture', f => rmSync(pictureIn(f)), /1 of 40 are: 1 × missing \(000007\.jpg\)\. Repair/],
    ['has an empty picture', f => writeFileSync(pictureIn(f), ''), /1 × not a picture/],
    ['has text for a picture', f => writeFileSync(pictureIn(f), 'no picture'), /1 × not a picture/],
    ['has a truncated picture', f => writeFileSync(pictureIn(f), readFileSync(pictureIn(f)).subarray(0, -20)), /cut s/],
    ['has a picture of one pixel', f => writeFileSync(pictureIn(f), pixel), /leaves too little of a picture of 1×1/],
    ['has a picture of 30,000×30,000', f => writeFileSync(pictureIn(f), giant), /1 × larger than 67108864 pixels/],
  ])('that %s', (_, spoil, message) => {
    expect(prepareSpoilt(spoil)).toMatch(message);
  });
});

test('pictures of other colour kinds are read: CMYK, grey, 16 bits', async () => {
  const [folder, out] = [fresh('celeba'), fresh('dataset')];
  cpSync(good.folder, folder, { recursive: true });
  const colours = ['cmyk', 'b-w', 'rgb16'] as const;
  for (const [i, colour] of colours.entries()) {
    const picture = sharp(pictureIn(good.folder)).toColourspace(colour);
    await (colour === 'cmyk' ? picture.jpeg() : picture.png()).toFile(pictureIn(folder, `00000${i + 1}.jpg`));
  }
  const argv = [launcher, 'prepare', '--celeba', folder, '--out', out, '--resolution', '4', '--json'];
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ images: 40, bad: 0 });
});
