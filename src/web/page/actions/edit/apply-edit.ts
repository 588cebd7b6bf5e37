// The one way to a new face, so that history, link and picture always agree; go-to-step.ts goes to those made before.
import { saidOf } from '../../../../core/attributes.ts';
import { type Hold, usualHold } from '../../../../core/directions/hold.ts';
import { UserError } from '../../../../core/errors.ts';
import type { Edit } from '../../../shared/protocol.ts';
import { faceName } from '../../display/wording.ts';
import { sameEdit, sameFace } from '../../state/edits.ts';
import type { Studio, StudioState } from '../../state/studio-state.ts';
import { tellRefusedEdit } from '../messages.ts';

/** Milliseconds within which changes with the same tag become one entry. */
const mergeWithin = 1000;

/** Entries that the history keeps; the oldest go first. */
const longestHistory = 200;

/** The history before each step that was not drawn yet: a step that is refused leaves no trace, not in what could be redone. */
const historyBefore = new Map<Edit, StudioState['history']['value']>();

interface HowApplied {
  readonly tag?: string;
  readonly choosesHold?: boolean;
}

/**
 * Makes this the wanted face, and a step of the history unless it is the current one already.
 * @param label of the history's entry.
 * @param how.tag shared by changes that become one entry when they follow each other closely; left out: an entry of its own.
 * @param how.choosesHold whether the person chose how locks are held, which then stays so for this face.
 */
export function applyEdit({ state }: Studio, edit: Edit, label: string, how: HowApplied = {}): void {
  const { tag = '', choosesHold = false } = how;
  const { entries, at } = state.history.value;
  const now = Date.now();
  const last = entries[at];
  if (last !== undefined && sameEdit(last.edit, edit)) {
    state.edit.value = last.edit;
    return;
  }
  const follows = tag !== '' && last?.tag === tag && now - last.at < mergeWithin;
  const kept = entries.slice(0, follows ? at : at + 1).slice(1 - longestHistory);
  const wasChosen = last?.isHoldChosen === true && sameFace(last.edit, edit);
  // A link or recipe may hold locks in another way than is usual here.
  const isHoldChosen = choosesHold || wasChosen || edit.hold !== usualHoldOf(state, edit);
  if (last !== undefined) historyBefore.set(edit, state.history.value);
  state.history.value = { entries: [...kept, { label, edit, tag, at: now, isHoldChosen }], at: kept.length };
  state.edit.value = edit;
}

/**
 * Shows an edit that is still being made, such as by a slider that moves; the history does not keep it. It is drawn in a
 * straight line, which takes no time; `committed` brings back the way in which locks hold.
 */
export function previewEdit({ state }: Studio, edit: Edit): void {
  state.edit.value = { ...edit, hold: 'linear' };
}

/**
 * Ends a preview that nothing came of, such as a slider dragged away and back: the face is the history's again.
 * @param preview the edit as it was let go; another one by now has come of it, or is another slider's.
 */
export function settlePreview({ state }: Studio, preview: Edit): void {
  const { entries, at } = state.history.value;
  const last = entries[at];
  if (last !== undefined && state.edit.value === preview) state.edit.value = last.edit;
}

/**
 * @returns the edit with its locks held as is usual for what it moves, or as in the last entry of the history, which no
 *   preview has changed, where the person chose a way.
 */
export function committed({ state }: Studio, edit: Edit): Edit {
  const { entries, at } = state.history.value;
  const last = entries[at];
  return { ...edit, hold: last?.isHoldChosen ? last.edit.hold : usualHoldOf(state, edit) };
}

function usualHoldOf({ model }: StudioState, { moves, layers, geometry }: Edit): Hold {
  // Along a curve all layers go, in the model's own geometry.
  const choosesLayers = moves.some(({ attribute }) => saidOf(layers, attribute) !== undefined);
  if (choosesLayers || geometry !== model.value?.geometry) return 'linear';
  return usualHold(model.value.directions, moves);
}

/** Called by the renderer when an edit was drawn. */
export function editWorked({ state }: Studio, edit: Edit): void {
  const { entries, at } = state.history.value;
  if (edit === entries[at]?.edit) historyBefore.clear();
}

/**
 * Called by the renderer for an edit that cannot be drawn: says why and, unless it was only a preview, takes it back.
 * @param lastGood the edit that is on the screen, perhaps a preview.
 */
export function editFailed(studio: Studio, edit: Edit, lastGood: Edit, error: unknown): void {
  if (!(error instanceof UserError)) throw error;
  const { state } = studio;
  const isStep = state.history.value.entries.some(entry => entry.edit === edit);
  if (isStep) takeBack(studio, edit, lastGood);
  tellRefusedEdit(state, error.message, isStep ? state.edit.value : lastGood);
}

function takeBack(studio: Studio, edit: Edit, lastGood: Edit): void {
  const { state } = studio;
  const { entries, at } = state.history.value;
  const remaining = entries.filter(entry => entry.edit !== edit);
  const isWanted = edit === state.edit.value;
  const known = historyBefore.get(edit);
  if (isWanted && known !== undefined) {
    state.history.value = known;
    state.edit.value = known.entries[known.at]!.edit;
    return;
  }
  const current = isWanted
    ? remaining.findLastIndex(entry => sameEdit(entry.edit, lastGood))
    : remaining.indexOf(entries[at]!);
  state.history.value = { entries: remaining, at: current >= 0 ? current : Math.min(at - 1, remaining.length - 1) };
  if (!isWanted) return;
  const step = state.history.value;
  if (remaining.length === 0) applyEdit(studio, lastGood, faceName(lastGood));
  else state.edit.value = step.entries[step.at]!.edit;
}
