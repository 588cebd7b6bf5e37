// Keeps photo and portrait in this browser.
import { lineIcon } from '../../display/icons.tsx';
import type { Action } from '../action.ts';
import { storeRecent } from '../faces/recent-faces.ts';
import { tell, tellProblem } from '../messages.ts';
import { isKept } from './kept-portraits.ts';
import { storePortrait } from './portrait-store.ts';
import { showsPhoto } from './zoom.ts';

export const keepPhoto: Action = {
  id: 'keep-photo',
  label: 'Keep photo',
  hint: 'Keep photo and portrait in this browser, on this machine, for another visit',
  icon: lineIcon('M6 4h12v16l-6-4.5L6 20z'),
  offered: state => showsPhoto(state) && !isKept(state),
  perform: async studio => {
    const { state } = studio;
    const { sha256, file, source, pixels } = state.portrait.value!;
    // Browsers may delete what a page keeps, once room is short, unless they have agreed not to.
    navigator.storage?.persist?.().catch(() => {});
    try {
      const model = state.model.value!.sha256;
      await storePortrait({ sha256, model, at: Date.now(), photo: source, portrait: file, pixels });
      state.kept.value = [
        { sha256, name: source.name, pixels, isOfOther: false },
        ...state.kept.value.filter(each => each.sha256 !== sha256),
      ];
      tell(state, 'Kept in this browser, under "Photos"');
      void storeRecent(studio); // the worker may be busy
    } catch {
      tellProblem(state, 'This browser keeps no photos here. It may be a private window, or there is no room');
    }
  },
};
