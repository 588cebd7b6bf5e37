// Edits photos: opens them as portraits, writes the whole photo with the edit in it, and draws frames at the photo's own detail.
import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { formatMove } from '../../../core/editing/moves.ts';
import type { Recipe } from '../../../core/editing/recipe.ts';
import type { MoveRange } from '../../../core/editing/strip.ts';
import type { FaceEditor } from '../../../core/editor/face-editor.ts';
import { countOf, firstFew, UserError } from '../../../core/errors.ts';
import { cropFace } from '../../../core/portraits/crop-face.ts';
import { withPatch } from '../../../core/portraits/paste-back.ts';
import { readRecipeFile } from '../../artefacts/recipes.ts';
import { explainingDiskErrors } from '../../files/disk-errors.ts';
import { writeWhole } from '../../files/files.ts';
import { checkFolderWritable, isIn, realPlace } from '../../files/places.ts';
import { type Log, silentLog } from '../../log/log.ts';
import { type OpenedPhoto, readPortraitRun } from '../../photos/portrait-run.ts';
import type { PhotoFormat } from '../../photos/read-photo.ts';
import { encodeEditedPhoto } from '../../photos/write-photo.ts';
import { givenFlags } from '../framework/option-schema.ts';
import type { StageContext } from '../framework/stage.ts';
import { openPhoto } from '../invert/open-photo.ts';
import { isAnyPicture } from '../prepare/face-folder.ts';
import type { PhotoResult } from './changes.ts';
import type { DrawnFace } from './strips.ts';

export interface PhotosConfig {
  readonly portrait?: readonly string[] | undefined;
  readonly photo?: string | undefined;
  readonly face?: number | undefined;
  readonly points?: string | undefined;
  readonly quick: boolean;
}

const formats: Readonly<Record<string, PhotoFormat>> = {
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
  '.png': 'png',
  '.webp': 'webp',
  '.avif': 'avif',
  '.tif': 'tiff',
  '.tiff': 'tiff',
};

/** @returns the format that a photo is written in by its name; undefined for no photo. */
export function photoFormatOf(path: string): PhotoFormat | undefined {
  return formats[extname(path).toLowerCase()];
}

/** @throws UserError for options that find a face in a photo, where no photo is searched. */
export function checkFinding({
  face,
  points,
  quick,
  photo,
  photos,
}: PhotosConfig & { readonly photos?: unknown }): void {
  if (photo !== undefined || photos !== undefined) return;
  const [unused] = givenFlags({ '--face': face, '--points': points, '--quick': quick || undefined });
  if (unused !== undefined)
    throw new UserError(`${unused} is for photos; give --photo or --photos too, or leave it out`);
}

/** @returns a log that tells the warnings about one photo of many, with its name; the line a photo tells enough of the rest. */
export function warningsOf(photo: string, log: Log): Log {
  return { ...silentLog, warn: line => log.warn(namedProblem(photo, line)) };
}

/**
 * @param writes the format that a whole photo is to be written in, where it is.
 * @returns the portraits and the photo that are to be edited; none for generated faces.
 */
export async function openPhotos(
  config: PhotosConfig,
  editor: FaceEditor,
  context: StageContext,
  writes: PhotoFormat | undefined,
) {
  const opened: OpenedPhoto[] = [];
  for (const folder of config.portrait ?? []) opened.push(await readPortraitRun(folder, editor));
  if (config.photo !== undefined) opened.push(await openPhoto(config.photo, editor, config, context, writes));
  return opened;
}

/** @returns the whole photo, at its full size, with the last frame of an edit and its recipe. */
export async function editedPhoto(
  { portrait, file }: OpenedPhoto,
  { edits }: DrawnFace,
  recipe: Recipe,
  format: PhotoFormat,
): Promise<Uint8Array> {
  return encodeEditedPhoto(await portrait.pasteBack(edits.at(-1)!), file, recipe, format);
}

/**
 * Draws the square around the face out of the edited photo, in which the photo's own detail is.
 * @param side of each frame in pixels. @returns [frames, 3, side, side] in [-1, 1].
 */
export async function photoFrames({ portrait }: OpenedPhoto, { edits, images }: DrawnFace, side: number) {
  const size = images.length / edits.length;
  const frames = new Float32Array(edits.length * 3 * side ** 2);
  for (let frame = 0; frame < edits.length; frame++) {
    const patch = portrait.patch(images.subarray(frame * size, (frame + 1) * size));
    frames.set(cropFace(withPatch(portrait.photo, patch), portrait.box, side).image, frame * 3 * side ** 2);
  }
  return frames;
}

