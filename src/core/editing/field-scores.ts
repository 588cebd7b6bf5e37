// The scores that an edit by the field follows and holds.
import type { Direction } from '../directions/direction.ts';
import { UserError } from '../errors.ts';
import type { Field } from '../models/field.ts';
import type { Scores } from './curve.ts';
import { distanceTo } from './distances.ts';

/**
 * @param steadiness weight of the changes of what is neither moved nor locked, see `Steady`.
 * @returns the scores that an edit by `field` follows and holds: the field's, or the distance where it has none.
 */
export function fieldScores(field: Field, directions: readonly Direction[], steadiness = 0): Scores {
  const isKnown = (name: string) => field.has(name);
  const directionOf = (name: string) => {
    const direction = directions.find(({ attribute }) => attribute === name);
    if (direction !== undefined) return direction;
    throw new UserError(`an attribute must have a boundary to be moved or locked; ${name} has none`);
  };
  /** One entry a name: what the field found, in the order in which it was asked, or what the direction says. */
  const merged = <T>(names: readonly string[], found: ArrayLike<T>, others: (direction: Direction) => T): T[] => {
    let next = 0;
    return names.map(name => (isKnown(name) ? found[next++]! : others(directionOf(name))));
  };
  return {
    steady: { names: field.architecture.outputs, weight: steadiness },
    values(latent, names) {
      const found = field.values(latent, names.filter(isKnown));
      return Float64Array.from(merged(names, found, direction => distanceTo(direction, latent)));
    },
    slopes(latent, names) {
      const { values, slopes } = field.slopes(latent, names.filter(isKnown));
      return {
        values: Float64Array.from(merged(names, values, direction => distanceTo(direction, latent))),
        slopes: merged(names, slopes, ({ normal }) => normal),
      };
    },
  };
}
