// Finds how far an attribute can be moved on top of an edit: between two distances of its boundary, within the sphere.
import { checkKind, shownArgument, UserError } from '../errors.ts';
import { addScaled, dot, removeSpan } from '../math/linear-algebra.ts';
import { spanOf } from './conditioning.ts';
import { type MovedFurther, pointsOnCurve } from './curve-edit.ts';
import { distanceTo, seenLatent } from './distances.ts';
import { editLatent } from './edit.ts';
import type { Edit } from './request.ts';

/** The usable share of the way to the sphere's edge: at the edge only the held distances are left of the face. */
const usable = 0.99;
/** Where the walk along a curve ends, in σ. */
const farthest = 6;

/**
 * @param before the distance where the move begins.
 * @returns the lowest and the highest strength at which faces are still whole: `farthest`, or as far as a move without
 *   locks goes to the distances. Locks that leave a tenth of a direction make that way ten times as long, and faces come
 *   apart on it.
 */
export function wholeRange([low, high]: readonly [number, number], before: number): readonly [number, number] {
  return [-Math.max(farthest, before - low), Math.max(farthest, high - before)];
}

/**
 * @param distances the lowest and the highest signed distance wanted. A face beyond them may stay where it is.
 * @returns the lowest strength, at most 0, and the highest, at least 0, of a further relative move of `attribute`; in a
 *   straight line within `wholeRange`.
 * @throws UserError as `editLatent`, also where the sphere has no room to hold the attribute besides.
 */
export function strengthRange(
  attribute: string,
  distances: readonly [number, number],
  edit: Edit,
): readonly [number, number] {
  if (edit.scores === undefined) {
    const unmoved = { attribute, kind: 'relative', strength: 0 } as const;
    const before = editLatent({ ...edit, moves: [...edit.moves, unmoved] }); // throws where this is refused
    const [lowest, highest] = wholeRange(distances, before.distances[attribute]!);
    const [least, most] = straightRange(attribute, distances, edit);
    return [Math.max(least, lowest), Math.min(most, highest)];
  }
  const { latent } = editLatent(edit); // throws where the edit itself is refused
  const [below, above] = curvedWalks(attribute, distances, edit, latent);
  return [below.at(-1)?.strength ?? 0, above.at(-1)?.strength ?? 0];
}

function straightRange(
  attribute: string,
  [low, high]: readonly [number, number],
  edit: Edit,
): readonly [number, number] {
  const { latent, directions, moves, locks, geometry = 'sphere' } = edit;
  const start = seenLatent(latent, geometry);
  // Plain addition makes all linear in the strength, and the sphere keeps these distances.
  const at = (strength: number) =>
    editLatent({
      ...edit,
      latent: start,
      geometry: 'linear',
      moves: [...moves, { attribute, kind: 'relative', strength }],
    });
  const [here, there] = [at(0), at(1)];
  const before = here.distances[attribute]!;
  const gain = there.distances[attribute]! - before;
  const [least, most] = [Math.min(0, (low - before) / gain), Math.max(0, (high - before) / gain)];
  if (geometry === 'linear') return [least, most];
  const held = new Set([...locks, ...moves.map(move => move.attribute), attribute]);
  const free = removeSpan(start, spanOf(directions.filter(boundary => held.has(boundary.attribute))));
  const direction = Float64Array.from(there.latent);
  addScaled(direction, here.latent, -1);
  const from = Float64Array.from(here.latent);
  addScaled(from, free, -1);
  // ‖from + strength · direction‖² = d at the edge.
  const [a, b, c] = [dot(direction, direction), dot(from, direction), dot(from, from) - start.length];
  const root = Math.sqrt(Math.max(0, b * b - a * c));
  return [Math.max(least, (usable * (-b - root)) / a), Math.min(most, (usable * (-b + root)) / a)];
}

/**
 * Edits at strengths spread over `strengthRange`, to ask of each what became of the face. In a straight line they lie at
 * equal distances; on a curve they are points of the one walk that finds the range, so that asking costs no further one:
 * their locks may have drifted by what `followCurve` corrects at its end.
 * @param distances as of `strengthRange`: Infinity for the lowest, or −Infinity for the highest, leaves that side out.
 * @param count of them to each side at most. @returns them in rising order of strength, without strength 0.
 * @throws UserError as `editLatent`, for distances that are not two numbers, and for a count that is none from 1.
 */
export function spreadOverRange(
  attribute: string,
  distances: readonly [number, number],
  edit: Edit,
  count: number,
): MovedFurther[] {
  checkKind('distances', distances, 'a list');
  if (distances.length !== 2 || !distances.every(isDistance)) {
    throw new UserError(`distances must be two numbers; got ${distances.map(shownArgument).join(', ') || 'none'}`);
  }
  if (!Number.isInteger(count) || count < 1) {
    throw new UserError(`count must be a whole number from 1; got ${shownArgument(count)}`);
  }
  const shares = Array.from({ length: count }, (_, i) => (i + 1) / count);
  if (edit.scores === undefined) {
    const further = (strength: number) => {
      const moves = [...edit.moves, { attribute, kind: 'relative', strength } as const];
      return { strength, latent: editLatent({ ...edit, moves }).latent };
    };
    const [least, most] = strengthRange(attribute, distances, edit);
    const below = least < 0 ? shares.map(share => share * least).reverse() : [];
    const above = most > 0 ? shares.map(share => share * most) : [];
    return [...below, ...above].map(further);
  }
  const { latent } = editLatent(edit); // throws where the edit itself is refused
  const [below, above] = curvedWalks(attribute, distances, edit, latent).map(walk => {
    const places = new Set(shares.map(share => Math.round(share * (walk.length - 1))));
    return [...places].filter(at => at > 0).map(at => walk[at]!);
  });
  return [...below!.reverse(), ...above!];
}

/** Whether it is a number, infinite ones included. */
function isDistance(value: unknown): boolean {
  return typeof value === 'number' && !Number.isNaN(value);
}

/** Points within a distance: strength 0, then one a step, at last the one that meets the distance. */
type Walk = readonly MovedFurther[];

/**
 * Walks the curve of this attribute from `start`, where the other moves end, to both sides, until the distances are passed, the
 * locks leave no way, or `farthest` is reached. Made together, moves end a little elsewhere than one after the other.
 */
function curvedWalks(
  attribute: string,
  [low, high]: readonly [number, number],
  edit: Edit,
  start: Float64Array,
): readonly [Walk, Walk] {
  const boundary = edit.directions.find(direction => direction.attribute === attribute)!;
  const walk = (side: -1 | 1, beyond: (distance: number) => number): Walk => {
    const within: MovedFurther[] = [];
    let last = 0;
    for (const point of pointsAlong(attribute, side, edit, start)) {
      const now = beyond(distanceTo(boundary, point.latent));
      const before = within.at(-1);
      if (now >= 0 && before === undefined) return [point];
      if (now >= 0) {
        const share = -last / (now - last);
        const strength = before!.strength + share * (point.strength - before!.strength);
        const latent = before!.latent.map((from, at) => from + share * (point.latent[at]! - from));
        return [...within, { strength, latent }];
      }
      within.push(point);
      last = now;
    }
    return within;
  };
  return [walk(-1, distance => low - distance), walk(1, distance => distance - high)];
}

/** @returns points of the curve at strengths ever farther to one side, as far as the locks leave a way. */
function* pointsAlong(attribute: string, side: -1 | 1, edit: Edit, start: Float64Array): Generator<MovedFurther> {
  try {
    yield* pointsOnCurve(edit, edit.scores!, start, { attribute, strength: side * farthest });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
}
