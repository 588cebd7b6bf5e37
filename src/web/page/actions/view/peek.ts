// Shows the face before the edit, as long as the key or the button is held.
import { BeforeIcon } from '../../display/icons.tsx';
import type { Action } from '../action.ts';

export const peek: Action = {
  id: 'peek',
  label: 'Hold: before',
  hint: 'Hold to see the face before the edit',
  icon: BeforeIcon,
  keys: [{ key: 'b' }],
  help: 'hold: the face before the edit',
  pressed: ({ peeking }) => peeking.value,
  perform: ({ state }) => {
    state.peeking.value = true;
  },
  release: ({ state }) => {
    state.peeking.value = false;
  },
};
