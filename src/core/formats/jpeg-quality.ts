// Estimates the quality that a JPEG was saved with, so that an edited photo is saved no worse and no larger than it was.
// Format: ITU-T T.81, annex B.2.4.1 (quantisation tables); the scale is the Independent JPEG Group's.

/** The first 16 numbers of the standard's table for brightness (annex K.1) in zigzag order, as files hold it. */
const standard = [16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40];

/** @returns 1 to 100; undefined where the file has no table before its pixels. */
export function jpegQuality(jpeg: Uint8Array): number | undefined {
  const view = new DataView(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
  const startOfScan = 0xda;
  for (let at = 2; at + 4 < jpeg.length && jpeg[at] === 0xff && jpeg[at + 1] !== startOfScan; ) {
    const length = view.getUint16(at + 2);
    const wide = jpeg[at + 4]! >> 4;
    const table = jpeg[at + 4]! & 15;
    const size = wide ? 2 : 1;
    if (jpeg[at + 1] === 0xdb && table === 0 && at + 5 + size * standard.length <= jpeg.length) {
      const values = standard.map((_, i) => (wide ? view.getUint16(at + 5 + 2 * i) : jpeg[at + 5 + i]!));
      return nearestQuality(values);
    }
    at += 2 + length;
  }
  return undefined;
}

function nearestQuality(values: readonly number[]): number {
  let best = { quality: 1, distance: Number.POSITIVE_INFINITY };
  for (let quality = 1; quality <= 100; quality++) {
    const scale = quality < 50 ? 5000 / quality : 200 - 2 * quality;
    const distance = standard.reduce((sum, value, i) => {
      const scaled = Math.min(255, Math.max(1, Math.floor((value * scale + 50) / 100)));
      return sum + Math.abs(scaled - values[i]!);
    }, 0);
    if (distance <= best.distance) best = { quality, distance };
  }
  return best.quality;
}
