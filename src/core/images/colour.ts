// The colours of a picture as networks see them: scaled as they are, or chromaticities, which have no brightness.
import { z } from 'zod';
import * as ops from '../graph/ops.ts';
import type { Tensor } from '../graph/tensor.ts';

export const normalisationNames = ['range', 'chromaticity'] as const;
export const normalisationSchema = z.enum(normalisationNames);
/** `range`: x / 127.5 − 1. `chromaticity`: each colour's share of R + G + B, by 2x − 1; a third each for black. */
export type Normalisation = z.output<typeof normalisationSchema>;

/** Weights of red, green and blue in the brightness that the eye sees (ITU-R BT.601). */
export const luma = [0.299, 0.587, 0.114] as const;

/** Sums of colours in [0, 6] below this count as black: the darkest grey that bytes can tell has 0.0078. */
const black = 1e-6;

/**
 * R′ = R / (R + G + B) and so on, mapped to [-1, 1] by 2x − 1. Applied twice it is the same as once, so a network that
 * begins with it also takes images that are chromaticities already.
 * @param images [N, 3, H, W], clipped to [-1, 1]. @returns [N, 3, H, W].
 */
export function chromaticity(images: Tensor): Tensor {
  const colours = ops.add(ops.clip(images, -1, 1), 1); // [N 3 H W] in [0, 2]
  const total = ops.sum(colours, [1], true); // [N 1 H W]
  const isBlack = ops.less(total, black);
  const share = ops.div(colours, ops.where(isBlack, 1, total));
  return ops.where(isBlack, -1 / 3, ops.sub(ops.mul(share, 2), 1));
}

/** The chromaticities of bytes: uint8 [N, 3, H, W] → uint8, 255 for the whole of R + G + B. @param area H · W. */
export function chromaticityOfBytes(pixels: Uint8Array, area: number): Uint8Array {
  const result = new Uint8Array(pixels.length);
  for (let image = 0; image < pixels.length; image += 3 * area) {
    for (let red = image; red < image + area; red++) {
      const planes = [red, red + area, red + 2 * area] as const;
      const total = pixels[planes[0]]! + pixels[planes[1]]! + pixels[planes[2]]!;
      for (const at of planes) result[at] = total === 0 ? 85 : Math.round((255 * pixels[at]!) / total);
    }
  }
  return result;
}
