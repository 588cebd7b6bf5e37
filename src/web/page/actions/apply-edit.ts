// The one way to change the face: every action ends here, so that history, link and picture always agree.
import { UserError } from '../../../core/errors.ts';
import type { Edit } from '../../shared/protocol.ts';
import { faceName } from '../format.ts';
import { type Studio, sameEdit } from '../state.ts';
import { clearRefusal, tellProblem } from './messages.ts';

/** Milliseconds within which changes with one tag become one entry. */
const together = 1000;

/** Entries that are kept; the oldest go first. */
const longestHistory = 200;

/**
 * What is already so is no step of the history.
 * @param label of the history's entry. @param tag of changes that belong together; left out: belongs to nothing.
 */
export function applyEdit({ state }: Studio, edit: Edit, label: string, tag = ''): void {
  const { entries, at } = state.history.value;
  const now = Date.now();
  const last = entries[at];
  if (last !== undefined && sameEdit(last.edit, edit)) {
    state.edit.value = last.edit;
    return;
  }
  const follows = tag !== '' && last?.tag === tag && now - last.at < together;
  const kept = entries.slice(0, follows ? at : at + 1).slice(-longestHistory);
  state.history.value = { entries: [...kept, { label, edit, tag, at: now }], at: kept.length };
  state.edit.value = edit;
}

/** Shows an edit that is still being made, such as by a slider that moves; nothing remembers it. */
export function previewEdit({ state }: Studio, edit: Edit): void {
  state.edit.value = edit;
}

/** What a renderer calls when an edit was drawn. */
export function editWorked({ state }: Studio, edit: Edit): void {
  if (edit === state.edit.value) clearRefusal(state);
}

/**
 * What a renderer calls for an edit that cannot be drawn: it says why and, if the edit was meant to stay, takes it back.
 * @param lastGood what is on the screen.
 */
export function editFailed(studio: Studio, edit: Edit, lastGood: Edit, error: unknown): void {
  if (!(error instanceof UserError)) throw error;
  const { state } = studio;
  const { entries, at } = state.history.value;
  const remaining = entries.filter(entry => entry.edit !== edit);
  const wasMeant = remaining.length < entries.length;
  tellProblem(state, error.message, wasMeant ? 'problem' : 'refused');
  if (!wasMeant) return;
  state.history.value = { entries: remaining, at: Math.min(at - 1, remaining.length - 1) };
  if (edit !== state.edit.value) return;
  if (remaining.length === 0) applyEdit(studio, lastGood, faceName(lastGood));
  else state.edit.value = lastGood;
}
