// Deletes photo and portrait from this browser.
import { lineIcon } from '../../display/icons.tsx';
import type { Action } from '../action.ts';
import { dropPhotoLinks } from '../faces/recent-faces.ts';
import { tell, tellProblem } from '../messages.ts';
import { forget, isKept } from './kept-portraits.ts';
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
      await forget(state, sha256);
      dropPhotoLinks(sha256);
      tell(state, 'Forgotten: the photo is no longer kept here');
    } catch {
      tellProblem(state, 'The photo cannot be deleted. Clear the data of this page in the settings of the browser');
    }
  },
};
