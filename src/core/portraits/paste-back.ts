// Brings an edited face back into its photo: only what the edit changed is added, and the rest of the photo stays.
import { checkKind, UserError } from '../errors.ts';
import { resizePlanes } from '../images/resample.ts';
import { smoothStep } from '../math/smooth-step.ts';
import { boxCorners, cropToPhoto } from './alignment.ts';
import { cropFace } from './crop-face.ts';
import { fadedDetail, fineDetail } from './faded-detail.ts';
import { checkPhoto, type FaceBox, type Photo } from './photo.ts';
import { applySimilarity, invertSimilarity } from './similarity.ts';

/** A rectangle of a photo with other pixels. */
export interface Patch {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** [height, width, channels], as many channels as the photo has. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
}

/** Share of the side over which the change fades out towards the edge of the square. */
const softEdge = 1 / 8;

/** The change is kept up to so many times as fine as the networks see the square; between these points lies a straight line. */
const finest = 8;

/**
 * The photo's pixels under a face with the difference of two pictures of it added. Outside the soft mask they are the
 * photo's own.
 * @param before the face as it is, [3, R, R] in [-1, 1]: a portrait's `crop`. @param after the same, edited, as the
 *   portrait's editor draws it.
 * @returns the patch; of width and height 0 where the square lies outside the photo.
 * @throws UserError for two pictures that are not square or not of one size, and as `cropFace`.
 */
export function pastePatch(photo: Photo, box: FaceBox, before: Float32Array, after: Float32Array): Patch {
  const resolution = Math.sqrt(before?.length / 3);
  const areImages = before instanceof Float32Array && after instanceof Float32Array;
  if (!areImages || !Number.isInteger(resolution) || resolution === 0 || after.length !== before.length) {
    throw new UserError(
      'before and after must be square pictures of one size, [3, R, R] in a Float32Array each; ' +
        `got ${before?.length} and ${after?.length} numbers`,
    );
  }
  const { image } = cropFace(photo, box, resolution);
  const side = Math.max(1, Math.min(Math.ceil(box.side), finest * resolution));
  const change = clippedDifference(before, after);
  const delta = resizePlanes(change, resolution, side);
  const low = resizePlanes(image, resolution, side);
  const lost = resizePlanes(fadedDetail(change, resolution, fineDetail), resolution, side);

  const { left, top, width, height } = coveredRectangle(photo, box);
  const pixels = new Uint8ClampedArray(width * height * photo.channels); // clips and rounds on assignment
  const toCrop = invertSimilarity(cropToPhoto(box, side));
  const { channels, colours } = photo;
  const own = new Float32Array(3);
  const changed = new Float32Array(3);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const from = ((top + row) * photo.width + left + column) * channels;
      const to = (row * width + column) * channels;
      for (let c = 0; c < channels; c++) pixels[to + c] = photo.pixels[from + c]!;
      const [u, v] = applySimilarity(toCrop, [left + column + 0.5, top + row + 0.5]);
      const mask = maskAt(u / side) * maskAt(v / side);
      if (mask === 0) continue;
      const place = placeOf(u, v, side);
      const fade = Math.min(1, Math.max(0, read(lost, place, 0)));
      for (let c = 0; c < 3; c++) own[c] = photo.pixels[from + c]!;
      colours?.toSrgb(own);
      for (let c = 0; c < 3; c++) {
        const detail = own[c]! - 127.5 * (read(low, place, c) + 1);
        changed[c] = own[c]! + mask * (127.5 * read(delta, place, c) - fade * detail);
      }
      // The difference in the photo's own colours is added: what does not change stays the same to the bit.
      colours?.fromSrgb(own);
      colours?.fromSrgb(changed);
      for (let c = 0; c < 3; c++) pixels[to + c] = photo.pixels[from + c]! + changed[c]! - own[c]!;
    }
  }
  return { left, top, width, height, pixels };
}

/** @returns a copy of the photo with the edit in it. @param before see `pastePatch`, as is `after`. */
export function pasteBack(photo: Photo, box: FaceBox, before: Float32Array, after: Float32Array): Photo {
  return withPatch(photo, pastePatch(photo, box, before, after));
}