/** @returns how many photos were edited, and a line for each that was not. */
export function printPhotos(results: readonly PhotoResult[]): string {
  const failed = results.filter(({ problem }) => problem !== undefined);
  const lines = failed.map(({ photo, problem }) => `not edited: ${namedProblem(photo, problem!)}`);
  return [`${results.length - failed.length} of ${countOf(results.length, 'photos')} edited`, ...lines].join('\n');
}

/** @returns the problem with the photo's name before it, once. */
export function namedProblem(photo: string, problem: string): string {
  return problem.startsWith(photo) ? problem : `${photo}: ${problem}`;
}

/**
 * @returns the names of a folder's photos, sorted; `out` is made where it is not there.
 * @throws UserError for a folder without photos, and one that is its own output.
 */
export async function photosIn(folder: string, out: string, log: Log): Promise<string[]> {
  if ((await realPlace(folder)) === (await realPlace(out)))
    throw new UserError(`--out must be another folder than --photos; got ${out} for both`);
  const entries = await explainingDiskErrors('read', folder, () => readdir(folder, { withFileTypes: true }));
  const names = entries.map(({ name }) => name);
  const photos = names.filter(name => photoFormatOf(name) !== undefined && !name.startsWith('.')).sort();
  const others = names.filter(name => isAnyPicture(name) && photoFormatOf(name) === undefined && !name.startsWith('.'));
  if (others.length > 0) log.warn(`left out: ${firstFew(others.sort())}. Export such pictures as JPEG first`);
  const below = await foldersOfPhotos(folder, entries, out);
  if (below.length > 0) log.warn(`left out: photos in ${firstFew(below)}. Edit them with a --photos of their own`);
  if (photos.length === 0)
    throw new UserError(`${folder} must hold photos; it has none that end in ${Object.keys(formats).join(', ')}`);
  await checkFolderWritable(out);
  return photos;
}

/** @returns the folders among what is in `folder` that hold photos, sorted; hidden ones and the one of the edits are none. */
async function foldersOfPhotos(folder: string, entries: readonly Dirent[], out: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (!entry.isDirectory() || entry.name.startsWith('.') || (await isIn(out, path))) continue;
    const names = await readdir(path).catch((): string[] => []); // one that may not be looked into has none for us
    if (names.some(name => photoFormatOf(name) !== undefined)) found.push(path);
  }
  return found.sort();
}

/** @throws UserError where `out` holds a photo of `folder` as edited by other moves: it would pass for what is asked. */
export async function checkNoOtherEdits(folder: string, out: string, moves: readonly MoveRange[]): Promise<void> {
  const [asked, there] = await Promise.all([folder, out].map(each => readdir(each).catch((): string[] => [])));
  for (const name of there!.filter(each => asked!.includes(each)).sort()) {
    const [recipe] = await readRecipeFile(join(out, name)).catch((): Recipe[] => []); // no picture of ours
    if (recipe === undefined || isMadeBy(recipe, moves)) continue;
    const made = recipe.moves.map(formatMove).join(', ') || 'no moves';
    throw new UserError(
      `--out must hold no other edits of these photos; ${join(out, name)} is one by ${made}. Choose another --out, ` +
        'or give --force to replace them',
    );
  }
}

/** Whether the moves are those asked for; a probability has become a strength, which tells nothing of the wish. */
function isMadeBy({ moves: made }: Recipe, moves: readonly MoveRange[]): boolean {
  const isThere = ({ to }: MoveRange) =>
    made.some(move =>
      to.kind === 'probability'
        ? move.kind === 'relative' && move.attribute === to.attribute
        : formatMove(move) === formatMove(to),
    );
  return made.length === moves.length && moves.every(isThere);
}

/**
 * Edits each photo of a folder; a photo that cannot be edited does not stop the others.
 * @param editOne edits one, for the file `out`. @returns its bytes.
 * @throws UserError as `photosIn`, and where a photo cannot be written: then the next cannot either.
 */
export async function editFolder(
  folder: string,
  out: string,
  editOne: (photo: string, out: string) => Promise<Uint8Array | string>,
  { log, signal }: StageContext,
): Promise<PhotoResult[]> {
  const photos = await photosIn(folder, out, log);
  const results: PhotoResult[] = [];
  for (const name of photos) {
    signal.throwIfAborted();
    const [photo, target] = [join(folder, name), join(out, name)];
    const edited = await editOne(photo, target).catch((error: unknown) => {
      if (!(error instanceof UserError)) throw error;
      results.push({ photo, problem: error.message });
      log.warn(namedProblem(photo, error.message));
    });
    if (edited === undefined) continue;
    signal.throwIfAborted();
    await writeWhole(target, edited);
    results.push({ photo, out: target });
    log.info(`${photo} → ${target}`);
  }
  return results;
}
