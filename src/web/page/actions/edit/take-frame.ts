// Takes a frame of the strip as the face.
import { labelOf } from '../../../shared/attribute-names.ts';
import type { Studio, Thumbnail } from '../../state/studio-state.ts';
import { tellRefusedEdit } from '../messages.ts';
import { applyEdit, committed } from './apply-edit.ts';

export function takeFrame(studio: Studio, { edit, frame }: Thumbnail): void {
  if ('problem' in frame) tellRefusedEdit(studio.state, frame.problem);
  // The strip may be of before another way to hold was chosen.
  else applyEdit(studio, committed(studio, edit), `${labelOf(studio.state.active.value)} from the strip`);
}
