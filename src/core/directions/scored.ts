// Directions of attributes that the classifier knows. Apart from the schemas of files, which a page need not load.
import type { DirectionFacts } from './direction.ts';

/** A direction of an attribute that the classifier knows. */
export interface ScoredDirection extends DirectionFacts {
  readonly threshold: number;
}

export function isScored(direction: DirectionFacts): direction is ScoredDirection {
  return direction.threshold !== undefined;
}
