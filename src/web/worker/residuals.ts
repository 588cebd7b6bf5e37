// How much of each direction the locks of an edit leave: what a slider can still do where the face is now.
import type { Hold } from '../../core/directions/hold.ts';
import type { FaceEditor } from '../../core/editor/face-editor.ts';
import { UserError } from '../../core/errors.ts';
import type { ResidualsRequest } from '../shared/protocol.ts';

/** @returns by attribute the share of its direction that is left where the edit ends. @throws UserError as `edit`. */
export function residualsOf(editor: FaceEditor, { edit, holds }: ResidualsRequest): Record<string, number> {
  const { locks, layers, geometry } = edit;
  const { latent } = editor.edit(edit);
  const residual = (attribute: string, hold: Hold | undefined) => {
    const moves = [{ attribute, kind: 'relative', strength: 0 } as const];
    try {
      return editor.edit({ latent, moves, locks, layers, geometry, hold }).steps[0]!.residual;
    } catch (error) {
      if (error instanceof UserError) return 0; // the locks leave nothing of it
      throw error;
    }
  };
  return Object.fromEntries(Object.entries(holds).map(([attribute, hold]) => [attribute, residual(attribute, hold)]));
}
