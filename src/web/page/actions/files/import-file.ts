// Opens a recipe from a picture or a JSON file that was dropped or chosen.
import { UserError } from '../../../../core/errors.ts';
import type { Studio } from '../../state/studio-state.ts';
import { applyEdit } from '../edit/apply-edit.ts';
import { tell, tellProblem } from '../messages.ts';

export async function importFile(studio: Studio, file: File): Promise<void> {
  const { state, faceWorker } = studio;
  try {
    const { edit, faces } = await faceWorker.readDocument(file);
    applyEdit(studio, edit, `${file.name} opened`);
    tell(state, `${file.name} opened${faces > 1 ? `, the first of its ${faces} faces` : ''}`);
  } catch (error) {
    tellProblem(state, error instanceof UserError ? error.message : `${file.name} cannot be read: ${String(error)}`);
  }
}
