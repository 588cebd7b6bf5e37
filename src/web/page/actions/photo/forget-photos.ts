// Deletes every photo that is kept in this browser, also those that the model which is open cannot show.
import type { Action } from '../action.ts';
import { dropPhotoLinks } from '../faces/recent-faces.ts';
import { tell, tellProblem } from '../messages.ts';
import { forget } from './kept-portraits.ts';
import { storedKeys } from './portrait-store.ts';

export const forgetPhotos: Action = {
  id: 'forget-photos',
  label: 'Forget all',
  hint: 'Delete all photos and portraits from this browser, also those that other models at this address found',
  offered: ({ kept }) => kept.value.length > 0,
  perform: async ({ state }) => {
    try {
      for (const sha256 of await storedKeys()) await forget(state, sha256); // those that other tabs kept, too
      state.kept.value = [];
      dropPhotoLinks();
      tell(state, 'Forgotten: no photo is kept here any more');
    } catch {
      tellProblem(state, 'The photos cannot be deleted. Clear the data of this page in the settings of the browser');
    }
  },
};
