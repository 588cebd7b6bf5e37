// Decodes photos with what the browser has: upright, in sRGB, as many bits as its canvas keeps.
import { UserError } from '../../core/errors.ts';
import { jpegQuality } from '../../core/formats/jpeg-quality.ts';
import type { Photo } from '../../core/portraits/photo.ts';
import { keepsPixels } from '../shared/keeps-pixels.ts';

/** Most pixels of a photo: four bytes of each are held three times while one is saved. */
const mostPixels = 2 ** 26;

/** Bytes that a file may have. */
const mostBytes = 256e6;

/** Bytes at the beginning of a JPEG among which its tables are: they come after a camera's notes, of 64 kB a piece. */
const tablesWithin = 2 ** 21;

export interface DecodedPhoto {
  readonly photo: Photo;
  /** The quality that a JPEG was saved with, 1 to 100. */
  readonly quality: number | undefined;
}

/** @throws UserError in one line for what is no picture, is damaged, or is too large for this browser. */
export async function decodePhoto(file: Blob): Promise<DecodedPhoto> {
  const name = file instanceof File ? file.name : 'the photo';
  if (file.size > mostBytes) {
    throw new UserError(`a photo must have at most ${mostBytes / 1e6} MB; ${name} has ${(file.size / 1e6).toFixed(1)}`);
  }
  if (!keepsPixels()) {
    throw new UserError('this browser changes the pixels that a page reads. Allow this page to read canvases');
  }
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch(() => {
    throw new UserError(`${name} must be a whole photo in a format that this browser reads. Save it as JPEG or PNG`);
  });
  const { width, height } = bitmap;
  const megapixels = ((width * height) / 1e6).toFixed(1);
  try {
    if (width * height > mostPixels) {
      throw new UserError(`a photo must have at most 67 megapixels; ${name} has ${megapixels}. Make it smaller`);
    }
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    if (context === null) throw new RangeError('no canvas of this size');
    context.drawImage(bitmap, 0, 0);
    const { data: pixels } = context.getImageData(0, 0, width, height);
    const photo = { width, height, channels: 4, pixels } as const;
    return { photo, quality: jpegQuality(new Uint8Array(await file.slice(0, tablesWithin).arrayBuffer())) };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`this browser has no room for a photo of ${megapixels} megapixels. Make it smaller`);
  } finally {
    bitmap.close();
  }
}
