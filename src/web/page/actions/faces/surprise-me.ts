// Takes any face, truncated as the model's makers found best.
import { SurpriseIcon } from '../../display/icons.tsx';
import { faceOf } from '../../state/edits.ts';
import type { Action } from '../action.ts';
import { chooseFace } from './choose-face.ts';

/** Seeds are drawn below this number, so that they are short enough to read out. */
const highestSeed = 1_000_000;

export const surpriseMe: Action = {
  id: 'surprise-me',
  label: 'Surprise me',
  hint: 'Take a face at random',
  icon: SurpriseIcon,
  place: 'faces',
  perform: studio => chooseFace(studio, faceOf(Math.floor(Math.random() * highestSeed), studio.state.model.value)),
};
