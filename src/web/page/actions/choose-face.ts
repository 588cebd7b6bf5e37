// Takes another face: a seed that was typed, one from the gallery, or any.
import type { Edit } from '../../shared/protocol.ts';
import { faceName } from '../format.ts';
import { faceOf, type Studio } from '../state.ts';
import { applyEdit } from './apply-edit.ts';
import { tellProblem } from './messages.ts';

/** Seeds that "surprise me" draws from: short enough to read out. */
const surprises = 1_000_000;

/** @param text what was typed. */
export function chooseSeed(studio: Studio, text: string): void {
  const seed = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(seed) || seed < 0) {
    tellProblem(studio.state, `a seed must be a whole number from 0; got "${text.slice(0, 30)}"`);
    return;
  }
  chooseFace(studio, seen(studio, seed));
}

export function chooseFace(studio: Studio, edit: Edit): void {
  applyEdit(studio, edit, faceName(edit));
}

/** @param random in [0, 1). */
export function surprise(studio: Studio, random: () => number = Math.random): void {
  chooseFace(studio, seen(studio, Math.floor(random() * surprises)));
}

/** Truncated as the face before it. */
function seen({ state }: Studio, seed: number): Edit {
  const edit = state.edit.value;
  return faceOf(seed, state.model.value, 'seed' in edit ? edit.psi : undefined);
}
