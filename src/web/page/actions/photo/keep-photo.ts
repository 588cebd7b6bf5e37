// Keeps photo and portrait in this browser.
import { lineIcon } from '../../display/icons.tsx';
import type { Action } from '../action.ts';
import { tell, tellProblem } from '../messages.ts';
import { isKept, keepOpen } from './kept-portraits.ts';
import { showsPhoto } from './zoom.ts';

export const keepPhoto: Action = {
  id: 'keep-photo',
  label: 'Keep photo',
  hint: 'Keep photo and portrait in this browser, on this machine, for another visit',
  icon: lineIcon('M6 4h12v16l-6-4.5L6 20z'),
  offered: state => showsPhoto(state) && !isKept(state),
  perform: async ({ state }) => {
    try {
      await keepOpen(state);
      tell(state, 'Kept in this browser, under "Photos"');
    } catch {
      tellProblem(state, 'This browser keeps no photos here. It may be a private window, or there is no room');
    }
  },
};
