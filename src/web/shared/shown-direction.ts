// A direction as the page knows it, and where the classifier's word on it stands.
import type { DirectionFacts } from '../../core/directions/direction.ts';
import { isScored } from '../../core/directions/scored.ts';
import type { Model } from './protocol.ts';

export interface ShownDirection extends DirectionFacts {
  /** Column among what the classifier says; undefined for what it does not know. */
  readonly column: number | undefined;
}

export function directionOf({ directions }: Pick<Model, 'directions'>, name: string): ShownDirection {
  const at = directions.findIndex(({ attribute }) => attribute === name);
  const direction = directions[at]!;
  return { ...direction, column: isScored(direction) ? at : undefined };
}
