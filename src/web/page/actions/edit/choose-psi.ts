// Draws the face toward the mean face or away from it, before anything is moved: the truncation ψ.
import { mostPsi } from '../../../../core/models/latents.ts';
import type { Studio } from '../../state/studio-state.ts';
import { tellRefusal } from '../messages.ts';
import { applyEdit } from './apply-edit.ts';

/** @param text as typed or stepped to. */
export function choosePsi(studio: Studio, text: string): void {
  const psi = Number(text.replace(',', '.'));
  if (text.trim() === '' || !(psi >= 0 && psi <= mostPsi)) {
    tellRefusal(studio.state, `ψ must be a number from 0 to ${mostPsi}; got "${text.slice(0, 30)}"`);
    return;
  }
  const edit = studio.state.edit.value;
  if ('seed' in edit) applyEdit(studio, { ...edit, psi }, `ψ ${psi}`, { tag: 'psi' });
}
