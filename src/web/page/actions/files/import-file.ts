// Opens a file that was dropped, pasted or chosen: a recipe, a picture that carries one, or a photo.
import { UserError } from '../../../../core/errors.ts';
import type { Studio } from '../../state/studio-state.ts';
import { applyEdit } from '../edit/apply-edit.ts';
import { tell, tellRefusal } from '../messages.ts';
import { bringBack, photoNotHere } from '../photo/open-portraits.ts';
import { giveUp, readPhoto } from '../photo/photo-steps.ts';
import { closeDialog } from '../view/choose.ts';

export async function importFile(studio: Studio, file: File): Promise<void> {
  const { state, faceWorker } = studio;
  const { noPhotos } = state.model.value!;
  const isPicture = file.type.startsWith('image/');
  giveUp(studio); // a search for another photo's face would keep this file waiting
  try {
    // Formats that carry no recipes here can only be photos.
    const carries = !isPicture || /^image\/(png|jpeg|webp|avif|tiff)$/.test(file.type);
    const document = carries ? await faceWorker.readDocument(file) : undefined;
    if (document !== undefined && (await bringBack(studio, document.edit))) {
      const { edit, faces } = document;
      closeDialog(studio, 'photo');
      applyEdit(studio, edit, `${file.name} opened`);
      tell(state, `${file.name} opened${faces > 1 ? `, the first of its ${faces} faces` : ''}`);
    } else if (document !== undefined && !isPicture) {
      tellRefusal(state, photoNotHere);
    } else if (noPhotos === undefined) {
      await readPhoto(studio, file);
    } else {
      tellRefusal(state, `${file.name} carries no recipe, and ${noPhotos}`);
    }
  } catch (error) {
    tellRefusal(state, error instanceof UserError ? error.message : `${file.name} cannot be read: ${String(error)}`);
  }
}
