// Figures of a face: how probable each attribute is, and how far the face lies from each boundary.
import { saidOf } from '../../../core/attributes.ts';
import { isScored } from '../../../core/directions/scored.ts';
import { probabilityOf } from '../../../core/editor/probability.ts';
import type { Edit, Model } from '../../shared/protocol.ts';

export interface Figures {
  /** The classifier's calibrated probability of each attribute, [attributes]. */
  readonly probabilities: readonly number[];
  /** Signed distance to each boundary there is, in σ. */
  readonly distances: Readonly<Record<string, number>>;
}

/** @param logits [attributes]. @returns calibrated probabilities, [attributes]. */
export function probabilitiesOf(model: Model, logits: Float32Array): readonly number[] {
  return model.directions.filter(isScored).map((attribute, i) => probabilityOf(attribute, logits[i]!));
}

/**
 * @returns the signed distance at which an attribute's slider stands: where its move asks for one, that; else the face's
 *   own. Along a curve the two differ, and the slider stays where the hand has put it.
 */
export function standsAt({ moves }: Edit, attribute: string, figures: Figures | undefined): number | undefined {
  const move = moves.find(each => each.attribute === attribute);
  return move?.kind === 'absolute' ? move.distance : saidOf(figures?.distances, attribute);
}
