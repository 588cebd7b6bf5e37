// Text in PNG files: it comes back as it went in, pictures stay what they were, and damaged files are refused.
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { UserError } from '../../../src/core/errors.ts';
import { addPngText, readPngTexts } from '../../../src/core/formats/png-text.ts';
import { survivesMutations } from '../../helpers/fuzz.ts';

let png: Uint8Array;
beforeAll(async () => {
  png = await sharp({ create: { width: 3, height: 2, channels: 3, background: '#b9551f' } })
    .png()
    .toBuffer();
});

/** An iTXt chunk written by hand: keyword, compression, method, language, translated keyword, text. */
function chunk(data: string, type = 'iTXt'): Buffer {
  const body = Buffer.from(type + data, 'utf8');
  const numbers = Buffer.alloc(8);
  numbers.writeUInt32BE(body.length - 4, 0);
  numbers.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([numbers.subarray(0, 4), body, numbers.subarray(4)]);
}

function withChunks(...chunks: Buffer[]): Uint8Array {
  return Uint8Array.from([...png.subarray(0, -12), ...Buffer.concat(chunks), ...png.subarray(-12)]);
}

test('any text comes back, several in their order, other keywords apart', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (first, second) => {
      const file = addPngText(addPngText(addPngText(png, 'note', first), 'other', 'x'), 'note', second);
      expect(readPngTexts(file, 'note')).toEqual([first, second]);
      expect(readPngTexts(file, 'not')).toEqual([]);
    }),
  );
});

test('what is written is a chunk as the specification has it, and the pixels stay', async () => {
  const file = addPngText(png, 'note', 'Zoë');
  expect(file).toEqual(withChunks(chunk('note\0\0\0\0\0Zoë')));
  expect(await sharp(file).raw().toBuffer()).toEqual(await sharp(png).raw().toBuffer());
});

test('languages and translated keywords of other programs are skipped', () => {
  expect(readPngTexts(withChunks(chunk('note\0\0\0de\0Notiz\0Text')), 'note')).toEqual(['Text']);
  expect(readPngTexts(withChunks(chunk('note\0plain', 'tEXt')), 'note')).toEqual([]);
});

test('text can be put before the pixels, for readers that stop there', () => {
  const file = addPngText(png, 'note', 'x', 'IDAT');
  const at = (type: string) => Buffer.from(file).indexOf(type);
  expect(at('iTXt')).toBeGreaterThan(at('IHDR'));
  expect(at('iTXt')).toBeLessThan(at('IDAT'));
  expect(readPngTexts(file, 'note')).toEqual(['x']);
  expect(() => addPngText(png.subarray(0, 33), 'note', 'x', 'IDAT')).toThrow(UserError);
});

test('a text that is too long, and too many texts, are refused unread', () => {
  const long = withChunks(chunk(`note\0\0\0\0\0${'x'.repeat(1000)}`));
  expect(() => readPngTexts(long, 'note', 'face.png', 1000)).toThrow(
    'face.png: the text "note" must have at most 1000 bytes; got 1009',
  );
  expect(readPngTexts(long, 'other', 'face.png', 1000)).toEqual([]);
  const many = withChunks(...Array.from({ length: 10_001 }, () => chunk('note\0\0\0\0\0x')));
  expect(() => readPngTexts(many, 'note')).toThrow('at most 10000 times');
});

describe('what is refused', () => {
  test.each([
    ['compressed text', () => withChunks(chunk('note\0\x01\0\0\0x')), /"note" must be uncompressed/],
    ['a text without its beginning', () => withChunks(chunk('note\0\0\0de')), /lacks the usual beginning/],
    ['a text that is not UTF-8', () => withChunks(badUtf8()), /is not UTF-8/],
    ['a changed letter', () => Uint8Array.from(addPngText(png, 'note', 'abc'), lastLetterChanged), /checksum/],
    ['a file cut short', () => png.subarray(0, -1), /damaged PNG file: it ends after \d+ bytes/],
    ['a chunk longer than the file', () => png.map((byte, i) => (i === 8 ? 0xff : byte)), /within a part/],
    ['another kind of file', () => new TextEncoder().encode('GIF89a'), /is not a PNG file/],
    ['an empty file', () => new Uint8Array(0), /is not a PNG file/],
  ])('%s', (_, make, message) => {
    expect(() => readPngTexts(make(), 'note', 'face.png')).toThrow(UserError);
    expect(() => readPngTexts(make(), 'note', 'face.png')).toThrow(message);
    expect(() => readPngTexts(make(), 'note', 'face.png')).toThrow(/^face\.png/);
  });

  const badUtf8 = () => {
    const bytes = chunk('note\0\0\0\0\0?');
    bytes[bytes.length - 5] = 0xff;
    bytes.writeUInt32BE(crc32(bytes.subarray(4, -4)), bytes.length - 4);
    return bytes;
  };
  const lastLetterChanged = (byte: number, i: number) => (i === png.length + 12 + 11 - 12 ? byte ^ 1 : byte);

  test('a keyword that is not one is our bug', () => {
    for (const keyword of ['', 'a\0b', 'x'.repeat(80)]) {
      expect(() => addPngText(png, keyword, '')).toThrow(RangeError);
    }
  });

  test('nothing worse than a UserError, whatever is damaged', async () => {
    await survivesMutations(addPngText(png, 'note', 'a recipe'), bytes => readPngTexts(bytes, 'note'));
  });
});
