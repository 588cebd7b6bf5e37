// The contents of a run of `invert`: a portrait and the photo that it belongs to.
import type { FaceEditor } from '../../core/editor/face-editor.ts';
import type { Portrait } from '../../core/editor/portrait.ts';
import { UserError } from '../../core/errors.ts';
import { readWhole } from '../files/files.ts';
import { openRun } from '../runs/run-folder.ts';
import { type PhotoFile, readPhoto } from './read-photo.ts';

export const portraitFiles = {
  /** All that was found for the face; its SHA-256 names the portrait. */
  portrait: 'portrait.safetensors',
  /** The photo, byte for byte, so that the folder is enough to go on from. */
  photo: 'photo',
  /** The square around the face as the networks see it, and what the tuned generator makes of it. */
  crop: 'crop.png',
  reconstruction: 'reconstruction.png',
  /** Photo, crop, reconstruction, tuned reconstruction. */
  picture: 'steps.png',
  figures: 'figures.json',
} as const;

/** A portrait ready for edits, and the file that an edited photo is written as. */
export interface OpenedPhoto {
  /** For people: the folder or the photo's path. */
  readonly name: string;
  readonly portrait: Portrait<FaceEditor>;
  readonly file: PhotoFile;
}

/** @param folder run folder of `invert`. @throws UserError as `FaceEditor.openPortraitFile`. */
export async function readPortraitRun(folder: string, editor: FaceEditor): Promise<OpenedPhoto> {
  const run = await openRun(folder, 'invert');
  const { photo } = run.summary;
  if (typeof photo !== 'string') throw new UserError(`${folder} must say which photo it is of. Invert the photo again`);
  const file = await readPhoto(run.file(photo));
  const path = run.file(portraitFiles.portrait);
  return { name: folder, portrait: await editor.openPortraitFile(await readWhole(path), file.photo, path), file };
}
