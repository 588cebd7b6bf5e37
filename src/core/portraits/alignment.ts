// Finds the square around a face from points of it, so that the face lies in the crop as faces lie in CelebA's.
import { checkKind, UserError } from '../errors.ts';
import { celebaCrop } from '../images/crop.ts';
import type { FaceBox, FacePoints, Point } from './photo.ts';
import { applySimilarity, fitSimilarity, type Similarity, scaleOf } from './similarity.ts';

/** CelebA's mean points in its aligned pictures of 178×218 (Liu et al. 2015). */
const celeba = {
  leftEye: [69.9, 111.3],
  rightEye: [107.4, 111.4],
  nose: [88.4, 136],
  leftMouth: [72.8, 152.4],
  rightMouth: [105, 152.7],
} as const satisfies FacePoints;

/** @returns a place of CelebA's aligned pictures as a place in the crop, whose side is 1. */
function inCrop([x, y]: Point): Point {
  const { left, top, side } = celebaCrop;
  return [(x - left) / side, (y - top) / side];
}

/** The five points in a crop of side 1. */
export const cropPoints: FacePoints = {
  leftEye: inCrop(celeba.leftEye),
  rightEye: inCrop(celeba.rightEye),
  nose: inCrop(celeba.nose),
  leftMouth: inCrop(celeba.leftMouth),
  rightMouth: inCrop(celeba.rightMouth),
};

/** @returns the square that brings the points closest to where CelebA has them. @throws UserError for points in one place. */
export function boxFromPoints(points: FacePoints): FaceBox {
  checkKind('points', points, 'an object');
  const names = Object.keys(cropPoints) as (keyof FacePoints)[];
  for (const name of names) checkPoint(name, points[name]);
  return checkedBox(
    names.map(name => cropPoints[name]),
    names.map(name => points[name]),
  );
}

/**
 * For faces that were pointed out by hand. The eyes may come in either order: the mouth says which way is up.
 * @param mouth its middle. @throws UserError for points in one place or on one line.
 */
export function boxFromClicks(firstEye: Point, secondEye: Point, mouth: Point): FaceBox {
  for (const point of [firstEye, secondEye, mouth]) checkPoint('a point', point);
  const turn =
    (secondEye[0] - firstEye[0]) * (mouth[1] - firstEye[1]) - (secondEye[1] - firstEye[1]) * (mouth[0] - firstEye[0]);
  const eyes = Math.hypot(secondEye[0] - firstEye[0], secondEye[1] - firstEye[1]);
  // The mouth lies about as far below the eyes as they are apart; a tenth of that is no face.
  if (!(Math.abs(turn) > 0.1 * eyes * eyes)) {
    throw new UserError(
      `two eyes and a mouth must make a triangle; got ${[firstEye, secondEye, mouth].map(format).join(' ')}. Point at the middle of each`,
    );
  }
  const [left, right] = turn > 0 ? [firstEye, secondEye] : [secondEye, firstEye];
  const { leftEye, rightEye, leftMouth, rightMouth } = cropPoints;
  const middle = [(leftMouth[0] + rightMouth[0]) / 2, (leftMouth[1] + rightMouth[1]) / 2] as const;
  return checkedBox([leftEye, rightEye, middle], [left, right, mouth]);
}

/** @throws UserError for what is no pair of numbers: text would be joined, not added. */
function checkPoint(name: string, point: Point): void {
  checkKind(name, point, 'a list');
  checkKind(`x of ${name}`, point[0], 'a number');
  checkKind(`y of ${name}`, point[1], 'a number');
}

/**
 * Reads points as they are written in an option, in pixels of the upright photo: `120,80 180,82 150,150`.
 * @param text two eyes and the middle of the mouth, or all five: left and right eye, nose, corners of the mouth.
 * @throws UserError for anything else.
 */
export function parsePoints(text: string): FaceBox {
  checkKind('points', text, 'text');
  const points = text
    .trim()
    .split(/[\s;]+/)
    .map(pair => pair.split(',').map(part => (part.trim() === '' ? Number.NaN : Number(part))));
  const valid = points.every(point => point.length === 2 && point.every(Number.isFinite));
  if (!valid || (points.length !== 3 && points.length !== 5)) {
    throw new UserError(
      `points must be 3 (eyes, middle of the mouth) or 5 (eyes, nose, corners of the mouth) pairs; got "${text}". Write them like 120,80 180,82 150,150`,
    );
  }
  const [leftEye, rightEye, third, leftMouth, rightMouth] = points as unknown as Point[];
  if (leftMouth === undefined) return boxFromClicks(leftEye!, rightEye!, third!);
  return boxFromPoints({ leftEye: leftEye!, rightEye: rightEye!, nose: third!, leftMouth, rightMouth: rightMouth! });
}

/**
 * @param inCrop places in a crop of side 1. @param inPhoto the same places in the photo.
 * @returns undefined for a square of fewer than 8 pixels.
 */
export function boxFromPairs(inCrop: readonly Point[], inPhoto: readonly Point[]): FaceBox | undefined {
  const box = boxFromSimilarity(fitSimilarity(inCrop, inPhoto));
  return box.side >= minSide && Number.isFinite(box.x + box.y + box.side) ? box : undefined;
}

function checkedBox(inCrop: readonly Point[], inPhoto: readonly Point[]): FaceBox {
  const box = boxFromPairs(inCrop, inPhoto);
  if (box !== undefined) return box;
  throw new UserError(
    `a face must be at least ${minSide} pixels wide; its points are ${inPhoto.map(format).join(' ')}. Choose other points`,
  );
}

/** Smallest side of the square in pixels of the photo. */
const minSide = 8;

function format([x, y]: Point): string {
  return `${Math.round(x)},${Math.round(y)}`;
}

/** @param toPhoto from a crop of side 1. */
function boxFromSimilarity(toPhoto: Similarity): FaceBox {
  const [x, y] = applySimilarity(toPhoto, [0.5, 0.5]);
  return { x, y, side: scaleOf(toPhoto), angle: (Math.atan2(toPhoto.b, toPhoto.a) * 180) / Math.PI };
}

/** @returns the map from pixels of a crop of R×R to pixels of the photo. @param resolution R; 1 for shares of the side. */
export function cropToPhoto({ x, y, side, angle }: FaceBox, resolution: number): Similarity {
  const radians = (angle * Math.PI) / 180;
  const [a, b] = [(side / resolution) * Math.cos(radians), (side / resolution) * Math.sin(radians)];
  const half = resolution / 2;
  return { a, b, dx: x - a * half + b * half, dy: y - b * half - a * half };
}

/** @returns the corners: upper left, upper right, lower right, lower left, as the upright face has them. */
export function boxCorners(box: FaceBox): readonly [Point, Point, Point, Point] {
  const toPhoto = cropToPhoto(box, 1);
  const at = (u: number, v: number) => applySimilarity(toPhoto, [u, v]);
  return [at(0, 0), at(1, 0), at(1, 1), at(0, 1)];
}
