// Takes any face.
import { SurpriseIcon } from '../../display/icons.tsx';
import type { Action } from '../action.ts';
import { chooseFace, faceLikeThis } from './choose-face.ts';

/** Seeds are drawn below this number, so that they are short enough to read out. */
const highestSeed = 1_000_000;

export const surpriseMe: Action = {
  id: 'surprise-me',
  label: 'Surprise me',
  icon: SurpriseIcon,
  place: 'faces',
  perform: studio => chooseFace(studio, faceLikeThis(studio, Math.floor(Math.random() * highestSeed))),
};
