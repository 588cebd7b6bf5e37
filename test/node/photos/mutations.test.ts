// Damaged photos are read, and written again, or refused in one line.
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { readJpegXmp } from '../../../src/core/formats/jpeg.ts';
import { addJpegXmp, xmpPacket } from '../../../src/core/formats/xmp.ts';
import { readPhoto } from '../../../src/node/photos/read-photo.ts';
import { encodePhoto } from '../../../src/node/photos/write-photo.ts';
import { survivesMutations } from '../../helpers/fuzz.ts';

const [width, height] = [24, 16];
const pixels = new Uint8Array(width * height * 3).map((_, i) => (i * 7919) % 256);
const exif = {
  IFD0: { Make: 'Pinhole', Orientation: '6', Software: 'Editor' },
  IFD2: { DateTimeOriginal: '2024:05:06 07:08:09', BodySerialNumber: 'SN-12345' },
  IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 3230/100' },
};

/** A photo as a camera writes it: with its settings, a place and a profile of its own. */
const photo = () =>
  sharp(pixels, { raw: { width, height, channels: 3 } })
    .withExif(exif)
    .withIccProfile('p3');

async function readAndWrite(bytes: Uint8Array): Promise<void> {
  const read = await readPhoto(bytes);
  await encodePhoto(read.photo, read, { xmp: xmpPacket('edited') });
}

describe('mutations are read and written, or refused in one line', { timeout: 120_000 }, () => {
  test('of a JPEG', async () => survivesMutations(await photo().jpeg().toBuffer(), readAndWrite));
  test('of a PNG', async () => survivesMutations(await photo().png().toBuffer(), readAndWrite));
  test('of a WebP', async () => survivesMutations(await photo().webp().toBuffer(), readAndWrite));
  test('of a TIFF', async () => survivesMutations(await photo().tiff().toBuffer(), readAndWrite));
  test('of the words that a JPEG carries', async () => {
    const jpeg = addJpegXmp(await photo().jpeg().toBuffer(), xmpPacket('edited', '[]'));
    expect(readJpegXmp(jpeg)).toContain('[]');
    await survivesMutations(jpeg, bytes => readJpegXmp(bytes));
  });
});
