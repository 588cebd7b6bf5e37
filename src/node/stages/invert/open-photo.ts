// Finds the face of a photo for the stages that take one: the same options, progress and errors in each.
import { z } from 'zod';
import type { Bundle } from '../../../core/editor/bundle.ts';
import type { FaceEditor } from '../../../core/editor/face-editor.ts';
import { whyNoPhotos } from '../../../core/editor/portrait-finder.ts';
import { UserError } from '../../../core/errors.ts';
import { parsePoints } from '../../../core/portraits/alignment.ts';
import { inversionSteps } from '../../../core/portraits/inversion/inverter.ts';
import type { InversionPhase } from '../../../core/portraits/inversion/networks.ts';
import type { OpenedPhoto } from '../../photos/portrait-run.ts';
import { type PhotoFormat, readPhoto } from '../../photos/read-photo.ts';
import { checkLongestSide } from '../../photos/write-photo.ts';
import type { StageContext } from '../framework/stage.ts';

/** The options of every stage that opens photos. */
export const photoOptions = {
  face: z
    .int()
    .min(1)
    .optional()
    .meta({ defaultInWords: '1' })
    .describe('face of several in a photo, 1 being the largest'),
  points: z
    .string()
    .optional()
    .meta({ values: 'pairs of numbers', defaultInWords: 'found by themselves' })
    .describe(
      'where both eyes and the middle of the mouth are, in pixels of the upright photo: "120,80 180,82 150,150"; or both ' +
        'eyes, the nose and both corners of the mouth',
    ),
  quick: z
    .boolean()
    .default(false)
    .describe("take the encoder's word for a photo's face, in a second, without refining and tuning"),
};

interface PhotoConfig {
  readonly face?: number | undefined;
  readonly points?: string | undefined;
  readonly quick: boolean;
}

/** @throws UserError for a bundle that opens no photos: none need be read to know it. */
export function checkOpensPhotos(bundle: Bundle): void {
  const reason = whyNoPhotos(bundle);
  if (reason !== undefined) throw new UserError(reason);
}

/** @throws UserError where points and a face's number contradict each other. */
export function checkPhotoOptions({ face, points }: Pick<PhotoConfig, 'face' | 'points'>): void {
  if (points === undefined) return;
  if (face !== undefined) throw new UserError(`--points says where the face is; got --face ${face} too. Leave it out`);
  parsePoints(points);
}

const said: Readonly<Record<InversionPhase, string>> = { encode: 'encoding', refine: 'refining', tune: 'tuning' };

/** Share of the square around a face beyond the photo's edge from which on that is worth a warning. */
const muchMissing = 0.15;

/**
 * @param writes the format that the whole photo is to be written in, where it is.
 * @throws UserError naming the photo where it cannot be read, holds no such face or is too long for `writes`.
 */
export async function openPhoto(
  path: string,
  editor: FaceEditor,
  { face, points, quick }: PhotoConfig,
  { log, signal }: StageContext,
  writes?: PhotoFormat,
): Promise<OpenedPhoto> {
  const file = await readPhoto(path);
  const box = points === undefined ? undefined : parsePoints(points);
  const { encode, refine, tune } = inversionSteps;
  const before = { encode: 0, refine: encode, tune: encode + refine };
  const progress = log.progress('invert', quick ? encode : encode + refine + tune, 'steps');
  try {
    if (writes !== undefined) checkLongestSide(file.photo, writes);
    const portrait = await editor.openPortrait(file.photo, {
      ...{ box, face, quick, signal },
      onProgress: ({ phase, done }) => progress.update(before[phase] + done, said[phase]),
    });
    progress.finish();
    if (portrait.missing > muchMissing) {
      const percent = (100 * portrait.missing).toFixed(0);
      log.warn(
        `${path}: ${percent} % of the square around the face lies outside the photo; its edge is repeated there`,
      );
    }
    return { name: path, portrait, file };
  } catch (error) {
    throw error instanceof UserError ? new UserError(`${path}: ${error.message}`) : error;
  }
}
