// Wanted probabilities: how near an edit came to one, and the messages for one that cannot be had.
import { formatMove, type Move, type ProbabilityMove } from '../editing/moves.ts';
import { type Start, startOf } from '../editing/start.ts';
import { UserError } from '../errors.ts';

/** A wanted probability beside the one that was reached. */
export interface WantedProbability {
  readonly attribute: string;
  /** Probabilities in (0, 1). */
  readonly wanted: number;
  readonly reached: number;
  /** Strength of the relative move that took its place. */
  readonly strength: number;
  /** Signed distances of the attribute's boundary between which it was looked for. */
  readonly distances: readonly [number, number];
}

/** Signed distances between which a probability is looked for where the bundle has no safe range. */
export const defaultRange = [-4, 4] as const;

/** A probability further than this from the wanted one was out of reach. */
const nearEnough = 0.01;

/** @throws UserError where an attribute has a wanted probability and another move. */
export function refuseSecondWishes(moves: readonly Move[], wishes: readonly ProbabilityMove[]): void {
  for (const wish of wishes) {
    const other = moves.find(move => move.attribute === wish.attribute && move !== wish);
    if (other === undefined) continue;
    throw new UserError(
      `${wish.attribute} must have one wanted probability and no other move; got ${formatMove(wish)} and ` +
        `${formatMove(other)}. Drop one of them`,
    );
  }
}

/** @returns whether the wanted probability was out of reach. */
export function isMissed({ wanted, reached }: WantedProbability): boolean {
  return Math.abs(wanted - reached) > nearEnough;
}

/** `Smiling=p99.9 of seed 7 (97.3 % is the closest between the distances −4 and 4)`. */
export function describeMissed({ attribute, wanted, reached, distances }: WantedProbability, face: string): string {
  const wish = formatMove({ attribute, kind: 'probability', probability: wanted });
  const closest = (100 * reached).toFixed(1);
  const [low, high] = distances.map(distance => distance.toFixed(1));
  return `${wish} of ${face} (${closest} % is the closest between the distances ${low} and ${high})`;
}

export function outOfReach(missed: WantedProbability, request: Start): UserError {
  const start = startOf(request);
  const face = 'seed' in start ? `seed ${start.seed}` : 'portrait' in start ? 'this portrait' : 'this latent';
  return new UserError(
    `a probability must be within reach of the face; got ${describeMissed(missed, face)}. Ask for a nearer one, unlock ` +
      'attributes, or take the nearest',
  );
}
