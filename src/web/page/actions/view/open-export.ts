// Opens the dialog in which results are saved.
import { ExportIcon } from '../../display/icons.tsx';
import type { Action } from '../action.ts';

export const openExport: Action = {
  id: 'open-export',
  label: 'Export',
  icon: ExportIcon,
  place: 'save',
  look: 'strong',
  perform: ({ state }) => {
    state.dialog.value = 'export';
  },
};
