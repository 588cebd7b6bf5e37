// Closes the message at the foot of the page.
import { CloseIcon } from '../../display/icons.tsx';
import type { Action } from '../action.ts';

export const closeMessage: Action = {
  id: 'close-message',
  label: 'Close message',
  icon: CloseIcon,
  look: 'icon',
  perform: ({ state }) => {
    state.message.value = undefined;
  },
};
