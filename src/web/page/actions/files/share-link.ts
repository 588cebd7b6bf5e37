// Copies the link that shows this face again.
import { formatLink } from '../../../shared/link.ts';
import { ShareIcon } from '../../display/icons.tsx';
import type { Action } from '../action.ts';
import { tell, tellProblem } from '../messages.ts';

export const shareLink: Action = {
  id: 'share-link',
  label: 'Share link',
  hint: 'Copy a link that shows this face again',
  icon: ShareIcon,
  place: 'results',
  perform: async ({ state }) => {
    const edit = state.edit.value;
    const link = new URL(`#${formatLink(edit, state.model.value!)}`, location.href).href;
    try {
      await navigator.clipboard.writeText(link);
      const where = 'portrait' in edit ? ' in this browser, while the photo is open or kept here' : '';
      tell(state, `Link copied. It shows this face again${where}`);
    } catch {
      tellProblem(state, 'the browser does not let this page copy. Copy the link from the address bar');
    }
  },
};
