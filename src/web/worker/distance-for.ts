// Finds the distance that a slider is put to, for a probability that somebody typed.
import type { LayerRange } from '../../core/directions/layers.ts';
import { locksInTheWay } from '../../core/editing/conditioning.ts';
import type { FaceEditor } from '../../core/editor/face-editor.ts';
import { probabilityOf } from '../../core/editor/probability.ts';
import { isMissed, type WantedProbability } from '../../core/editor/wanted-probability.ts';
import { UserError } from '../../core/errors.ts';
import type { Edit, ProbabilityRequest } from '../shared/protocol.ts';

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
  if (missed !== undefined) throw await outOfReach(editor, missed, edit);
  const { hold } = editor.recipe(resolved);
  const { length } = editor.edit({ ...resolved, moves: [] }).latent;
  // A held edit to a distance goes as far as a straight line there would, within the rows that the latent has: where that
  // is one for all layers, so are the directions.
  const isInAll = hold === 'field' && length === editor.bundle.latentSize;
  const all: LayerRange = [0, editor.layers - 1];
  const layers = isInAll && { layers: Object.fromEntries(moves.map(move => [move.attribute, all])) };
  return editor.edit({ ...resolved, hold: 'linear', ...layers }).distances[attribute]!;
}

/** @returns the nearest percentage that can be typed; what is nearer 0 or 100 counts as reached there. */
function typedFor(probability: number): number {
  return Math.min(99, Math.max(1, Number((100 * probability).toFixed(1))));
}

/** @returns an error that says what to type instead, if anything, and which locks are in the way. */
async function outOfReach(
  editor: FaceEditor,
  { attribute, wanted, reached }: WantedProbability,
  edit: Edit,
): Promise<UserError> {
  const { index, details } = editor.attribute(attribute);
  const logits = await editor.score(await editor.render([editor.edit(edit).latent]));
  const percent = Number((100 * wanted).toFixed(1));
  const [now, closest] = [typedFor(probabilityOf(details, logits[index]!)), typedFor(reached)];
  const isThere = Math.abs(now - percent) <= Math.abs(closest - percent);
  const instead = isThere
    ? 'it comes no closer than it is. Take another face'
    : `the closest is ${closest} %. Type that`;
  const { movable } = editor.bundle;
  const locked = movable.filter(direction => edit.locks.includes(direction.attribute));
  const inTheWay = locksInTheWay(movable.find(direction => direction.attribute === attribute)!, locked);
  const unlock = inTheWay === '' ? '' : `, or unlock the first of ${inTheWay}`;
  return new UserError(`${attribute} cannot be ${percent} % on this face; ${instead}${unlock}`);
}
