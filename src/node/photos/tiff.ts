// Wraps pixels and their colour profile in a TIFF in memory: the one way to hand the image library pixels whose profile
// is kept as it is and not converted. Format: TIFF 6.0, §2 and §6; the profile's tag is ICC.1's, annex B.
import type { Photo } from '../../core/portraits/photo.ts';

const [short, long, undefinedBytes] = [3, 4, 7];

/** @returns an uncompressed TIFF of one strip. */
export function tiffOf({ width, height, channels, pixels }: Photo, profile: Uint8Array): Uint8Array {
  const strip = width * height * channels;
  const profileAt = 8 + strip + (strip % 2);
  const entriesAt = profileAt + profile.length + (profile.length % 2);
  const bitsAt = entriesAt + 2 + 12 * 12 + 4;
  const entries: [tag: number, type: number, count: number, value: number][] = [
    [256, long, 1, width],
    [257, long, 1, height],
    [258, short, channels, bitsAt], // bits of each channel
    [259, short, 1, 1], // no compression
    [262, short, 1, 2], // RGB
    [273, long, 1, 8], // where the strip begins
    [277, short, 1, channels],
    [278, long, 1, height], // rows of the strip
    [279, long, 1, strip],
    [284, short, 1, 1], // channels side by side
    [338, short, channels - 3, 2], // the fourth channel is opacity
    [34675, undefinedBytes, profile.length, profileAt],
  ].filter(([, , count]) => count! > 0) as [number, number, number, number][];
  const bytes = new Uint8Array(bitsAt + 8);
  const view = new DataView(bytes.buffer);
  bytes.set([0x49, 0x49, 42, 0]); // little-endian
  view.setUint32(4, entriesAt, true);
  bytes.set(pixels, 8);
  bytes.set(profile, profileAt);
  view.setUint16(entriesAt, entries.length, true);
  for (const [i, [tag, type, count, value]] of entries.entries()) {
    const at = entriesAt + 2 + 12 * i;
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, type, true);
    view.setUint32(at + 4, count, true);
    view.setUint32(at + 8, value, true);
  }
  for (let c = 0; c < channels; c++) view.setUint16(bitsAt + 2 * c, 8, true);
  return bytes;
}
