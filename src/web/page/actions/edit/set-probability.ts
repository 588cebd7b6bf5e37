// Moves one attribute to where it has, on this face, the probability that was typed.
import { UserError } from '../../../../core/errors.ts';
import { labelOf } from '../../../shared/attribute-names.ts';
import { percentText } from '../../display/wording.ts';
import { sameStart } from '../../state/edits.ts';
import type { Studio } from '../../state/studio-state.ts';
import { tellProblem } from '../messages.ts';
import { applyEdit, committed } from './apply-edit.ts';
import { moved } from './move-attribute.ts';

/** @param text a percentage from 1 to 99, as typed. */
export async function setProbability(studio: Studio, attribute: string, text: string): Promise<void> {
  const { state, faceWorker } = studio;
  const percent = Number(text.replace('%', '').replace(',', '.'));
  if (text.trim() === '' || !(percent >= 1 && percent <= 99)) {
    tellProblem(state, `a probability must be from 1 to 99 %; got "${text.slice(0, 30)}"`);
    return;
  }
  const edit = state.edit.value;
  // The press that takes the field away may have begun to move another slider by the time the answer comes.
  const isSameFace = () => sameStart(state.edit.value, edit);
  try {
    const { hold } = committed(studio, moved(edit, attribute, 0));
    const distance = await faceWorker.distanceFor({ edit: { ...edit, hold }, attribute, probability: percent / 100 });
    if (!isSameFace()) return;
    const exact = Math.round(1000 * distance) / 1000; // finer than a slider, so that the readout agrees
    const label = `${labelOf(attribute)} to ${percentText(percent / 100)}`;
    applyEdit(studio, committed(studio, moved(state.edit.value, attribute, exact)), label);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (isSameFace()) tellProblem(state, error.message);
  }
}
