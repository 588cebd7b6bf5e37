// The request of an edit, what comes back, and the one wish for each attribute that several moves of it add up to.
import { didYouMeanAttribute } from '../attributes.ts';
import type { Direction } from '../directions/direction.ts';
import { UserError } from '../errors.ts';
import type { Geometry } from '../models/latents.ts';
import { sortedByName } from './conditioning.ts';
import type { Scores } from './curve.ts';
import { formatMove, type LatentMove } from './moves.ts';

export interface Edit {
  /**
   * [d], or a row for each layer, [rows · d]; it is not changed. On the sphere it has one row, raw or normalised.
   */
  readonly latent: Float32Array | Float64Array;
  /** One for each attribute that can be moved, locked or measured. */
  readonly directions: readonly Direction[];
  readonly moves: readonly LatentMove[];
  /** Attributes whose distance stays, unless they are moved themselves. */
  readonly locks: readonly string[];
  /** Default `sphere`. */
  readonly geometry?: Geometry;
  /** Scores that moves follow and locks hold, along a curve; left out: distances from boundaries, in a straight line. */
  readonly scores?: Scores | undefined;
  /** Rows that a latent of this generator can have, one a layer from coarse to fine. Default 1. */
  readonly rows?: number;
}

/** All moves of one attribute together, as they were made. */
export interface Step {
  readonly attribute: string;
  /** Unit vector [d] that was followed: the attribute's normal without its part in the locks. */
  readonly conditionedNormal: Float64Array;
  readonly residual: number;
  /** How far it was followed, in σ of the latent. */
  readonly strength: number;
}

export interface Edited {
  /**
   * [d], in float64 so that edits can follow one another without loss. Rounded to float32 for the generator, its
   * distances still hold to 1e-6. [rows · d] where some layers only were edited, or the given latent had a row a layer.
   */
  readonly latent: Float64Array;
  /** One for each moved attribute, sorted by name. */
  readonly steps: readonly Step[];
  /** Signed distance of the edited latent from each of `directions`. */
  readonly distances: Readonly<Record<string, number>>;
}

/** All moves of one attribute put together: a strength to go, or a distance to reach. */
export type Wish = { readonly attribute: string; readonly boundary: Direction } & (
  | { readonly kind: 'relative'; readonly strength: number }
  | { readonly kind: 'absolute'; readonly distance: number }
);

/** One wish for each moved attribute, sorted by name. */
export function collectWishes(moves: readonly LatentMove[], find: (attribute: string) => Direction): Wish[] {
  const wishes = new Map<string, Wish>();
  // Sorted by amount too, because a floating-point sum depends on its order.
  const ordered = sortedByName([...moves].sort((a, b) => amount(a) - amount(b)));
  for (const move of ordered) {
    if (!Number.isFinite(amount(move))) {
      throw new UserError(`a move must be by a finite number; got ${formatMove(move)}`);
    }
    const { attribute } = move;
    const earlier = wishes.get(attribute);
    if (earlier === undefined) wishes.set(attribute, { ...move, boundary: find(attribute) });
    else if (earlier.kind === 'relative' && move.kind === 'relative') {
      wishes.set(attribute, { ...earlier, strength: earlier.strength + move.strength });
    } else if (earlier.kind !== move.kind || amount(earlier) !== amount(move)) {
      throw new UserError(
        `${attribute} must have one target distance, or steps only; got ` +
          `${formatMove(earlier)} and ${formatMove(move)}. Drop one of them`,
      );
    }
  }
  return [...wishes.values()];
}

export function findDirection(attribute: string, directions: readonly Direction[], size: number): Direction {
  const names = directions.map(direction => direction.attribute);
  const direction = directions[names.indexOf(attribute)];
  if (direction === undefined) {
    throw new UserError(`no boundary for "${attribute}".${didYouMeanAttribute(attribute, names)}`);
  }
  if (direction.normal.length !== size) {
    throw new UserError(
      `the boundary of ${attribute} must have the latent's ${size} numbers; got ${direction.normal.length}. ` +
        'Take boundaries and latent from one generator',
    );
  }
  return direction;
}

function amount(move: LatentMove): number {
  return move.kind === 'relative' ? move.strength : move.distance;
}
