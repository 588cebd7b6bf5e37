// Moves one attribute to a signed distance from its boundary, where the slider stands.
import { labelOf } from '../../../shared/attribute-names.ts';
import type { Edit } from '../../../shared/protocol.ts';
import { distanceText } from '../../display/wording.ts';
import type { Studio } from '../../state/studio-state.ts';
import { tellRefusal } from '../messages.ts';
import { applyEdit, committed, previewEdit } from './apply-edit.ts';

/** Farthest distance that can be typed, in σ: no latent lies as far out. A probability typed by mistake does. */
const farthest = 12;

/** Shows the move while the slider is held. */
export function previewMove(studio: Studio, attribute: string, distance: number): void {
  previewEdit(studio, moved(studio.state.edit.value, attribute, distance));
}

/** Makes the move, when the slider is let go. */
export function commitMove(studio: Studio, attribute: string, distance: number): void {
  const label = `${labelOf(attribute)} to ${distanceText(distance)}`;
  const edit = committed(studio, moved(studio.state.edit.value, attribute, distance));
  applyEdit(studio, edit, label, { tag: `move ${attribute}` });
}

/** @param text a distance in σ, as typed. */
export function setDistance(studio: Studio, attribute: string, text: string): void {
  const number = text.replace('−', '-').replace(',', '.').replace('σ', '').trim();
  const distance = Number(number);
  if (number === '' || !(Math.abs(distance) <= farthest)) {
    tellRefusal(studio.state, `a distance must be from −${farthest} to ${farthest} σ; got "${text.slice(0, 30)}"`);
    return;
  }
  commitMove(studio, attribute, distance);
}

/** Takes back the move of one attribute; it goes where the others take it. */
export function resetAttribute(studio: Studio, attribute: string): void {
  const { layers: { [attribute]: _, ...layers } = {}, ...edit } = studio.state.edit.value;
  const others = Object.keys(layers).length > 0 && { layers };
  const moves = without(edit, attribute);
  applyEdit(studio, committed(studio, { ...edit, ...others, moves }), `${labelOf(attribute)} reset`);
}

/** @returns the edit with this attribute at this distance, in place of any other move of it. */
export function moved(edit: Edit, attribute: string, distance: number): Edit {
  return { ...edit, moves: [...without(edit, attribute), { attribute, kind: 'absolute', distance }] };
}

function without({ moves }: Edit, attribute: string): Edit['moves'] {
  return moves.filter(move => move.attribute !== attribute);
}
