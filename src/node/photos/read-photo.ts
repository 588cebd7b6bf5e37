// Reads photos as people have them: any usual format, turned by EXIF, in any colours, of up to 67 megapixels.
import type { Metadata } from 'sharp';
import { checkKind, UserError } from '../../core/errors.ts';
import { readColourProfile } from '../../core/formats/icc.ts';
import { jpegQuality } from '../../core/formats/jpeg-quality.ts';
import type { Photo } from '../../core/portraits/photo.ts';
import { readWhole } from '../files/files.ts';
import { sharp } from '../native/native-packages.ts';
import { mostPixels, pictureFault } from './picture-fault.ts';

/** The formats that photos are read in and written in. */
export const photoFormats = ['jpeg', 'png', 'webp', 'avif', 'tiff'] as const;
export type PhotoFormat = (typeof photoFormats)[number];

/** A photo, and what a file of its own kind needs besides. */
export interface PhotoFile {
  readonly photo: Photo;
  readonly format: PhotoFormat;
  /** 1 to 100, of JPEG alone. */
  readonly quality?: number;
  /** `4:4:4` and the like: how finely JPEG keeps colours. */
  readonly chromaSubsampling?: string;
  /** The ICC profile that the pixels are in; left out for sRGB without a profile. */
  readonly profile?: Uint8Array;
  /** EXIF as it was, places and serial numbers included. */
  readonly exif?: Uint8Array;
  /** Pixels per inch. */
  readonly density?: number;
}

/**
 * Decodes a photo and turns it upright. Its colours stay those of its own RGB profile; pictures in CMYK, in grey or with
 * a profile of another kind become sRGB. 16 bits become 8.
 * @param source a file's path or its content. @param name what it is called in errors; by default the path.
 * @throws UserError in one line for a file that is missing, damaged, cut short, too large or no photo.
 */
export async function readPhoto(
  source: string | Uint8Array,
  name = typeof source === 'string' ? source : 'the photo',
): Promise<PhotoFile> {
  if (typeof source !== 'string') checkKind(name, source, 'a Uint8Array');
  const bytes = typeof source === 'string' ? await readWhole(source) : source;
  try {
    return await decode(bytes);
  } catch (error) {
    throw new UserError(`${name} must be a whole photo in JPEG, PNG, WebP, AVIF or TIFF; it is ${pictureFault(error)}`);
  }
}

async function decode(bytes: Uint8Array): Promise<PhotoFile> {
  const limits = { limitInputPixels: mostPixels, failOn: 'error' } as const;
  const facts = await sharp(bytes, limits).metadata();
  const format = formatOf(facts);
  const inRgb = facts.space === 'srgb' || facts.space === 'rgb16' || facts.space === 'rgb';
  const colours = inRgb && facts.icc ? readColourProfile(facts.icc) : undefined;
  const ignoreIcc = colours !== undefined;
  const { data, info } = await sharp(bytes, { ...limits, ignoreIcc })
    .autoOrient()
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3 && info.channels !== 4) throw new UserError(`of ${info.channels} channels`);
  const { width, height, channels } = info;
  const photo: Photo = {
    width,
    height,
    channels,
    pixels: new Uint8Array(data.buffer, data.byteOffset, data.length),
    ...(typeof colours === 'object' && { colours }),
  };
  const quality = format === 'jpeg' ? jpegQuality(bytes) : undefined;
  return {
    photo,
    format,
    ...(quality !== undefined && { quality }),
    ...(facts.chromaSubsampling?.length === 5 && { chromaSubsampling: facts.chromaSubsampling }),
    ...(ignoreIcc && facts.icc && { profile: facts.icc }),
    ...(facts.exif && { exif: facts.exif }),
    ...(facts.density && { density: facts.density }),
  };
}

/** @throws UserError with what the file is. */
function formatOf({ format, compression, pages = 1 }: Metadata): PhotoFormat {
  if (format === 'heif' && compression === 'av1') return 'avif';
  if (format === 'heif') throw new UserError('HEIC. Export it as JPEG');
  const known = photoFormats.find(each => each === format);
  if (known === undefined) throw new UserError(`${format ?? 'something else'}. Save it as JPEG or PNG`);
  if (pages > 1 && known !== 'avif') throw new UserError(`an animation or has ${pages} pages. Save one picture of it`);
  return known;
}
