// Undoes all moves and locks.
import { ResetIcon } from '../../display/icons.tsx';
import { unedited } from '../../state/edits.ts';
import type { Action } from '../action.ts';
import { applyEdit, committed } from './apply-edit.ts';

export const resetAll: Action = {
  id: 'reset-all',
  label: 'Reset all moves and locks',
  icon: ResetIcon,
  look: 'icon',
  enabled: ({ edit }) => edit.value.moves.length + edit.value.locks.length > 0,
  perform: studio => {
    applyEdit(studio, committed(studio, unedited(studio.state.edit.value)), 'All reset');
  },
};
