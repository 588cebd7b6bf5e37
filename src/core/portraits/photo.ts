// A decoded photo, and the places of a face in it, in words that every runtime shares.
import { checkKind, UserError } from '../errors.ts';
import type { ColourSpace } from '../formats/icc.ts';

/** A photo as it is shown: upright, 8 bits. Pixels of 4 channels end with their opacity. */
export interface Photo {
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
  /** [height, width, channels], red first. */
  readonly pixels: Uint8Array | Uint8ClampedArray;
  /** The space of its colours; left out for sRGB. */
  readonly colours?: ColourSpace;
}

/** A place in pixels of the photo, from its left and upper edge: the middle of the first pixel is (0.5, 0.5). */
export type Point = readonly [x: number, y: number];

/** Eyes, nose and corners of the mouth; `left` and `right` as one sees them in an upright picture. */
export interface FacePoints {
  readonly leftEye: Point;
  readonly rightEye: Point;
  readonly nose: Point;
  readonly leftMouth: Point;
  readonly rightMouth: Point;
}

/** The square around a face that networks see, in pixels of the photo; it may be turned and may reach beyond the photo. */
export interface FaceBox {
  /** Middle of the square. */
  readonly x: number;
  readonly y: number;
  readonly side: number;
  /** Degrees, clockwise as seen, that the face is turned against an upright one. */
  readonly angle: number;
}

/** A face that was found in a photo. */
export interface FoundFace {
  readonly box: FaceBox;
  readonly points: FacePoints;
  /** The detector's certainty, in (0, 1). */
  readonly score: number;
}

/** Sides of a face's square, in those of the photo, beyond which next to nothing of the photo would be seen. */
const largestBox = 4;

/** @throws UserError for a square that lies nowhere near the photo, is far larger, or is none. */
export function checkBox(box: FaceBox, { width, height }: Pick<Photo, 'width' | 'height'>): void {
  checkKind('the square of a face', box, 'an object');
  const { x, y, side, angle } = box;
  const longest = Math.max(width, height);
  const isNear = [x / width, y / height].every(place => place >= -1 && place <= 2);
  if (isNear && side > 0 && side <= largestBox * longest && Number.isFinite(angle)) return;
  const [atX, atY, long, turned] = [x, y, side, angle].map(tenths);
  throw new UserError(
    `the square of a face must lie at the photo, with a side above 0 and up to ${largestBox * longest} pixels and an angle; got one ` +
      `of ${long} around (${atX}, ${atY}), turned by ${turned}, in a photo of ${width}×${height}`,
  );
}

/** @returns a number as people read it; what is none stays as it is. */
function tenths(value: number): number {
  return Number.isFinite(value) ? Math.round(10 * value) / 10 : value;
}

/** @throws UserError for pixels that are not as many as the photo's measures say. */
export function checkPhoto(photo: Photo): void {
  checkKind('a photo', photo, 'an object');
  const { width, height, channels, pixels } = photo;
  const areSides = [width, height].every(side => Number.isInteger(side) && side > 0);
  const areBytes = pixels instanceof Uint8Array || pixels instanceof Uint8ClampedArray;
  const isWhole = areBytes && pixels.length === width * height * channels;
  if (areSides && (channels === 3 || channels === 4) && isWhole) return;
  throw new UserError(
    'a photo must have whole sides, 3 or 4 channels, and as many bytes as these make; got ' +
      `${width}×${height}, ${channels} channels and ${areBytes ? pixels.length : 'no'} bytes`,
  );
}
