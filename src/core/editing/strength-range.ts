// Finds how far an attribute can be moved on top of an edit: between two distances of its boundary, within the sphere.
import { UserError } from '../errors.ts';
import { addScaled, dot, removeSpan } from '../math/linear-algebra.ts';
import { spanOf } from './conditioning.ts';
import { pointsOnCurve } from './curve-edit.ts';
import { distanceTo, seenLatent } from './distances.ts';
import { editLatent } from './edit.ts';
import type { Edit } from './request.ts';

/** The usable share of the way to the sphere's edge: at the edge only the held distances are left of the face. */
const usable = 0.99;
/** Where the walk along a curve ends, in σ. */
const farthest = 6;

/**
 * @param distances the lowest and the highest signed distance wanted. A face beyond them may stay where it is.
 * @returns the lowest strength, at most 0, and the highest, at least 0, of a further relative move of `attribute`.
 * @throws UserError as `editLatent`.
 */
export function strengthRange(
  attribute: string,
  distances: readonly [number, number],
  edit: Edit,
): readonly [number, number] {
  editLatent(edit); // throws where the edit itself is refused
  return edit.scores === undefined
    ? straightRange(attribute, distances, edit)
    : curvedRange(attribute, distances, edit);
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
 * Walks the curve of this attribute from where the other moves end, to both sides, until the distances are passed, the
 * locks leave no way, or `farthest` is reached. Made together, moves end a little elsewhere than one after the other.
 */
function curvedRange(attribute: string, [low, high]: readonly [number, number], edit: Edit): readonly [number, number] {
  const walk = (side: -1 | 1, beyond: (distance: number) => number) => {
    let before: readonly [strength: number, beyond: number] | undefined;
    for (const [strength, distance] of distancesAlong(attribute, side, edit)) {
      const now = beyond(distance);
      if (now >= 0 && before === undefined) return 0;
      if (now >= 0) return strength - ((strength - before![0]) * now) / (now - before![1]);
      before = [strength, now];
    }
    return before?.[0] ?? 0;
  };
  return [walk(-1, distance => low - distance), walk(1, distance => distance - high)];
}

/** @returns distances of the attribute at strengths ever farther to one side, as far as the locks leave a way. */
function* distancesAlong(attribute: string, side: -1 | 1, edit: Edit): Generator<readonly [number, number]> {
  const boundary = edit.directions.find(direction => direction.attribute === attribute)!;
  try {
    for (const { strength, latent } of pointsOnCurve(edit, edit.scores!, attribute, side * farthest)) {
      yield [strength, distanceTo(boundary, latent)];
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
}
