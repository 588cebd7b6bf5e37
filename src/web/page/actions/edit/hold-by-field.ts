// Switches how locks hold: what the classifier sees of them, along a curve, or their distances, in a straight line.
import { LockedIcon } from '../../display/icons.tsx';
import type { Action } from '../action.ts';
import { applyEdit } from './apply-edit.ts';

export const holdByField: Action = {
  id: 'hold-by-field',
  label: 'Hold what is seen',
  hint: 'Locks hold what the classifier sees, not only the distance: edits follow a curve; off, a straight line',
  icon: LockedIcon,
  look: 'icon',
  enabled: ({ model }) => model.value?.hasField === true,
  pressed: ({ edit }) => edit.value.hold === 'field',
  perform: studio => {
    const edit = studio.state.edit.value;
    const { layers: _, ...inAllLayers } = edit; // along a curve all layers go
    const [held, label] =
      edit.hold === 'field'
        ? ([{ ...edit, hold: 'linear' }, 'Locks hold distances'] as const)
        : ([{ ...inAllLayers, hold: 'field' }, 'Locks hold what is seen'] as const);
    applyEdit(studio, held, label, { choosesHold: true });
  },
};
