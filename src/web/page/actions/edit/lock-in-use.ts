// Locks or unlocks the attribute whose slider has the focus.
import type { Action } from '../action.ts';
import { toggleLock } from './lock.ts';

export const lockInUse: Action = {
  id: 'lock-in-use',
  label: 'Lock or unlock the attribute in use',
  keys: [{ key: 'l', onSlider: true }],
  help: 'on a slider: lock or unlock it',
  perform: studio => toggleLock(studio, studio.state.active.value),
};
