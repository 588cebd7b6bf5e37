// Turns picture files of any kind into the one form that networks read: square, RGB, 8 bit, planar.
import type { FindFaces } from '../../../core/editor/portrait-finder.ts';
import { UserError } from '../../../core/errors.ts';
import { type CropName, cropBox, cropNames } from '../../../core/images/crop.ts';
import { toUint8 } from '../../../core/images/pixels.ts';
import { resampleBox } from '../../../core/images/resample.ts';
import { cropFace } from '../../../core/portraits/crop-face.ts';
import type { Photo } from '../../../core/portraits/photo.ts';
import { sharp } from '../../native/native-packages.ts';
import { mostPixels, pictureFault } from '../../photos/picture-fault.ts';

/** Crops at a fixed place, or `face`: around the largest face that is found, as CelebA's pictures are aligned. */
export const pictureCrops = [...cropNames, 'face'] as const;

export interface FaceOptions {
  readonly crop: CropName | 'face';
  /** R, the side of the result. */
  readonly resolution: number;
}

/** The reason against a picture without a face. */
export const noFace = 'no face found';

/** The reason against a picture of a shape that the crop cannot take. */
export class Misfit extends UserError {}

/** A face as networks see it. */
export interface ReadFace {
  /** uint8 [3, R, R]. */
  readonly image: Uint8Array<ArrayBuffer>;
  /** Side of the square in the picture that it was made from, in pixels. */
  readonly side: number;
}

/**
 * Decodes a picture, turns it upright (EXIF), converts it to sRGB with 8 bits (transparent parts become white), crops
 * it and resizes it with Lanczos's filter.
 * @param source a file's path or its content. @param findFaces for the crop `face`.
 * @throws UserError for a picture that is missing, damaged, cut short, too large of a shape that does not fit or without a face.
 */
export async function readFace(
  source: string | Uint8Array,
  { crop, resolution }: FaceOptions,
  findFaces: FindFaces = async () => [],
): Promise<ReadFace> {
  const { data, info } = await decode(source);
  if (crop === 'face') {
    const photo: Photo = { width: info.width, height: info.height, channels: 3, pixels: data };
    const [face] = await findFaces(photo);
    if (face === undefined) throw new UserError(noFace);
    return { image: toUint8(cropFace(photo, face.box, resolution).image), side: face.box.side };
  }
  const box = cropBox(crop, info.width, info.height);
  if (typeof box === 'string') throw new Misfit(box);
  return { image: resampleBox(data, info.width, info.height, box, resolution), side: box.side };
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
