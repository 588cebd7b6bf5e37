// Undo, redo, and any step in between.
import type { Studio } from '../state.ts';
import { tell } from './messages.ts';

export function undo(studio: Studio): void {
  if (studio.state.canUndo.value) jump(studio, studio.state.history.value.at - 1);
}

export function redo(studio: Studio): void {
  if (studio.state.canRedo.value) jump(studio, studio.state.history.value.at + 1);
}

/** Goes to an entry; those after it stay, until something else is done. */
export function jump({ state }: Studio, at: number): void {
  const { entries } = state.history.value;
  const entry = entries[at];
  if (entry === undefined) return;
  state.history.value = { entries, at };
  state.edit.value = entry.edit;
  tell(state, `${at + 1} of ${entries.length}: ${entry.label}`);
}
