// Deletes photo and portrait from this browser.
import { lineIcon } from '../../display/icons.tsx';
import type { Action } from '../action.ts';
import { tell, tellProblem } from '../messages.ts';
import { isKept } from './kept-portraits.ts';
import { forgetStored } from './portrait-store.ts';
import { showsPhoto } from './zoom.ts';

export const forgetPhoto: Action = {
  id: 'forget-photo',
  label: 'Forget photo',
  hint: 'Delete photo and portrait from this browser',
  icon: lineIcon('M5 7h14', 'M9 7V4.5h6V7', 'M7 7l1 12.5h8L17 7'),
  offered: state => showsPhoto(state) && isKept(state),
  perform: async ({ state }) => {
    const { sha256 } = state.portrait.value!;
    try {
      await forgetStored(sha256);
      state.kept.value = state.kept.value.filter(each => each.sha256 !== sha256);
      tell(state, 'Forgotten: the photo is no longer kept here');
    } catch {
      tellProblem(state, 'The photo cannot be deleted. Clear the data of this page in the settings of the browser');
    }
  },
};
