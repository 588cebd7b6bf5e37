// Goes to a step of the history.
import type { Studio } from '../../state/studio-state.ts';
import { tell } from '../messages.ts';

/** @param at its index; where there is none, nothing happens. The steps after it stay until something else is done. */
export function goToStep({ state }: Studio, at: number): void {
  const { entries } = state.history.value;
  const entry = entries[at];
  if (entry === undefined) return;
  state.history.value = { entries, at };
  state.edit.value = entry.edit;
  tell(state, `Step ${at + 1} of ${entries.length}: ${entry.label}`);
}
