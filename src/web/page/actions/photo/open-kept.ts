// Opens a photo of an earlier visit.
import { portraitEdit, sameFace } from '../../state/edits.ts';
import type { KeptPortrait, Studio } from '../../state/studio-state.ts';
import { applyEdit } from '../edit/apply-edit.ts';
import { readPhoto } from './photo-steps.ts';
import { storedPortrait } from './portrait-store.ts';

/** Shows the face of a photo that is kept, as it was left; where another model found it, this one looks for it first. */
export async function openKept(studio: Studio, { sha256, name, isOfOther }: KeptPortrait): Promise<void> {
  const { kept, recent } = studio.state;
  if (!isOfOther) {
    const plain = portraitEdit(sha256);
    const left = recent.value.find(({ edit }) => sameFace(edit, plain));
    return applyEdit(studio, left?.edit ?? plain, `${name} opened`);
  }
  const stored = await storedPortrait(sha256).catch(() => undefined);
  if (stored !== undefined) return readPhoto(studio, stored.photo);
  kept.value = kept.value.filter(each => each.sha256 !== sha256); // another tab forgot it
}
