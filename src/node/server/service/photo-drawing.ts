// Edits a photo for the service: finds its face, edits it, and pastes the edit back into the photo.
import type { Recipe } from '../../../core/editing/recipe.ts';
import type { FaceEditor } from '../../../core/editor/face-editor.ts';
import { UserError } from '../../../core/errors.ts';
import { sharp } from '../../native/native-packages.ts';
import { readPhoto } from '../../photos/read-photo.ts';
import { checkLongestSide, encodeEditedPhoto } from '../../photos/write-photo.ts';
import { checkMoves } from '../../stages/edit/faces.ts';
import { recipesOf } from '../../stages/edit/strips.ts';
import type { photoFormats } from './accept.ts';
import {
  type DrawingLimits,
  type Drawn,
  dataUrl,
  drawnFace,
  editFacts,
  refuseBesidePicture,
  refuseRanges,
  type Stopping,
  wishesOf,
} from './drawing.ts';
import type { PhotoEdit } from './schemas.ts';

export interface PhotoOrder {
  readonly kind: 'photo';
  /** A picture file. */
  readonly photo: Uint8Array;
  /** A portrait of the same photo from an earlier answer: its face need not be found again. */
  readonly portrait?: Uint8Array | undefined;
  readonly edit: PhotoEdit;
  readonly format: (typeof photoFormats)[number];
  readonly limits: DrawingLimits;
}

/** @throws UserError for a photo, an edit or a portrait that is refused. */
export async function drawPhoto(editor: FaceEditor, order: PhotoOrder, signal: Stopping): Promise<Drawn> {
  const { edit, format, limits } = order;
  const { face, box, quick, keep, picture } = edit;
  refuseBesidePicture(format, { keep, picture });
  if (order.portrait !== undefined && (face !== 1 || box !== undefined || quick)) {
    throw new UserError(
      'a portrait says which face it is of; face, box and quick find one in a photo. Leave one side out',
    );
  }
  const wishes = wishesOf(edit, editor);
  refuseRanges(wishes.moves, 'an edit of a photo has one. Give the one that is wanted');
  checkMoves({ seed: 0, ...wishes }, editor); // before the face is looked for
  await checkPixels(order.photo, limits.pixels);
  const file = await readPhoto(order.photo);
  for (const each of [format, picture]) if (each !== undefined && each !== 'json') checkLongestSide(file.photo, each);
  const portrait =
    order.portrait === undefined
      ? await editor.openPortrait(file.photo, { face, box, quick, signal })
      : await editor.openPortraitFile(order.portrait, file.photo);
  try {
    const { editor: own, start } = portrait;
    const asked = { ...start, ...wishes };
    const { face: edited, drawn, missed } = await drawnFace(own, asked, 1, edit.nearest, signal);
    const [recipe] = recipesOf(own, [edited], { steps: 1, scale: 1 }) as [Recipe];
    const pasted = await portrait.pasteBack(drawn.edits.at(-1)!);
    if (format !== 'json') return await encodeEditedPhoto(pasted, file, recipe, format);
    const { missing, figures } = portrait;
    const { psnr } = figures.tuned ?? figures.refined ?? figures.encoded;
    const facts = await editFacts(own, edited, drawn, recipe, missed);
    return {
      ...facts,
      portrait: {
        sha256: portrait.sha256,
        box: portrait.box,
        missing,
        psnr,
        agreement: figures.agreement,
        ...(keep && { file: Buffer.from(portrait.file).toString('base64') }),
      },
      ...(picture && { picture: dataUrl(await encodeEditedPhoto(pasted, file, recipe, picture), picture) }),
    };
  } finally {
    await portrait.release();
  }
}

/** Photos are decoded whole, so the size that their header tells is asked first. */
async function checkPixels(photo: Uint8Array, most: number): Promise<void> {
  let pixels = 0;
  try {
    const { width, height } = await sharp(photo).metadata();
    pixels = width * height;
  } catch {
    return; // reading it says what is wrong
  }
  if (pixels > most) throw new UserError(`the photo must have at most ${most} pixels here; got ${pixels}. Shrink it`);
}
