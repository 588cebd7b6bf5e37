// The ways in which an edit holds locked attributes.
import type { Direction } from '../directions/direction.ts';
import { UserError } from '../errors.ts';
import { dot } from '../math/linear-algebra.ts';
import type { Field } from '../models/field.ts';
import type { Scores } from './curve.ts';

/**
 * `linear`: in a straight line along conditioned normals; locked distances hold exactly (Shen et al. 2020).
 * `field`: along a curve on which the field's scores of the locks stay, which holds more of what the picture shows.
 */
export const holdNames = ['linear', 'field'] as const;
export type Hold = (typeof holdNames)[number];

/** @returns the scores that an edit by `field` follows and holds: the field's, or the distance where it has none. */
export function fieldScores(field: Field, directions: readonly Direction[]): Scores {
  const boundaryOf = (name: string) => {
    const boundary = directions.find(({ attribute }) => attribute === name);
    if (boundary !== undefined) return boundary;
    throw new UserError(`an attribute must have a boundary to be moved or locked; ${name} has none`);
  };
  const slopes: Scores['slopes'] = (latent, names) => {
    const known = names.filter(name => field.has(name));
    const found = field.slopes(latent, known);
    const at = (name: string) => known.indexOf(name);
    return {
      values: Float64Array.from(names, name => (field.has(name) ? found.values[at(name)]! : distance(name, latent))),
      slopes: names.map(name => (field.has(name) ? found.slopes[at(name)]! : boundaryOf(name).normal)),
    };
  };
  const distance = (name: string, latent: Float64Array) => {
    const { normal, intercept } = boundaryOf(name);
    return dot(normal, latent) + intercept;
  };
  const values: Scores['values'] = (latent, names) => {
    const known = names.filter(name => field.has(name));
    const found = field.values(latent, known);
    return Float64Array.from(names, name => (field.has(name) ? found[known.indexOf(name)]! : distance(name, latent)));
  };
  return { values, slopes };
}
