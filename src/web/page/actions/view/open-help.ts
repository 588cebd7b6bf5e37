// Opens the help.
import { HelpIcon } from '../../display/icons.tsx';
import type { Action } from '../action.ts';

export const openHelp: Action = {
  id: 'open-help',
  label: 'Help',
  icon: HelpIcon,
  place: 'results',
  look: 'icon',
  keys: [{ key: '?' }],
  help: 'this help',
  perform: ({ state }) => {
    state.dialog.value = 'help';
  },
};
