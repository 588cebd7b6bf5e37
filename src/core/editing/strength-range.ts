// Finds how far an attribute can be moved on top of an edit: between two distances of its boundary, within the sphere.
import { addScaled, dot, removeSpan } from '../math/linear-algebra.ts';
import { spanOf } from './conditioning.ts';
import { type Edit, editLatent, seenLatent } from './edit.ts';

/** The usable share of the way to the sphere's edge: at the edge only the held distances are left of the face. */
const usable = 0.99;

/**
 * @param distances the lowest and the highest signed distance wanted. A face beyond them may stay where it is.
 * @returns the lowest strength, at most 0, and the highest, at least 0, of a further relative move of `attribute`.
 * @throws UserError as `editLatent`.
 */
export function strengthRange(
  attribute: string,
  [low, high]: readonly [number, number],
  edit: Edit,
): readonly [number, number] {
  const { latent, boundaries, moves, locks, geometry = 'sphere' } = edit;
  const start = seenLatent(latent, geometry);
  editLatent(edit); // throws where the edit itself is refused
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
  const free = removeSpan(start, spanOf(boundaries.filter(boundary => held.has(boundary.attribute))));
  const direction = Float64Array.from(there.latent);
  addScaled(direction, here.latent, -1);
  const from = Float64Array.from(here.latent);
  addScaled(from, free, -1);
  // ‖from + strength · direction‖² = d at the edge.
  const [a, b, c] = [dot(direction, direction), dot(from, direction), dot(from, from) - start.length];
  const root = Math.sqrt(Math.max(0, b * b - a * c));
  return [Math.max(least, (usable * (-b - root)) / a), Math.min(most, (usable * (-b + root)) / a)];
}
