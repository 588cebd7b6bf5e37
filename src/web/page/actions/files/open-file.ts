// Asks for a picture or recipe to open; `import-file.ts` opens what was chosen.
import { OpenIcon } from '../../display/icons.tsx';
import type { Action } from '../action.ts';

export const openFile: Action = {
  id: 'open-file',
  label: 'Open a picture or recipe',
  word: 'Open',
  hint: 'Open a picture or recipe that was saved here, or drop one on the page',
  icon: OpenIcon,
  place: 'results',
  perform: () => document.querySelector<HTMLElement>('#open-file')?.click(),
};
