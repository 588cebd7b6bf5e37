// Portraits that are kept in this browser: which there are, and how one goes.
import type { ReadonlyState, Studio, StudioState } from '../../state/studio-state.ts';
import { forgetStored, storedPortraits } from './portrait-store.ts';

/** Whether the portrait that is open is kept in this browser. */
export function isKept({ portrait, kept }: ReadonlyState): boolean {
  return kept.value.some(({ sha256 }) => sha256 === portrait.value?.sha256);
}

/** Reads which portraits are kept; where the browser keeps nothing, none are. */
export async function loadKept({ state }: Studio): Promise<void> {
  const { sha256, formerly = [] } = state.model.value!;
  const stored = await storedPortraits().catch(() => []);
  state.kept.value = stored.map(each => ({
    ...{ sha256: each.sha256, name: each.photo.name, pixels: each.pixels },
    isOfOther: ![sha256, ...formerly].includes(each.model),
  }));
}

/** @throws where the browser cannot delete it. */
export async function forget({ kept }: StudioState, sha256: string): Promise<void> {
  await forgetStored(sha256);
  kept.value = kept.value.filter(each => each.sha256 !== sha256);
}
