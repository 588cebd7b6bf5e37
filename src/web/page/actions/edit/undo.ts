// Takes back the last step.
import { UndoIcon } from '../../display/icons.tsx';
import type { Action } from '../action.ts';
import { goToStep } from './go-to-step.ts';

export const undo: Action = {
  id: 'undo',
  label: 'Undo',
  icon: UndoIcon,
  look: 'icon',
  keys: [{ key: 'z', ctrl: true }],
  enabled: ({ canUndo }) => canUndo.value,
  perform: studio => goToStep(studio, studio.state.history.value.at - 1),
};
