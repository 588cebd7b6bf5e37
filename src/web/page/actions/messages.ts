// Tells the person in one line what happened; a live region reads it out.
import type { StudioState } from '../state/studio-state.ts';

export function tell(state: StudioState, text: string): void {
  state.message.value = { text, kind: 'news' };
}

/** @param text may be a line of core, worded for a command line: its first word gets a capital letter, unless it is a name. */
export function tellProblem(state: StudioState, text: string, kind: 'problem' | 'refused' = 'problem'): void {
  const sentence = text.replace(/^[a-z]+(?=[ :;])/, word => `${word.charAt(0).toUpperCase()}${word.slice(1)}`);
  state.message.value = { text: sentence, kind };
}

/** Takes away the refusal of an edit, once another edit worked. */
export function clearRefusal(state: StudioState): void {
  if (state.message.value?.kind === 'refused') state.message.value = undefined;
}
