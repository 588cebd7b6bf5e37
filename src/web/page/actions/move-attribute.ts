// Moves one attribute to a signed distance from its boundary, where the slider stands.
import { labelOf } from '../../shared/attribute-names.ts';
import type { Edit } from '../../shared/protocol.ts';
import { distanceText } from '../format.ts';
import type { Studio } from '../state.ts';
import { applyEdit, previewEdit } from './apply-edit.ts';

/** While the slider moves. */
export function previewMove(studio: Studio, attribute: string, distance: number): void {
  previewEdit(studio, moved(studio.state.edit.value, attribute, distance));
}

/** When it has come to rest. */
export function commitMove(studio: Studio, attribute: string, distance: number): void {
  const label = `${labelOf(attribute)} to ${distanceText(distance)}`;
  applyEdit(studio, moved(studio.state.edit.value, attribute, distance), label, `move ${attribute}`);
}

/** Lets an attribute go where the others take it. */
export function resetAttribute(studio: Studio, attribute: string): void {
  const edit = studio.state.edit.value;
  applyEdit(studio, { ...edit, moves: without(edit, attribute) }, `${labelOf(attribute)} reset`);
}

/** Undoes all moves and locks. */
export function resetAll(studio: Studio): void {
  const edit = studio.state.edit.value;
  if (edit.moves.length + edit.locks.length === 0) return;
  applyEdit(studio, { ...edit, moves: [], locks: [] }, 'All reset');
}

/** @returns the edit with this attribute at this distance, whatever moved it before. */
export function moved(edit: Edit, attribute: string, distance: number): Edit {
  return { ...edit, moves: [...without(edit, attribute), { attribute, kind: 'absolute', distance }] };
}

function without({ moves }: Edit, attribute: string): Edit['moves'] {
  return moves.filter(move => move.attribute !== attribute);
}
