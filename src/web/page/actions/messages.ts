// Tells the person in one line what happened; a live region reads it out.
import { labelOf } from '../../shared/attribute-names.ts';
import type { Edit } from '../../shared/protocol.ts';
import type { Studio, StudioState } from '../state/studio-state.ts';

export function tell(state: StudioState, text: string): void {
  state.message.value = { text, kind: 'news' };
}

/** Tells of a problem until it is closed or something else is told. @param text as of `sentenceOf`. */
export function tellProblem(state: StudioState, text: string): void {
  state.message.value = { text: sentenceOf(text), kind: 'problem' };
}

/**
 * Tells why a face that was asked for cannot be had, until a while after another edit than `besides` is drawn.
 * @param text as of `sentenceOf`. @param besides left out: the wanted edit, which stays.
 */
export function tellRefusal(state: StudioState, text: string, besides: Edit = state.edit.value): void {
  state.message.value = { text: sentenceOf(text), kind: 'refused', besides };
}

/** Tells so of an edit that core refuses. @param line as of `namedHere`. @param besides as `tellRefusal`. */
export function tellRefusedEdit(state: StudioState, line: string, besides?: Edit): void {
  tellRefusal(state, namedHere(state, line), besides);
}

/** @param line of core about an edit. @returns it with the names that attributes have here. */
export function namedHere({ model }: StudioState, line: string): string {
  const known = new Set(model.value?.directions.map(({ attribute }) => attribute));
  return line.replace(/\w+/g, word => (known.has(word) ? labelOf(word) : word));
}

/** @param text may be a line of core, worded for a command line: its first word gets a capital letter, unless it is a name. */
function sentenceOf(text: string): string {
  return text.replace(/^[a-z]+(?=[ :;])/, word => `${word.charAt(0).toUpperCase()}${word.slice(1)}`);
}

/** Takes away a refusal once what was refused is tried in another way: what is typed next may be what holds already. */
export function clearRefusal({ state }: Studio): void {
  if (state.message.value?.kind === 'refused') state.message.value = undefined;
}
