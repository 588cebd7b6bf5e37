// Portraits of earlier visits: shows which there are, and opens one again.
import { UserError } from '../../../../core/errors.ts';
import type { ReadonlyState, Studio } from '../../state/studio-state.ts';
import { tellProblem } from '../messages.ts';
import { takePortrait } from './photo-steps.ts';
import { storedPortrait, storedPortraits } from './portrait-store.ts';

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

/** @returns whether there was one. */
export async function openKept(studio: Studio, sha256: string): Promise<boolean> {
  const { state, faceWorker } = studio;
  try {
    const stored = await storedPortrait(sha256);
    if (stored === undefined) return false;
    takePortrait(studio, await faceWorker.openKept(stored), stored.photo);
    return true;
  } catch (error) {
    tellProblem(state, error instanceof UserError ? error.message : `The photo cannot be opened: ${String(error)}`);
    return false;
  }
}
