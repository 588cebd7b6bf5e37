// Checks that photos of every usual kind are read as they look, and written again without what must not travel.
import readExif from 'exif-reader';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { recipesAsXmp, recipesIn, recipesInPicture } from '../../../src/core/editing/recipe-file.ts';
import { jpegQuality } from '../../../src/core/formats/jpeg-quality.ts';
import { addJpegXmp, xmpPacket } from '../../../src/core/formats/xmp.ts';
import { pastePatch, withPatch } from '../../../src/core/portraits/paste-back.ts';
import { photoFormats, readPhoto } from '../../../src/node/photos/read-photo.ts';
import { encodePhoto } from '../../../src/node/photos/write-photo.ts';
import { paintedFace } from '../../core/portraits/photos.ts';

const [width, height] = [48, 32];
const edited = { xmp: xmpPacket('edited') };

/** A picture whose four corners differ: red, green, blue, white. */
function corners(): Uint8Array {
  const pixels = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [right, down] = [x >= width / 2, y >= height / 2];
      pixels.set(
        down ? (right ? [255, 255, 255] : [0, 0, 255]) : right ? [0, 255, 0] : [255, 0, 0],
        (y * width + x) * 3,
      );
    }
  }
  return pixels;
}

const picture = () => sharp(corners(), { raw: { width, height, channels: 3 } });

function colourAt({ photo }: Awaited<ReturnType<typeof readPhoto>>, x: number, y: number): number[] {
  const at = (Math.floor(y * photo.height) * photo.width + Math.floor(x * photo.width)) * photo.channels;
  return [...photo.pixels.subarray(at, at + 3)];
}

test('a PNG gives back the recipes that were given as XMP', async () => {
  const read = await readPhoto(await picture().png().toBuffer());
  const bundle = { name: 'tiny', sha256: 'a'.repeat(64) };
  const recipe = { portrait: 'b'.repeat(64), bundle, moves: [], locks: [], geometry: 'linear' as const };
  const written = await encodePhoto(read.photo, read, { xmp: recipesAsXmp([recipe]) });
  expect(recipesIn(written, 'edited.png')).toMatchObject([recipe]);
});

test('no XMP is written where it is empty, in any format', async () => {
  const read = await readPhoto(await picture().png().toBuffer());
  for (const format of photoFormats) {
    const { format: written, xmp } = await sharp(await encodePhoto(read.photo, read, { format, xmp: '' })).metadata();
    expect([written, xmp]).toEqual([format === 'avif' ? 'heif' : format, undefined]);
  }
});

test('a JPEG whose XMP is empty carries no recipe', async () => {
  const jpeg = addJpegXmp(await picture().jpeg().toBuffer(), '');
  expect(recipesInPicture(jpeg, 'photo.jpg')).toEqual([]);
});

