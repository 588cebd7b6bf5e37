// Joins pictures of one size into an animation.

import type { Timing } from '../../core/editing/recipe.ts';
import { sharp } from '../native/native-packages.ts';

export type AnimationFormat = 'webp' | 'gif';

/**
 * @param frames PNG files. @param xmp metadata to carry; a GIF cannot.
 * @returns the file. With `pingPong` the frames in between are shown again on the way back.
 */
export async function encodeAnimation(
  frames: readonly Uint8Array[],
  { format, delay, loop, pingPong, xmp }: Timing & { readonly format: AnimationFormat; readonly xmp?: string },
): Promise<Buffer> {
  const shown = pingPong ? [...frames, ...frames.slice(1, -1).reverse()] : frames;
  const joined = shown.length === 1 ? sharp(shown[0]) : sharp([...shown], { join: { animated: true } });
  const timing = { loop, delay: shown.map(() => delay) };
  if (format === 'gif') return joined.gif(timing).toBuffer();
  return (xmp === undefined ? joined : joined.withXmp(xmp)).webp({ ...timing, quality: 90 }).toBuffer();
}
