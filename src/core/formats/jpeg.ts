// Reads the metadata of JPEG files, in which edited photos carry their recipes.
// Format: ITU-T T.81, annex B (segments); XMP part 3, §1.1.3 (XMP in a segment APP1 behind its address).
import { UserError } from '../errors.ts';

/** The address before the XMP of a JPEG's segment. */
export const xmpAddress = 'http://ns.adobe.com/xap/1.0/\0';

/** Whether a file begins as a JPEG file does. */
export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8;
}

/**
 * @param jpeg a whole JPEG file. @param name what it is called in errors: its path.
 * @returns its XMP; undefined where it has none. @throws UserError for a damaged file.
 */
export function readJpegXmp(jpeg: Uint8Array, name = 'the picture'): string | undefined {
  for (let at = 2; at + 4 <= jpeg.length; ) {
    const marker = jpeg[at + 1]!;
    // Pixels follow the start of scan; what comes before them is segments.
    if (jpeg[at] !== 0xff || marker === 0xda) return undefined;
    if (marker === 0xff) {
      at++; // padding
      continue;
    }
    const end = at + 2 + jpeg[at + 2]! * 256 + jpeg[at + 3]!;
    if (end > jpeg.length || end < at + 4) {
      throw new UserError(`${name} is a damaged JPEG file: it ends within a part. Save or copy it again`);
    }
    const content = jpeg.subarray(at + 4, end);
    const isXmp = [...xmpAddress].every((letter, i) => content[i] === letter.charCodeAt(0));
    if (marker === 0xe1 && isXmp) return new TextDecoder().decode(content.subarray(xmpAddress.length));
    at = end;
  }
  return undefined;
}
