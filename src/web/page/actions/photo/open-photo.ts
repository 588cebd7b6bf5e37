// Opens the dialog in which a photo of one's own is chosen.
import { lineIcon } from '../../display/icons.tsx';
import type { Action } from '../action.ts';

export const openPhoto: Action = {
  id: 'open-photo',
  label: 'Your photo',
  hint: 'Edit a face of your own photo, which stays on this machine',
  icon: lineIcon('M4 8h3.5L9 5.5h6L16.5 8H20v11H4z', 'M12 16.5a3.25 3.25 0 1 0 0-6.5 3.25 3.25 0 0 0 0 6.5'),
  place: 'faces',
  offered: ({ model }) => model.value?.noPhotos === undefined,
  perform: ({ state }) => {
    state.photo.value = { kind: 'choose' };
    state.dialog.value = 'photo';
  },
};
