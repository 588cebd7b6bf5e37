// Writes an edited photo as the file it came from was: format, quality, colours and the camera's settings stay; places,
// serial numbers, the old thumbnail and the maker's notes do not.
import readExif from 'exif-reader';
import type { Exif, Sharp } from 'sharp';
import { formatRecipe, parseRecipes, type Recipe, recipeKeyword } from '../../core/editing/recipe.ts';
import { recipesAsXmp } from '../../core/editing/recipe-file.ts';
import { checkKind, shownArgument, UserError } from '../../core/errors.ts';
import { addPngText } from '../../core/formats/png-text.ts';
import { recipesInXmp } from '../../core/formats/xmp.ts';
import { checkPhoto, type Photo } from '../../core/portraits/photo.ts';
import { sharp } from '../native/native-packages.ts';
import { type PhotoFile, type PhotoFormat, photoFormats } from './read-photo.ts';
import { tiffOf } from './tiff.ts';

export interface WriteOptions {
  /** Default the photo's own. */
  readonly format?: PhotoFormat;
  /** 1 to 100, for JPEG, WebP and AVIF. Default that of the photo, and at least 90. */
  readonly quality?: number;
  /** A packet that says that the photo was edited, and how, as `recipesAsXmp` makes it. Empty: none is written. */
  readonly xmp: string;
}

/** Lower qualities are not kept: an edit saved at them would lose again as much as the photo has lost already. */
const minQuality = 90;

/** The notes of a camera that are kept: none that tells a place, a person's camera or what the photo looked like. */
const keptExif = {
  IFD0: ['Make', 'Model', 'Artist', 'Copyright', 'ImageDescription'],
  IFD2: ['DateTimeOriginal', 'ExposureTime', 'FNumber', 'ISOSpeedRatings', 'FocalLength', 'LensModel'],
} as const;

/** Most pixels along a side that the formats, or their encoders, can have; those left out have no limit that photos reach. */
export const longestSides: Readonly<Partial<Record<PhotoFormat, number>>> = {
  jpeg: 65_535,
  webp: 16_383,
  avif: 16_384,
};

/** Most bytes of an XMP packet that libvips writes into a JPEG; it leaves out more without a word. */
const longestJpegXmp = 60_000;

/** Checks before any work is done on a photo. @throws UserError for one that is too long for the format. */
export function checkLongestSide({ width, height }: Pick<Photo, 'width' | 'height'>, format: PhotoFormat): void {
  const longest = longestSides[format] ?? Number.POSITIVE_INFINITY;
  if (Math.max(width, height) <= longest) return;
  throw new UserError(
    `a picture in ${format.toUpperCase()} must have at most ${longest} pixels a side; this one has ${width}×${height}. ` +
      'Write it as PNG or TIFF',
  );
}

/**
 * @param photo of the same size as `file`'s, edited. @returns the bytes of a picture file. Of a PNG, whose XMP may be
 *   compressed, recipes are read from texts of their own, so it has those of the XMP there too.
 * @throws UserError as `checkLongestSide`, for a format or quality that there is not, and for more XMP than a JPEG holds.
 */
