// Repeats the step that was taken back last.
import { RedoIcon } from '../../display/icons.tsx';
import type { Action } from '../action.ts';
import { goToStep } from './go-to-step.ts';

export const redo: Action = {
  id: 'redo',
  label: 'Redo',
  icon: RedoIcon,
  look: 'icon',
  keys: [
    { key: 'z', ctrl: true, shift: true },
    { key: 'y', ctrl: true },
  ],
  enabled: ({ canRedo }) => canRedo.value,
  perform: studio => goToStep(studio, studio.state.history.value.at + 1),
};
