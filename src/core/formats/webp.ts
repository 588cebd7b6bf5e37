// Reads the metadata of WebP files, in which animations carry their recipes.
// Format: https://developers.google.com/speed/webp/docs/riff_container
import { UserError } from '../errors.ts';

/** Whether a file begins as a WebP file does. */
export function isWebp(bytes: Uint8Array): boolean {
  return letters(bytes, 0) === 'RIFF' && letters(bytes, 8) === 'WEBP';
}

/**
 * @param webp a whole WebP file. @param name what it is called in errors: its path.
 * @returns its XMP; undefined where it has none. @throws UserError for a damaged file.
 */
export function readWebpXmp(webp: Uint8Array, name = 'the picture'): string | undefined {
  const view = new DataView(webp.buffer, webp.byteOffset, webp.byteLength);
  if (webp.length < 16) throw damaged(name, `it ends after ${webp.length} bytes`);
  const end = 8 + view.getUint32(4, true);
  if (end > webp.length) throw damaged(name, `it must have ${end} bytes, and has ${webp.length}`);
  for (let at = 12; at + 8 <= end; ) {
    const length = view.getUint32(at + 4, true);
    const next = at + 8 + length + (length % 2);
    if (at + 8 + length > end) throw damaged(name, 'it ends within a part');
    if (letters(webp, at) === 'XMP ') return new TextDecoder().decode(webp.subarray(at + 8, at + 8 + length));
    at = next;
  }
  return undefined;
}

function letters(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

function damaged(name: string, fault: string): UserError {
  return new UserError(`${name} is a damaged WebP file: ${fault}. Save or copy it again`);
}
