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
    const link = new URL(`#${formatLink(state.edit.value, state.model.value!)}`, location.href).href;
    try {
      await navigator.clipboard.writeText(link);
      tell(state, 'Link copied. It shows this face again');
    } catch {
      tellProblem(state, 'the browser does not let this page copy. Copy the link from the address bar');
    }
  },
};
