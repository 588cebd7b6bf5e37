// Turns picture files of any kind into the one form that networks read: square, RGB, 8 bit, planar.

import { UserError } from '../../../core/errors.ts';
import { type CropName, cropBox } from '../../../core/images/crop.ts';
import { resampleBox } from '../../../core/images/resample.ts';
import { sharp } from '../../native/native-packages.ts';
import { mostPixels, pictureFault } from '../../photos/picture-fault.ts';

export interface FaceOptions {
  readonly crop: CropName;
  /** R, the side of the result. */
  readonly resolution: number;
}

/**
 * Decodes a picture, turns it upright (EXIF), converts it to sRGB with 8 bits (transparent parts become white), crops
 * it and resizes it with Lanczos's filter.
 * @param source a file's path or its content.
 * @returns uint8 [3, R, R].
 * @throws UserError for a picture that is missing, damaged, cut short, too large or of a shape that does not fit.
 */
export async function readFace(
  source: string | Uint8Array,
  { crop, resolution }: FaceOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const { data, info } = await decode(source);
  const box = cropBox(crop, info.width, info.height);
  if (typeof box === 'string') throw new UserError(box);
  return resampleBox(data, info.width, info.height, box, resolution);
}

async function decode(source: string | Uint8Array) {
  try {
    return await sharp(source, { limitInputPixels: mostPixels, failOn: 'error' })
      .autoOrient()
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
  } catch (error) {
    throw new UserError(pictureFault(error));
  }
}
