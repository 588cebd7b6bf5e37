// The list of actions, in the order in which buttons and the help's list of keys show them.
//
// The rule: whatever a person can ask for without saying more, by a button or a key, is an action. It is one object in
// one file below this folder, and stands in this list; buttons, keyboard and help read it from here. What needs an
// argument (an attribute and a distance, a seed that was typed, a file) is a plain function `(studio, …) => …` in the
// same folders, which components call through `act`. What happens by itself is in session/.
import type { Action } from './action.ts';
import { holdByField } from './edit/hold-by-field.ts';
import { lockInUse } from './edit/lock-in-use.ts';
import { redo } from './edit/redo.ts';
import { resetAll } from './edit/reset-all.ts';
import { undo } from './edit/undo.ts';
import { moreFaces } from './faces/more-faces.ts';
import { surpriseMe } from './faces/surprise-me.ts';
import { openFile } from './files/open-file.ts';
import { shareLink } from './files/share-link.ts';
import { forgetPhoto } from './photo/forget-photo.ts';
import { forgetPhotos } from './photo/forget-photos.ts';
import { keepPhoto } from './photo/keep-photo.ts';
import { openPhoto } from './photo/open-photo.ts';
import { zoomIn } from './photo/zoom-in.ts';
import { zoomOut } from './photo/zoom-out.ts';
import { closeMessage } from './view/close-message.ts';
import { openExport } from './view/open-export.ts';
import { openHelp } from './view/open-help.ts';
import { peek } from './view/peek.ts';
import { play } from './view/play.ts';
import { search } from './view/search.ts';

export const actions: readonly Action[] = [
  surpriseMe,
  moreFaces,
  peek,
  play,
  openPhoto,
  zoomIn,
  zoomOut,
  keepPhoto,
  forgetPhoto,
  forgetPhotos,
  lockInUse,
  holdByField,
  undo,
  redo,
  resetAll,
  search,
  shareLink,
  openFile,
  openHelp,
  openExport,
  closeMessage,
];

/** @returns the actions whose buttons stand in a group of the header. */
export function actionsIn(place: NonNullable<Action['place']>): readonly Action[] {
  return actions.filter(action => action.place === place);
}
