// Portraits of earlier visits: shows which there are, and opens one again.
import { portraitEdit } from '../../state/edits.ts';
import type { KeptPortrait, ReadonlyState, Studio } from '../../state/studio-state.ts';
import { applyEdit } from '../edit/apply-edit.ts';
import { storedPortraits } from './portrait-store.ts';

/** Whether the portrait that is open is kept in this browser. */
export function isKept({ portrait, kept }: ReadonlyState): boolean {
  return kept.value.some(({ sha256 }) => sha256 === portrait.value?.sha256);
}

/** Reads which portraits are kept for this model; where the browser keeps nothing, none are. */
export async function loadKept({ state }: Studio): Promise<void> {
  const { sha256, formerly = [] } = state.model.value!;
  const stored = await storedPortraits().catch(() => []);
  state.kept.value = stored
    .filter(({ model }) => [sha256, ...formerly].includes(model))
    .map(each => ({ sha256: each.sha256, name: each.photo.name, pixels: each.pixels }));
}

/** Shows the face of a photo that is kept. */
export function openKept(studio: Studio, { sha256, name }: KeptPortrait): void {
  applyEdit(studio, portraitEdit(sha256), `${name} opened`);
}
