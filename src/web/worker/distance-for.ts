// Finds the distance that a slider is put to, for a probability that somebody typed.
import type { LayerRange } from '../../core/directions/layers.ts';
import { locksInTheWay } from '../../core/editing/conditioning.ts';
import type { FaceEditor } from '../../core/editor/face-editor.ts';
import { isMissed, type WantedProbability } from '../../core/editor/wanted-probability.ts';
import { UserError } from '../../core/errors.ts';
import type { ProbabilityRequest } from '../shared/protocol.ts';

/**
 * @returns the distance that, wished for beside the edit's other moves, gives the attribute this probability.
 * @throws UserError as `FaceEditor.resolve`; one that is out of reach is told in the page's words.
 */
export async function distanceFor(
  editor: FaceEditor,
  { edit, attribute, probability }: ProbabilityRequest,
): Promise<number> {
  const others = edit.moves.filter(move => move.attribute !== attribute);
  const moves = [...others, { attribute, kind: 'probability', probability } as const];
  const resolved = await editor.resolve({ ...edit, moves }, { nearest: true });
  const missed = resolved.wanted.find(isMissed);
  if (missed !== undefined) throw outOfReach(editor, missed, edit.locks);
  const { hold } = editor.recipe(resolved);
  const { length } = editor.edit({ ...resolved, moves: [] }).latent;
  // A held edit to a distance goes as far as a straight line there would, within the rows that the latent has: where that
  // is one for all layers, so are the directions.
  const isInAll = hold === 'field' && length === editor.bundle.latentSize;
  const all: LayerRange = [0, editor.layers - 1];
  const layers = isInAll && { layers: Object.fromEntries(moves.map(move => [move.attribute, all])) };
  return editor.edit({ ...resolved, hold: 'linear', ...layers }).distances[attribute]!;
}

/** @returns an error that says what to type instead, and which locks are in the way. */
function outOfReach(
  { bundle }: FaceEditor,
  { attribute, wanted, reached }: WantedProbability,
  locks: readonly string[],
): UserError {
  // No other can be typed; what is nearer 0 or 100 counts as reached there.
  const closest = Math.min(99, Math.max(1, Number((100 * reached).toFixed(1))));
  const locked = bundle.movable.filter(direction => locks.includes(direction.attribute));
  const inTheWay = locksInTheWay(bundle.movable.find(direction => direction.attribute === attribute)!, locked);
  const unlock = inTheWay === '' ? '' : `, or unlock the first of ${inTheWay}`;
  const percent = Number((100 * wanted).toFixed(1));
  return new UserError(
    `${attribute} cannot be ${percent} % on this face; the closest is ${closest} %. Type that${unlock}`,
  );
}