export async function encodePhoto(photo: Photo, file: PhotoFile, options: WriteOptions): Promise<Buffer> {
  checkPhoto(photo);
  checkKind("a photo's file", file, 'an object');
  checkKind('options of a photo', options, 'an object');
  const { format = file.format, quality = Math.max(minQuality, file.quality ?? 0), xmp } = options;
  const { width, height, channels, pixels } = photo;
  if (!photoFormats.includes(format)) {
    throw new UserError(`the format must be ${photoFormats.join(', ')}; got "${format}"`);
  }
  if (!Number.isInteger(quality) || quality < 1 || quality > 100) {
    throw new UserError(`quality must be a whole number from 1 to 100; got ${shownArgument(quality)}`);
  }
  checkKind('xmp', xmp, 'text');
  checkLongestSide(photo, format);
  const xmpBytes = Buffer.byteLength(xmp);
  if (format === 'jpeg' && xmpBytes > longestJpegXmp) {
    throw new UserError(
      `XMP in a JPEG must have at most ${longestJpegXmp} bytes; got ${xmpBytes}. Write fewer recipes, or a PNG, WebP or TIFF`,
    );
  }
  const picture =
    file.profile === undefined
      ? sharp(pixels, { raw: { width, height, channels }, limitInputPixels: false })
      : sharp(tiffOf(photo, file.profile), { limitInputPixels: false, ignoreIcc: true }).keepIccProfile();
  const signed = xmp === '' ? picture : picture.withXmp(xmp);
  const noted = signed.withExif(exifOf(file.exif));
  const density = file.density === undefined ? noted : noted.withDensity(file.density);
  const bytes = await encoded(density, format, quality, file).toBuffer();
  const recipes = format === 'png' ? recipesInXmp(xmp) : undefined;
  if (recipes === undefined) return bytes;
  const texts = parseRecipes(recipes).map(formatRecipe);
  return Buffer.from(texts.reduce<Uint8Array>((png, text) => addPngText(png, recipeKeyword, text), bytes));
}

/** @returns `encodePhoto`'s file, which says that the photo was edited and carries the recipe. */
export function encodeEditedPhoto(
  photo: Photo,
  file: PhotoFile,
  recipe: Recipe,
  format: PhotoFormat,
): Promise<Uint8Array> {
  return encodePhoto(photo, file, { format, xmp: recipesAsXmp([recipe]) });
}

function encoded(picture: Sharp, format: PhotoFormat, quality: number, { chromaSubsampling }: PhotoFile): Sharp {
  const opaque = () => picture.flatten({ background: '#ffffff' });
  switch (format) {
    case 'jpeg':
      return opaque().jpeg({ quality, chromaSubsampling: chromaSubsampling === '4:2:0' ? '4:2:0' : '4:4:4' });
    case 'png':
      return picture.png({ adaptiveFiltering: true });
    case 'webp':
      return picture.webp({ quality });
    case 'avif':
      return picture.avif({ quality, chromaSubsampling: '4:4:4' });
    case 'tiff':
      return picture.tiff({ compression: 'deflate', predictor: 'horizontal' });
  }
}

/** @param bytes EXIF as the photo has it; damaged EXIF is left out. */
function exifOf(bytes: Uint8Array | undefined): Exif {
  if (bytes === undefined) return {};
  const tags = parsed(bytes);
  const kept = (names: readonly string[], found: Readonly<Record<string, unknown>> | null | undefined) => {
    const known = names.flatMap(name => {
      const text = exifText(found?.[name]); // damaged EXIF has null in place of a group
      return text === undefined ? [] : [[name, text] as const];
    });
    return Object.fromEntries(known);
  };
  return { IFD0: kept(keptExif.IFD0, tags?.Image), IFD2: kept(keptExif.IFD2, tags?.Photo) };
}

function parsed(bytes: Uint8Array) {
  try {
    return readExif(Buffer.from(bytes));
  } catch {
    return undefined;
  }
}

/** @returns a value as the image library takes it: numbers as fractions, dates as EXIF writes them. */
function exifText(value: unknown): string | undefined {
  if (value instanceof Date) {
    return Number.isNaN(value.getTime())
      ? undefined
      : value.toISOString().slice(0, 19).replaceAll('-', ':').replace('T', ' ');
  }
  if (Array.isArray(value)) return exifText(value[0]);
  if (typeof value === 'number') return Number.isInteger(value) ? `${value}` : fraction(value);
  if (typeof value !== 'string') return undefined;
  const text = value.replace(/\p{Cc}/gu, '').trim(); // cameras fill fields with zeros
  return text === '' ? undefined : text;
}

function fraction(value: number): string | undefined {
  if (!Number.isFinite(value)) return undefined;
  const bottom = value < 1 ? Math.round(1 / value) : 100;
  return value < 1 && Math.abs(value - 1 / bottom) < value / 100
    ? `1/${bottom}`
    : `${Math.round(value * 10_000)}/10000`;
}
