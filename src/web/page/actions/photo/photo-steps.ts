// The way from a photo to its sliders: read it, find or point out its face, find that face in the generator.
import { UserError } from '../../../../core/errors.ts';
import { boxFromClicks } from '../../../../core/portraits/alignment.ts';
import type { InversionProgress } from '../../../../core/portraits/inversion/networks.ts';
import type { FaceBox, Point } from '../../../../core/portraits/photo.ts';
import type { OpenedPortrait } from '../../../shared/protocol.ts';
import type { PhotoStep, Studio, StudioState } from '../../state/studio-state.ts';
import { applyEdit } from '../edit/apply-edit.ts';
import { clearRefusal, tell, tellRefusal } from '../messages.ts';
import { closeDialog } from '../view/choose.ts';
import { firstEdit, holdPortrait, reopenPortrait } from './open-portraits.ts';

/** The file of the photo that is being opened. */
let source: File | undefined;

/** @param given a file that was chosen, dropped, pasted, taken by the camera or kept. */
export async function readPhoto(studio: Studio, given: File): Promise<void> {
  const { state, faceWorker } = studio;
  const { noPhotos } = state.model.value!;
  if (noPhotos !== undefined) return tellRefusal(state, noPhotos);
  let file = given;
  source = file;
  state.dialog.value = 'photo';
  state.photo.value = { kind: 'reading' };
  clearRefusal(studio);
  try {
    const copy = await copied(given);
    if (source !== file) return;
    source = file = copy;
    const photo = await faceWorker.openPhoto(file);
    if (state.photo.value.kind !== 'reading' || source !== file) return; // given up, or another one was taken
    state.photo.value = { kind: 'faces', photo, clicks: photo.faces.length === 0 ? [] : undefined };
    if (photo.faces.length === 1) await findFace(studio, photo.faces[0]!.box, false);
  } catch (error) {
    if (source === file) fail(state, error, { kind: 'choose' });
  }
}

/** The file as it is now: a browser refuses to read one that has changed on the disk, when the photo is taken up again. */
async function copied(file: File): Promise<File> {
  try {
    return new File([await file.arrayBuffer()], file.name, { type: file.type });
  } catch {
    throw new UserError(`${file.name} can no longer be read: it was changed, moved or deleted. Choose it again`);
  }
}

/** Finds a face of the photo in the generator, which takes seconds. @param quick see `PortraitRequest`. */
export async function findFace(studio: Studio, box: FaceBox, quick: boolean): Promise<void> {
  const { state, faceWorker } = studio;
  const step = state.photo.value;
  if (step.kind !== 'faces' || source === undefined) return;
  const file = source;
  // The worker hears of it late, or when the face is found already.
  const isGivenUp = () => source !== file || state.photo.value.kind !== 'finding';
  state.photo.value = { kind: 'finding', progress: undefined, photo: step.photo };
  clearRefusal(studio);
  try {
    const found = await faceWorker.openPortrait({ box, quick });
    if (isGivenUp()) return await reopenPortrait(studio);
    takePortrait(studio, found, file);
    state.photo.value = { kind: 'choose' };
  } catch (error) {
    if (isGivenUp()) return;
    fail(state, error, { ...step, clicks: step.photo.faces.length === 0 ? [] : undefined });
  }
}

/** Shows a portrait as the face. */
function takePortrait(studio: Studio, portrait: OpenedPortrait, file: File): void {
  const { state } = studio;
  holdPortrait(state, { ...portrait, source: file });
  closeDialog(studio, 'photo'); // another may have been opened meanwhile
  applyEdit(studio, firstEdit(portrait.sha256), `${file.name} opened`);
  const percent = Math.round(100 * portrait.missing);
  if (percent > 0) tell(state, `${percent} % of the square around the face lies outside the photo`);
}

/** Offers to point out the face by hand, from the first point on. */
export function pointByHand({ state }: Studio): void {
  const step = state.photo.value;
  if (step.kind === 'faces') state.photo.value = { ...step, clicks: [] };
}

/** Goes back from pointing to the faces that were found. */
export function chooseFace({ state }: Studio): void {
  const step = state.photo.value;
  if (step.kind === 'faces') state.photo.value = { ...step, clicks: undefined };
}

/** @param point in pixels of the photo: first the eyes, then the mouth. */
export async function pointAt(studio: Studio, point: Point): Promise<void> {
  const { state } = studio;
  const step = state.photo.value;
  if (step.kind !== 'faces' || step.clicks === undefined) return;
  const clicks = [...step.clicks, point];
  state.photo.value = { ...step, clicks };
  if (clicks.length < 3) return;
  try {
    await findFace(studio, boxFromClicks(clicks[0]!, clicks[1]!, clicks[2]!), false);
  } catch (error) {
    fail(state, error, { ...step, clicks: [] });
  }
}

/** Goes back to choosing a photo, and stops what is going on for it. */
export function startOver({ state, faceWorker }: Studio): void {
  faceWorker.cancel();
  source = undefined;
  state.photo.value = { kind: 'choose' };
}

/** Stops what is going on for a photo when its dialog is closed: meanwhile no other face could be drawn. */
export function giveUp(studio: Studio): void {
  const { kind } = studio.state.photo.value;
  if (kind === 'reading' || kind === 'finding') startOver(studio);
}

export function showCamera({ state }: Studio): void {
  state.photo.value = { kind: 'camera' };
}

export function tellPortraitProgress({ photo }: StudioState, progress: InversionProgress): void {
  if (photo.value.kind === 'finding') photo.value = { ...photo.value, progress };
}

/** @param back the step to go back to, unless the person has gone on to another. */
function fail(state: StudioState, error: unknown, back: PhotoStep): void {
  const stopped = error instanceof UserError && error.message === 'stopped';
  if (state.photo.value.kind !== 'choose') state.photo.value = back;
  if (stopped) return;
  tellRefusal(state, error instanceof UserError ? error.message : `The photo cannot be opened: ${String(error)}`);
}
