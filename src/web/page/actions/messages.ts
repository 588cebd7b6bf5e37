// Tells the person in one line what happened; a live region reads it out.
import type { UserError } from '../../../core/errors.ts';
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

/** Tells so of an edit that core refuses, with the names that attributes have here. @param besides as `tellRefusal`. */
export function tellRefusedEdit(state: StudioState, { message }: UserError, besides?: Edit): void {
  const known = new Set(state.model.value?.directions.map(({ attribute }) => attribute));
  const named = message.replace(/\w+/g, word => (known.has(word) ? labelOf(word) : word));
  tellRefusal(state, named, besides);
}

/** @param text may be a line of core, worded for a command line: its first word gets a capital letter, unless it is a name. */
function sentenceOf(text: string): string {
  return text.replace(/^[a-z]+(?=[ :;])/, word => `${word.charAt(0).toUpperCase()}${word.slice(1)}`);
}

/** Takes away a refusal once what was refused is tried in another way: what is typed next may be what holds already. */
export function clearRefusal({ state }: Studio): void {
  if (state.message.value?.kind === 'refused') state.message.value = undefined;
}
