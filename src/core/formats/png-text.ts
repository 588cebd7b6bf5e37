// Reads and writes text in PNG files, so that a recipe travels inside the picture that it made.
// Format: https://www.w3.org/TR/png-3/ — §5 chunks, §11.3.3.4 iTXt (text in UTF-8).
import { checkKind, UserError } from '../errors.ts';

interface Chunk {
  /** Four letters. */
  readonly type: string;
  /** Offsets in the file: of the whole chunk, which begins with its length, and of what it holds. */
  readonly start: number;
  readonly dataStart: number;
  readonly dataEnd: number;
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const chunkType = 'iTXt';

/** Limit on texts with one keyword in one file: ten times as many as a sheet of faces has. */
const maxTexts = 10_000;

/**
 * @param png a whole PNG file. @param keyword by which the text is found again: 1 to 79 letters, digits or any of -_.:
 * @param before the chunk to put it in front of; readers that stop at the pixels see only what is before `IDAT`.
 * @returns a new file that also holds the text, uncompressed, by default after the texts it holds already.
 * @throws UserError where `png` is not a PNG file. @throws RangeError where `keyword` is not one.
 */
export function addPngText(
  png: Uint8Array,
  keyword: string,
  text: string,
  before: 'IDAT' | 'IEND' = 'IEND',
): Uint8Array<ArrayBuffer> {
  if (!/^[\w.:-]{1,79}$/.test(keyword)) throw new RangeError(`not a keyword: "${keyword}"`);
  // Zeros after the keyword say: uncompressed, compression method, no language, no translated keyword.
  const data = new TextEncoder().encode(`${keyword}\0\0\0\0\0${text}`);
  const chunk = new Uint8Array(12 + data.length);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, data.length);
  chunk.set(new TextEncoder().encode(chunkType), 4);
  chunk.set(data, 8);
  view.setUint32(8 + data.length, crc32(chunk.subarray(4, 8 + data.length)));
  const place = startOf(png, before);
  const file = new Uint8Array(png.length + chunk.length);
  file.set(png.subarray(0, place));
  file.set(chunk, place);
  file.set(png.subarray(place), place + chunk.length);
  return file;
}

/**
 * @param png a whole PNG file. @param name what the file is called in errors: its path.
 * @param longest bytes that one text may have.
 * @returns every text with this keyword, in the file's order; empty where there is none.
 * @throws UserError for a damaged file, a text that is too long, too many texts, and compressed text, which may be
 * larger than any memory.
 */
export function readPngTexts(
  png: Uint8Array,
  keyword: string,
  name = 'the picture',
  longest = Number.POSITIVE_INFINITY,
): string[] {
  const texts: string[] = [];
  for (const { type, dataStart, dataEnd } of chunksOf(png, name)) {
    if (type !== chunkType) continue;
    const data = png.subarray(dataStart, dataEnd);
    const afterKeyword = data.indexOf(0);
    if (afterKeyword < 0 || String.fromCharCode(...data.subarray(0, Math.min(afterKeyword, 80))) !== keyword) continue;
    if (data.length > longest) {
      throw new UserError(`${name}: the text "${keyword}" must have at most ${longest} bytes; got ${data.length}`);
    }
    if (texts.length === maxTexts) {
      throw new UserError(`${name} must hold the text "${keyword}" at most ${maxTexts} times. Choose another picture`);
    }
    const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
    if (view.getUint32(dataEnd) !== crc32(png.subarray(dataStart - 4, dataEnd))) {
      throw damaged(name, 'its text does not match its checksum');
    }
    if (data[afterKeyword + 1] !== 0) {
      throw new UserError(
        `${name}: the text "${keyword}" must be uncompressed. Save the picture without compressed text`,
      );
    }
    const afterLanguage = data.indexOf(0, afterKeyword + 3);
    const afterTranslation = data.indexOf(0, afterLanguage + 1);
    if (afterLanguage < 0 || afterTranslation < 0) throw damaged(name, 'its text lacks the usual beginning');
    texts.push(decodeUtf8(data.subarray(afterTranslation + 1), name));
  }
  return texts;
}

/** Where the first chunk of this type begins. */
function startOf(png: Uint8Array, wanted: string): number {
  for (const { type, start } of chunksOf(png, 'the picture')) if (type === wanted) return start;
  throw damaged('the picture', `it has no ${wanted}`);
}

/** The chunks of a file up to its last, IEND, one at a time: a hostile file may have millions. */
function* chunksOf(png: Uint8Array, name: string): Generator<Chunk> {
  checkKind(name, png, 'a Uint8Array');
  if (signature.some((byte, i) => png[i] !== byte))
    throw new UserError(`${name} is not a PNG file. Choose a PNG picture`);
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  for (let start = signature.length, type = ''; type !== 'IEND'; ) {
    if (start + 12 > png.length) throw damaged(name, `it ends after ${png.length} bytes, before its last part`);
    const dataStart = start + 8;
    const dataEnd = dataStart + view.getUint32(start);
    if (dataEnd + 4 > png.length) throw damaged(name, `it ends after ${png.length} bytes, within a part`);
    type = String.fromCharCode(...png.subarray(start + 4, dataStart));
    yield { type, start, dataStart, dataEnd };
    start = dataEnd + 4;
  }
}

function decodeUtf8(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw damaged(name, 'its text is not UTF-8');
  }
}

function damaged(name: string, fault: string): UserError {
  return new UserError(`${name} is a damaged PNG file: ${fault}. Save or copy it again`);
}

/** The contribution of each byte to the checksum (PNG specification, annex D). */
const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = crcTable[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}
