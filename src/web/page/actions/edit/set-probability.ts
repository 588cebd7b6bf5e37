// Moves one attribute to where it has, on this face, the probability that was typed.
import { UserError } from '../../../../core/errors.ts';
import { labelOf } from '../../../shared/attribute-names.ts';
import type { Edit } from '../../../shared/protocol.ts';
import { percentText } from '../../display/wording.ts';
import { sameStart } from '../../state/edits.ts';
import type { Studio, StudioState } from '../../state/studio-state.ts';
import { tellRefusal, tellRefusedEdit } from '../messages.ts';
import { applyEdit, committed } from './apply-edit.ts';
import { moved } from './move-attribute.ts';

/** @param text a percentage from 1 to 99, as typed. */
export async function setProbability(studio: Studio, attribute: string, text: string): Promise<void> {
  const { state, faceWorker } = studio;
  const percent = Number(text.replace('%', '').replace(',', '.'));
  if (text.trim() === '' || !(percent >= 1 && percent <= 99)) {
    tellRefusal(state, `a probability must be from 1 to 99 %; got "${text.slice(0, 30)}"`);
    return;
  }
  const face = state.edit.value;
  const isLast = () => state.searches.value.get(attribute) === isWanted;
  const first = currentStep(state);
  const moveOf = ({ moves }: Edit) => moves.find(move => move.attribute === attribute);
  /** Not on another face, nor after a later search for it, a step back, a reset of all, or another move of the same attribute. */
  const isWanted = () => {
    const { entries, at } = state.history.value;
    const now = entries[at];
    if (!isLast() || !sameStart(state.edit.value, face) || first === undefined || now === undefined) return false;
    const isReset = now !== first && now.edit.moves.length + now.edit.locks.length === 0;
    return entries.slice(0, at + 1).includes(first) && !isReset && moveOf(now.edit) === moveOf(first.edit);
  };
  state.searches.value = new Map(state.searches.value).set(attribute, isWanted);
  try {
    for (;;) {
      // The press that takes the field away may have begun to move another slider, which is no step yet.
      const [edit, step] = [state.edit.value, currentStep(state)];
      const { hold } = committed(studio, moved(edit, attribute, 0));
      const distance = await faceWorker.distanceFor({ edit: { ...edit, hold }, attribute, probability: percent / 100 });
      if (!isWanted()) return;
      if (step !== currentStep(state)) continue; // found for other moves or locks than there are now
      const exact = Math.round(1000 * distance) / 1000; // finer than a slider, so that the readout agrees
      const label = `${labelOf(attribute)} to ${percentText(percent / 100)}`;
      applyEdit(studio, committed(studio, moved(state.edit.value, attribute, exact)), label);
      return;
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (isWanted()) tellRefusedEdit(state, error.message);
  } finally {
    const others = [...state.searches.value].filter(([name]) => name !== attribute);
    if (isLast()) state.searches.value = new Map(others);
  }
}

function currentStep({ history }: StudioState) {
  const { entries, at } = history.value;
  return entries[at];
}
