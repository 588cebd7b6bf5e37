// Finds the distance that a slider is put to, for a probability that somebody typed.
import type { LayerRange } from '../../core/directions/layers.ts';
import type { FaceEditor } from '../../core/editor/face-editor.ts';
import type { ProbabilityRequest } from '../shared/protocol.ts';

/**
 * @returns the distance that, wished for beside the edit's other moves, gives the attribute this probability.
 * @throws UserError as `FaceEditor.resolve`.
 */
export async function distanceFor(
  editor: FaceEditor,
  { edit, attribute, probability }: ProbabilityRequest,
): Promise<number> {
  const others = edit.moves.filter(move => move.attribute !== attribute);
  const moves = [...others, { attribute, kind: 'probability', probability } as const];
  const resolved = await editor.resolve({ ...edit, moves });
  const { hold } = editor.recipe(resolved);
  const { length } = editor.edit({ ...resolved, moves: [] }).latent;
  // A held edit to a distance goes as far as a straight line there would, within the rows that the latent has: where that
  // is one for all layers, so are the directions.
  const isInAll = hold === 'field' && length === editor.bundle.latentSize;
  const all: LayerRange = [0, editor.layers - 1];
  const layers = isInAll && { layers: Object.fromEntries(moves.map(move => [move.attribute, all])) };
  return editor.edit({ ...resolved, hold: 'linear', ...layers }).distances[attribute]!;
}