test('a photo that is too long for its format, other formats and too many recipes for a JPEG are refused in one line', async () => {
  const long = await sharp({ create: { width: 16_400, height: 2, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  const read = await readPhoto(long);
  for (const [format, longest] of [
    ['webp', 16_383],
    ['avif', 16_384],
  ] as const) {
    await expect(encodePhoto(read.photo, read, { ...edited, format })).rejects.toThrow(
      `a picture in ${format.toUpperCase()} must have at most ${longest} pixels a side; this one has 16400×2. Write it`,
    );
  }
  expect((await encodePhoto(read.photo, read, { ...edited, format: 'jpeg' })).length).toBeGreaterThan(0);
  await expect(encodePhoto(read.photo, read, { ...edited, format: 'gif' as never })).rejects.toThrow('got "gif"');
  const bundle = { name: 'tiny', sha256: 'a'.repeat(64) };
  const recipe = { portrait: 'b'.repeat(64), bundle, moves: [], locks: [], geometry: 'linear' as const };
  const xmp = recipesAsXmp(Array.from({ length: 600 }, () => recipe));
  const small = await readPhoto(await picture().jpeg().toBuffer());
  await expect(encodePhoto(small.photo, small, { xmp })).rejects.toThrow('XMP in a JPEG must have at most 60000 bytes');
  const most = recipesAsXmp(Array.from({ length: 245 }, () => recipe));
  expect(recipesIn(await encodePhoto(small.photo, small, { xmp: most }))).toHaveLength(245);
});

test('each of the eight orientations is turned upright, and written upright', async () => {
  // The colour that is seen in the upper left corner and in the upper right one, for each value of the tag.
  const seen = [
    ['red', 'green'],
    ['green', 'red'],
    ['white', 'blue'],
    ['blue', 'white'],
    ['red', 'blue'],
    ['blue', 'red'],
    ['white', 'green'],
    ['green', 'white'],
  ] as const;
  const colours = { red: [255, 0, 0], green: [0, 255, 0], blue: [0, 0, 255], white: [255, 255, 255] };
  for (const [i, [left, right]] of seen.entries()) {
    const file = await readPhoto(
      await picture()
        .withMetadata({ orientation: i + 1 })
        .png()
        .toBuffer(),
    );
    expect([file.photo.width, file.photo.height]).toEqual(i < 4 ? [width, height] : [height, width]);
    expect(colourAt(file, 0.1, 0.1)).toEqual(colours[left]);
    expect(colourAt(file, 0.9, 0.1)).toEqual(colours[right]);
    const again = await readPhoto(await encodePhoto(file.photo, file, edited));
    expect(colourAt(again, 0.1, 0.1)).toEqual(colours[left]);
  }
});

test('grey, grey with opacity, 16 bits, palette and CMYK become red, green and blue of 8 bits', async () => {
  const grey = sharp(new Uint8Array(64).fill(100), { raw: { width: 8, height: 8, channels: 1 } });
  const clear = sharp(new Uint8Array(128).fill(100), { raw: { width: 8, height: 8, channels: 2 } });
  const kinds = {
    grey: [await grey.png().toBuffer(), 3],
    'grey JPEG': [await grey.jpeg({ quality: 100 }).toBuffer(), 3],
    'with opacity': [await clear.png().toBuffer(), 4],
    '16 bits': [await grey.clone().toColourspace('rgb16').png().toBuffer(), 3],
    palette: [await grey.clone().toColourspace('srgb').png({ palette: true }).toBuffer(), 3],
  } as const;
  for (const [kind, [bytes, channels]] of Object.entries(kinds)) {
    const { photo } = await readPhoto(bytes);
    expect([kind, photo.channels, photo.pixels.length]).toEqual([kind, channels, 64 * channels]);
    expect(Math.abs(photo.pixels[0]! - 100), kind).toBeLessThanOrEqual(1);
  }
  const inks = await readPhoto(await picture().toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer());
  expect(inks.photo.channels).toBe(3);
  const [red, green, blue] = colourAt(inks, 0.1, 0.1);
  expect(red! > 150 && green! < 90 && blue! < 90).toBe(true);
});

test('JPEG, PNG, WebP, AVIF and TIFF are read, and written as what they were', async () => {
  for (const format of ['jpeg', 'png', 'webp', 'avif', 'tiff'] as const) {
    const file = await readPhoto(await picture()[format]().toBuffer());
    expect(file.format).toBe(format);
    const again = await encodePhoto(file.photo, file, edited);
    const { format: written, xmp } = await sharp(again).metadata();
    expect(written).toBe(format === 'avif' ? 'heif' : format);
    expect(xmp?.toString(), format).toContain('compositeWithTrainedAlgorithmicMedia');
    expect(await readPhoto(again)).toMatchObject({ format, photo: { width, height } });
  }
});

test('a profile stays, colours are seen through it, and pixels outside an edit are the same to the bit', async () => {
  const file = await readPhoto(await picture().withIccProfile('p3').withDensity(72).png().toBuffer());
  expect(file.profile).toBeDefined();
  expect(file.density).toBeCloseTo(72, 0);
  const colour = Float32Array.from(colourAt(file, 0.1, 0.1));
  file.photo.colours?.toSrgb(colour);
  expect(Math.abs(colour[0]! - 255) + Math.abs(colour[1]!) + Math.abs(colour[2]!)).toBeLessThan(12); // red, as it was painted
  const patch = pastePatch(file.photo, { x: 24, y: 16, side: 20, angle: 0 }, paintedFace(16, 0), paintedFace(16, 0.4));
  const again = await readPhoto(await encodePhoto(withPatch(file.photo, patch), file, edited));
  expect(again.profile).toEqual(file.profile);
  const changed = again.photo.pixels.filter((value, i) => value !== file.photo.pixels[i]).length;
  expect(changed).toBeGreaterThan(100);
  for (let i = 0; i < width * height * 3; i++) {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    const outside = x < 14 || x >= 34 || y < 6 || y >= 26;
    if (outside && again.photo.pixels[i] !== file.photo.pixels[i]) expect([x, y]).toBe('unchanged');
  }
});

test('the camera’s settings stay; place, serial numbers and the old thumbnail go', async () => {
  const exif = {
    IFD0: { Make: 'Pinhole', Model: 'One', Copyright: 'Somebody', Software: 'Editor' },
    IFD2: {
      DateTimeOriginal: '2024:05:06 07:08:09',
      ExposureTime: '1/125',
      FNumber: '28/10',
      BodySerialNumber: 'SN-12345',
      CameraOwnerName: 'Nobody',
    },
    IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 3230/100' },
  };
  const source = await picture().withExif(exif).jpeg({ quality: 83 }).toBuffer();
  const before = await readPhoto(source);
  expect(readExif(Buffer.from(before.exif!)).GPSInfo).toBeDefined();
  const written = await encodePhoto(before.photo, before, edited);
  const { Image, Photo, GPSInfo, Thumbnail } = readExif((await sharp(written).metadata()).exif!);
  expect(Image).toMatchObject({ Make: 'Pinhole', Model: 'One', Copyright: 'Somebody' });
  expect(Photo?.DateTimeOriginal?.toISOString()).toBe('2024-05-06T07:08:09.000Z');
  expect([Photo?.ExposureTime, Photo?.FNumber]).toEqual([1 / 125, 2.8]);
  expect([GPSInfo, Thumbnail]).toEqual([undefined, undefined]);
  for (const secret of ['SN-12345', 'Nobody', 'Editor']) expect(written.includes(secret)).toBe(false);
});

test('EXIF whose second group lies beyond its end loses that group alone', async () => {
  const group = [0x69, 0x87, 4, 0, 1, 0, 0, 0, 0x0f, 0x27, 0, 0]; // at 9999
  const exif = Buffer.from([...Buffer.from('Exif\0\0II*\0'), 8, 0, 0, 0, 1, 0, ...group, 0, 0, 0, 0]);
  const file = await readPhoto(await picture().jpeg().toBuffer());
  const written = await encodePhoto(file.photo, { ...file, exif }, edited);
  expect((await sharp(written).metadata()).format).toBe('jpeg');
});

test('fields that a camera filled with zeros are left out', async () => {
  const source = await picture()
    .withExif({ IFD0: { Make: 'Pinhole', Artist: 'x'.repeat(64) } })
    .jpeg()
    .toBuffer();
  const at = source.indexOf('x'.repeat(64));
  const blank = await readPhoto(Buffer.from(source).fill(0, at, at + 64));
  const written = await encodePhoto(blank.photo, blank, edited);
  const { Image } = readExif((await sharp(written).metadata()).exif!);
  expect([Image?.Make, Image?.Artist]).toEqual(['Pinhole', undefined]);
});

test('the quality of a JPEG is found from its tables, and kept from 90 on', async () => {
  for (const quality of [30, 75, 92, 100]) {
    expect(jpegQuality(await picture().jpeg({ quality }).toBuffer())).toBe(quality);
  }
  const fine = await readPhoto(await picture().jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer());
  const written = await encodePhoto(fine.photo, fine, edited);
  expect(jpegQuality(written)).toBe(95);
  expect((await sharp(written).metadata()).chromaSubsampling).toBe('4:4:4');
});

test('files that are no photo, cut short, or claim too much are refused in one line', async () => {
  const jpeg = await sharp(
    new Uint8Array(600 * 400 * 3).map((_, i) => (i * 7919) % 256),
    {
      raw: { width: 600, height: 400, channels: 3 },
    },
  )
    .jpeg()
    .toBuffer();
  const png = await picture().png().toBuffer();
  const huge = Uint8Array.from(png);
  new DataView(huge.buffer).setUint32(16, 100_000); // the width in its header
  new DataView(huge.buffer).setUint32(20, 100_000);
  const bad = {
    empty: new Uint8Array(0),
    text: new TextEncoder().encode('<html>\u001b[31m</html>'),
    drawing: new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
    'half a JPEG': jpeg.subarray(0, jpeg.length / 2),
    'half a PNG': png.subarray(0, png.length / 2),
    'a header alone': png.subarray(0, 40),
    huge,
    animation: await sharp(Buffer.concat([corners(), corners()]), {
      raw: { width, height: 2 * height, channels: 3, pageHeight: height },
    })
      .gif()
      .toBuffer(),
  };
  for (const [kind, bytes] of Object.entries(bad)) {
    const fault = await readPhoto(bytes, 'me.jpg').then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(fault, kind).toMatchObject({ name: 'UserError' });
    if (kind === 'empty') expect(fault).toMatchObject({ message: expect.stringMatching(/; it is not a picture$/) });
    const { message } = fault as Error;
    expect(message, kind).toMatch(/^me\.jpg must be a whole photo in JPEG, PNG, WebP, AVIF or TIFF; it is /);
    expect(message.length, kind).toBeLessThan(240);
    expect(message, kind).not.toMatch(/\p{Cc}/u);
  }
});
