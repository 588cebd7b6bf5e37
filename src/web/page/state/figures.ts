// Figures of a face: how probable each attribute is, and how far the face lies from each boundary.
import { isScored } from '../../../core/directions/direction.ts';
import { probabilityOf } from '../../../core/editor/probability.ts';
import type { Model } from '../../shared/protocol.ts';

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
