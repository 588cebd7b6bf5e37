// Takes the square of a face out of a photo at the size that networks see.
import { shownArgument, UserError } from '../errors.ts';
import { resizePlanes } from '../images/resample.ts';
import { cropToPhoto } from './alignment.ts';
import { checkBox, checkPhoto, type FaceBox, type Photo } from './photo.ts';
import { samplePhoto } from './sample.ts';

export interface FaceCrop {
  /** [3, R, R] in [-1, 1]. */
  readonly image: Float32Array<ArrayBuffer>;
  /** Share of the square that lies outside the photo, where its edge is repeated; in [0, 1]. */
  readonly missing: number;
}

/** The turned square is read up to so many times as fine before Lanczos's filter reduces it, as it does a dataset's pictures. */
const finest = 4;

/** R at most: beyond it no picture format of ours takes a frame, and pixels would outgrow an array. */
const largest = 2 ** 14;

/**
 * @param photo of any size: a face of thousands of pixels is averaged, not picked from. @param resolution R.
 * @throws UserError for no such resolution, and as `checkPhoto` and `checkBox`.
 */
export function cropFace(photo: Photo, box: FaceBox, resolution: number): FaceCrop {
  checkPhoto(photo);
  checkBox(box, photo);
  if (!Number.isInteger(resolution) || resolution < 1 || resolution > largest) {
    throw new UserError(
      `resolution of a crop must be a whole number from 1 to ${largest}; got ${shownArgument(resolution)}`,
    );
  }
  const finer = Math.min(finest, Math.max(1, Math.ceil(box.side / resolution)));
  const side = finer * resolution;
  const { planes, missing } = samplePhoto(photo, cropToPhoto(box, side), side, side);
  const image = resizePlanes(planes, side, resolution);
  for (let i = 0; i < image.length; i++) image[i] = Math.min(1, Math.max(-1, image[i]! / 127.5 - 1));
  return { image, missing };
}
