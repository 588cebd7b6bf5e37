// The portraits of this visit: the worker holds one of them, and takes another when an edit of that is to be shown.
import { saidOf } from '../../../../core/attributes.ts';
import { UserError } from '../../../../core/errors.ts';
import type { Edit, SafeRange } from '../../../shared/protocol.ts';
import { portraitEdit } from '../../state/edits.ts';
import type { OpenPortrait, ReadonlyState, Studio, StudioState } from '../../state/studio-state.ts';
import { storedPortrait } from './portrait-store.ts';

/** Portraits that are remembered beside the one that is open, so that the history can go back to them. */
const mostRemembered = 10;

/** The message where an edit's portrait cannot be had. */
export const photoNotHere = 'This face is of a photo that is not open here. Open the photo first';

let remembered: readonly OpenPortrait[] = [];

/** The edit whose portrait was asked for last and could not be had: it is shown once its photo is opened. */
let awaited: Edit | undefined;

/** Says which portrait the worker holds. */
export function holdPortrait({ portrait }: StudioState, open: OpenPortrait): void {
  portrait.value = open;
  remembered = [open, ...remembered.filter(({ sha256 }) => sha256 !== open.sha256)].slice(0, mostRemembered + 1);
}

/** @returns what to show of a portrait that was found: the edit that waited for it, or the face as it is. */
export function firstEdit(sha256: string): Edit {
  const waited = awaited;
  awaited = undefined;
  return waited !== undefined && 'portrait' in waited && waited.portrait === sha256 ? waited : portraitEdit(sha256);
}

/** Gives the portrait that is open to the worker again: to a new one, or after a search that was given up. */
export async function reopenPortrait({ state, faceWorker }: Studio): Promise<void> {
  await faceWorker.setView(state.zoom.value);
  const open = state.portrait.value;
  if (open !== undefined) await faceWorker.openKept({ photo: open.source, portrait: open.file });
}

/** Whether the worker holds the portrait of an edit, or needs none for it. */
export function isDrawable({ portrait }: StudioState, edit: Edit): boolean {
  return !('portrait' in edit) || edit.portrait === portrait.value?.sha256;
}

/** @returns the safe range of the photo that is edited, if it is one; undefined: the model's own holds. */
export function photoSafeRange({ edit, portrait }: ReadonlyState, attribute: string): SafeRange | undefined {
  const { value } = edit;
  return 'portrait' in value && value.portrait === portrait.value?.sha256
    ? saidOf(portrait.value.safeRanges, attribute)
    : undefined;
}

/**
 * Has the worker take the portrait of an edit, if it was open in this visit or is kept in this browser.
 * @returns whether the edit can be drawn now. @throws UserError where its photo cannot be opened any more.
 */
export async function bringBack({ state, faceWorker }: Studio, edit: Edit): Promise<boolean> {
  if (!('portrait' in edit) || isDrawable(state, edit)) return true;
  const known = remembered.find(({ sha256 }) => sha256 === edit.portrait);
  const stored = known
    ? { photo: known.source, portrait: known.file }
    : await storedPortrait(edit.portrait).catch(() => undefined);
  if (stored === undefined) {
    awaited = edit;
    state.kept.value = state.kept.value.filter(({ sha256 }) => sha256 !== edit.portrait); // another tab forgot it
    return false;
  }
  try {
    holdPortrait(state, { ...(await faceWorker.openKept(stored)), source: stored.photo });
  } catch (error) {
    throw error instanceof UserError ? error : new UserError(`the photo cannot be opened: ${String(error)}`);
  }
  return true;
}
