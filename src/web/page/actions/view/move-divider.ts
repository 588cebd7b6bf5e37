// Moves the divider between the face before and after.
import type { Studio } from '../../state/studio-state.ts';

/** @param share of the width that shows the face before; values beyond 0 and 1 are clipped. */
export function moveDivider({ state }: Studio, share: number): void {
  state.divider.value = Math.min(1, Math.max(0, share));
}
