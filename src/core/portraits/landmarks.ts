// Knows the 68 landmarks of a face (the iBUG scheme, as dlib and face-api.js number them), and where CelebA's faces have them.
import { boxFromPairs, cropToPhoto } from './alignment.ts';
import type { FaceBox, FacePoints, Point } from './photo.ts';
import { applySimilarity } from './similarity.ts';

/** Side of the pictures that the landmark network takes. */
export const landmarkSide = 112;

/** Landmarks whose mean is each of the five points. */
const parts = {
  leftEye: [36, 37, 38, 39, 40, 41],
  rightEye: [42, 43, 44, 45, 46, 47],
  nose: [30],
  leftMouth: [48],
  rightMouth: [54],
} as const satisfies Record<keyof FacePoints, readonly number[]>;

/**
 * Means of the five points, as this network sees them, over CelebA's training pictures, in shares of the crop. Its nose
 * and corners of the mouth lie up to 2 % of the side from those that CelebA was aligned by.
 */
const seen: Readonly<Record<keyof FacePoints, Point>> = {
  leftEye: [0.343, 0.424],
  rightEye: [0.643, 0.425],
  nose: [0.4901, 0.6138],
  leftMouth: [0.3596, 0.7413],
  rightMouth: [0.6148, 0.7438],
};

const names = Object.keys(seen) as (keyof FacePoints)[];

/** @param landmarks 68 places. */
export function pointsFromLandmarks(landmarks: readonly Point[]): FacePoints {
  const mean = (part: readonly number[], axis: 0 | 1) =>
    part.reduce((sum, at) => sum + landmarks[at]![axis], 0) / part.length;
  const points = names.map(name => [name, [mean(parts[name], 0), mean(parts[name], 1)]] as const);
  return Object.fromEntries(points) as unknown as FacePoints;
}

/** @returns the square of a face whose landmarks were found; undefined where they lie in one place. */
export function boxFromLandmarks(landmarks: readonly Point[]): FaceBox | undefined {
  const points = pointsFromLandmarks(landmarks);
  return boxFromPairs(
    names.map(name => seen[name]),
    names.map(name => points[name]),
  );
}

/** @returns the square that the landmark network is to see, which is about the one that the detector would find. */
export function landmarkSquare(box: FaceBox): FaceBox {
  const [x, y] = applySimilarity(cropToPhoto(box, 1), [0.495, 0.635]);
  return { x, y, side: 0.83 * box.side, angle: box.angle };
}

/** @param output of the network: x and y of each landmark in shares of the picture. @param square that it saw. */
export function landmarksInPhoto(output: Float32Array, square: FaceBox): Point[] {
  const toPhoto = cropToPhoto(square, 1);
  return Array.from({ length: output.length / 2 }, (_, i) =>
    applySimilarity(toPhoto, [output[2 * i]!, output[2 * i + 1]!]),
  );
}
