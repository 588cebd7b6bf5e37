// Finds the faces of a photo: a detector tells where they are, a landmark network where their eyes, nose and mouth are.
// The networks are face-api.js's tiny face detector and its 68 landmarks, as ONNX (docs/decisions/0016-photos.md).
import { checkKind, checkOption, UserError } from '../errors.ts';
import { checkDevice, type Device } from '../runtime/device.ts';
import { briefly } from '../runtime/device-check.ts';
import { openBoth } from '../runtime/opening.ts';
import { Program } from '../runtime/program.ts';
import { cropToPhoto } from './alignment.ts';
import { type Candidate, candidates, detectorSide, withoutOverlaps } from './detector.ts';
import { boxFromLandmarks, landmarkSide, landmarkSquare, landmarksInPhoto, pointsFromLandmarks } from './landmarks.ts';
import { checkPhoto, type FaceBox, type FoundFace, type Photo } from './photo.ts';
import { samplePhoto } from './sample.ts';
import type { Similarity } from './similarity.ts';

/** Files of the two networks, by name. */
export const faceFinderFiles = { detector: 'detector.onnx', landmarks: 'landmarks.onnx' } as const;

/** Longest sides, in pixels, at which a photo is searched: large faces are found in small pictures. */
const sides = [detectorSide / 2, detectorSide, 2 * detectorSide, 4 * detectorSide];

/** Factor by which a photo in which faces were found is enlarged for more at most. */
const mostEnlarged = 1.5;

/** So small a part of the longest side is a face of a group, which may have smaller ones. */
const groupFaces = 12;

/** Times that landmarks are found, each time in the square that the ones before suggest. */
const rounds = 3;

export class FaceFinder {
  readonly #detector: Program;
  readonly #landmarks: Program;

  private constructor(detector: Program, landmarks: Program) {
    this.#detector = detector;
    this.#landmarks = landmarks;
  }

  /** @param read gives a file of `faceFinderFiles`. @throws UserError for one that is no network. */
  static async open(device: Device, read: (name: string) => Promise<Uint8Array>): Promise<FaceFinder> {
    checkDevice(device);
    checkKind('read', read, 'a function');
    const open = async (name: string) => {
      const bytes = await read(name);
      checkKind(name, bytes, 'a Uint8Array');
      return Program.open(device, bytes).catch((error: unknown) => {
        throw new UserError(`${name} must be a network of the face finder: ${briefly(error)}. Copy it again`);
      });
    };
    const [detector, landmarks] = await openBoth(open(faceFinderFiles.detector), () => open(faceFinderFiles.landmarks));
    return new FaceFinder(detector, landmarks);
  }

  /**
   * @returns all faces that were found, the largest first. @throws UserError as `checkPhoto`. @throws the signal's reason
   *   once it is aborted.
   */
  async find(photo: Photo, signal?: { throwIfAborted(): void }): Promise<FoundFace[]> {
    checkPhoto(photo);
    checkOption('signal', signal, 'an AbortSignal');
    let found: Candidate[] = [];
    const longest = Math.max(photo.width, photo.height);
    for (const side of sides) {
      if (side > mostEnlarged * longest && (found.length > 0 || side >= 4 * longest)) break;
      // The finest search takes longest: it is for photos without a face so far, and for those of groups.
      if (side === sides.at(-1) && found.length > 0 && found.every(face => face.side > longest / groupFaces)) break;
      found = withoutOverlaps([...found, ...(await this.#detect(photo, side, signal))]);
    }
    const faces: FoundFace[] = [];
    for (const candidate of found) {
      signal?.throwIfAborted();
      const face = await this.#refine(photo, candidate);
      if (face !== undefined) faces.push(face);
    }
    return faces.sort((a, b) => b.box.side - a.box.side);
  }

  /** Frees the networks' memory. */
  async release(): Promise<void> {
    await this.#detector.release();
    await this.#landmarks.release();
  }

  /** Searches the photo, its longest side made `side` pixels, in overlapping tiles. */
  async #detect(photo: Photo, side: number, signal?: { throwIfAborted(): void }): Promise<Candidate[]> {
    const step = Math.max(photo.width, photo.height) / side;
    const starts = (length: number) => {
      const free = Math.max(0, length / step - detectorSide);
      const count = Math.ceil(free / (detectorSide / 2)) + 1;
      return Array.from({ length: count }, (_, i) => (count === 1 ? 0 : (i * free) / (count - 1)));
    };
    const found: Candidate[] = [];
    for (const top of starts(photo.height)) {
      for (const left of starts(photo.width)) {
        signal?.throwIfAborted();
        const toPhoto: Similarity = { a: step, b: 0, dx: left * step, dy: top * step };
        const { planes } = samplePhoto(photo, toPhoto, detectorSide, detectorSide);
        blackOutside(planes, toPhoto, photo);
        const { output } = await this.#detector.run({ input: planes });
        found.push(...candidates(output!, toPhoto));
      }
    }
    return found;
  }

  /** @returns undefined where the landmarks make no face. */
  async #refine(photo: Photo, { x, y, side, score }: Candidate): Promise<FoundFace | undefined> {
    const seen: FaceBox = { x, y, side, angle: 0 };
    let square = seen;
    let face: FoundFace | undefined;
    for (let round = 0; round < rounds; round++) {
      const { planes } = samplePhoto(photo, cropToPhoto(square, landmarkSide), landmarkSide, landmarkSide);
      const { output } = await this.#landmarks.run({ input: planes });
      const landmarks = landmarksInPhoto(output!, square);
      const box = boxFromLandmarks(landmarks);
      if (box === undefined) break;
      square = landmarkSquare(box);
      if (!isNear(square, seen)) break;
      face = { box, points: pointsFromLandmarks(landmarks), score };
    }
    return face;
  }
}

/** Whether the landmarks are still those of the face that the detector saw: on what is no face they wander off. */
function isNear(square: FaceBox, seen: FaceBox): boolean {
  const growth = square.side / seen.side;
  return growth > 0.5 && growth < 2 && Math.hypot(square.x - seen.x, square.y - seen.y) < seen.side / 2;
}

/** The detector knows pictures that are filled up with black; edges that repeat would look like something. */
function blackOutside(planes: Float32Array, toPicture: Similarity, photo: Photo): void {
  const inside = (length: number, start: number) =>
    Math.min(detectorSide, Math.max(0, Math.ceil((length - start) / toPicture.a)));
  const [columns, rows] = [inside(photo.width, toPicture.dx), inside(photo.height, toPicture.dy)];
  for (let line = 0; line < 3 * detectorSide; line++) {
    const start = line * detectorSide;
    planes.fill(0, start + (line % detectorSide < rows ? columns : 0), start + detectorSide);
  }
}
