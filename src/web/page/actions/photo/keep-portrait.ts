// Keeps the photo that is open in this browser, or forgets it.
import { lineIcon } from '../../display/icons.tsx';
import type { ReadonlyState } from '../../state/studio-state.ts';
import type { Action } from '../action.ts';
import { tell, tellProblem } from '../messages.ts';
import { forgetStored, storePortrait } from './portrait-store.ts';
import { showsPhoto } from './zoom.ts';

function isKept({ portrait, kept }: ReadonlyState): boolean {
  return kept.value.some(({ sha256 }) => sha256 === portrait.value?.sha256);
}

export const keepPortrait: Action = {
  id: 'keep-photo',
  label: 'Keep photo',
  hint: 'Keep photo and portrait in this browser, on this machine, for another visit',
  icon: lineIcon('M6 4h12v16l-6-4.5L6 20z'),
  offered: state => showsPhoto(state) && !isKept(state),
  perform: async ({ state }) => {
    const { sha256, file, source, pixels } = state.portrait.value!;
    try {
      const model = state.model.value!.sha256;
      await storePortrait({ sha256, model, at: Date.now(), photo: source, portrait: file, pixels });
      state.kept.value = [{ sha256, name: source.name, pixels }, ...state.kept.value];
      tell(state, 'Kept in this browser, under "Photos"');
    } catch {
      tellProblem(state, 'This browser keeps no photos here. It may be a private window, or there is no room');
    }
  },
};

export const forgetPortrait: Action = {
  id: 'forget-photo',
  label: 'Forget photo',
  hint: 'Delete photo and portrait from this browser',
  icon: lineIcon('M5 7h14', 'M9 7V4.5h6V7', 'M7 7l1 12.5h8L17 7'),
  offered: state => showsPhoto(state) && isKept(state),
  perform: async ({ state }) => {
    const { sha256 } = state.portrait.value!;
    try {
      await forgetStored(sha256);
      state.kept.value = state.kept.value.filter(each => each.sha256 !== sha256);
      tell(state, 'Forgotten: the photo is no longer kept here');
    } catch {
      tellProblem(state, 'The photo cannot be deleted. Clear the data of this page in the settings of the browser');
    }
  },
};