/** @returns a copy of the photo with the patch in its place. @throws UserError as `checkPhoto` and `checkPatch`. */
export function withPatch(photo: Photo, patch: Patch): Photo {
  checkPhoto(photo);
  checkPatch(patch, photo);
  const { left, top, width, height, pixels } = patch;
  const copy = new Uint8ClampedArray(photo.pixels); // `slice` of a Node Buffer would share its memory
  const row = width * photo.channels;
  for (let y = 0; y < height; y++) {
    copy.set(pixels.subarray(y * row, (y + 1) * row), ((top + y) * photo.width + left) * photo.channels);
  }
  return { ...photo, pixels: copy };
}

/** @throws UserError for a rectangle that is not of this photo, and for other pixels than it has. */
function checkPatch(patch: Patch, photo: Photo): void {
  checkKind('a patch', patch, 'an object');
  const { left, top, width, height, pixels } = patch;
  if (!(pixels instanceof Uint8ClampedArray)) checkKind("a patch's pixels", pixels, 'a Uint8Array');
  const areWhole = [left, top, width, height].every(each => Number.isInteger(each) && each >= 0);
  const isWithin = areWhole && left + width <= photo.width && top + height <= photo.height;
  if (isWithin && pixels.length === width * height * photo.channels) return;
  throw new UserError(
    `a patch must lie within the photo, of ${photo.width}×${photo.height}, with ${photo.channels} bytes a pixel; got ` +
      `${width}×${height} at (${left}, ${top}) with ${pixels.length} bytes`,
  );
}

/**
 * @param images edited faces, [n, 3, R, R]. @param crop the face as it is in the photo, [3, R, R].
 * @returns a new array: the faces as they are once they are pasted back, toward the edge as the photo's own.
 */
export function asPasted(images: Float32Array, crop: Float32Array): Float32Array<ArrayBuffer> {
  const area = crop.length / 3;
  const side = Math.sqrt(area);
  const line = Float32Array.from({ length: side }, (_, at) => maskAt((at + 0.5) / side));
  return Float32Array.from(images, (value, i) => {
    const own = crop[i % crop.length]!;
    const place = i % area;
    return own + line[Math.floor(place / side)]! * line[place % side]! * (value - own);
  });
}

/** @returns 1 inside the crop, 0 at its edge and beyond. @param share of the side, from the left or from above. */
function maskAt(share: number): number {
  return smoothStep(Math.min(share, 1 - share) / softEdge);
}

function clippedDifference(before: Float32Array, after: Float32Array): Float32Array {
  const clip = (value: number) => Math.min(1, Math.max(-1, value));
  return after.map((value, i) => clip(value) - clip(before[i]!));
}

/** The photo's pixels that the square touches. */
function coveredRectangle(photo: Photo, box: FaceBox) {
  const corners = boxCorners(box);
  const range = (axis: 0 | 1, length: number) => {
    const places = corners.map(corner => corner[axis]);
    const first = Math.min(length, Math.max(0, Math.floor(Math.min(...places))));
    return [first, Math.min(length, Math.max(first, Math.ceil(Math.max(...places))))] as const;
  };
  const [left, right] = range(0, photo.width);
  const [top, bottom] = range(1, photo.height);
  return { left, top, width: right - left, height: bottom - top };
}

/** The four points around a place in planes of side S, and their weights. */
interface Place {
  readonly at: readonly [number, number, number, number];
  readonly right: number;
  readonly down: number;
  readonly area: number;
}

function placeOf(u: number, v: number, side: number): Place {
  const inside = (at: number) => Math.min(Math.max(at, 0), side - 1);
  const [x, y] = [inside(u - 0.5), inside(v - 0.5)];
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [next, below] = [Math.min(left + 1, side - 1), Math.min(top + 1, side - 1)];
  const at = [top * side + left, top * side + next, below * side + left, below * side + next] as const;
  return { at, right: x - left, down: y - top, area: side * side };
}

function read(planes: Float32Array, { at, right, down, area }: Place, plane: number): number {
  const from = plane * area;
  const upper = planes[from + at[0]]! * (1 - right) + planes[from + at[1]]! * right;
  const lower = planes[from + at[2]]! * (1 - right) + planes[from + at[3]]! * right;
  return upper * (1 - down) + lower * down;
}
