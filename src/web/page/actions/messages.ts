// Tells the person in one line what happened; a live region reads it out.
import type { StudioState } from '../state.ts';

export function tell(state: StudioState, text: string): void {
  state.message.value = { text, kind: 'news' };
}

export function tellProblem(state: StudioState, text: string, kind: 'problem' | 'refused' = 'problem'): void {
  // Errors of core are worded for a command line. A name that one begins with stays as it is.
  const sentence = text.replace(/^[a-z]+(?=[ :;])/, word => `${word.charAt(0).toUpperCase()}${word.slice(1)}`);
  state.message.value = { text: sentence, kind };
}

/** Once another edit worked. */
export function clearRefusal(state: StudioState): void {
  if (state.message.value?.kind === 'refused') state.message.value = undefined;
}

export function clearMessage(state: StudioState): void {
  state.message.value = undefined;
}
