// How far a photo's face may be moved. Safe ranges are measured on generated faces; a photo's latent was sought for its
// pixels and lies elsewhere, often nearer to an end than generated faces that look the same, with too little room.
import type { Direction, DirectionFacts } from '../directions/direction.ts';
import { distanceTo } from '../editing/distances.ts';

type Boundary = NonNullable<DirectionFacts['boundary']>;
type Curve = NonNullable<Boundary['calibration']>;
type Range = readonly [low: number, high: number];

/** All directions of a bundle, and those with a boundary. */
interface Directions {
  readonly directions: readonly DirectionFacts[];
  readonly movable: readonly Direction[];
}

/**
 * @param latent of the face. @param logits the classifier's of its photo, in the order of the directions.
 * @returns the directions with the photo's own safe ranges, see `rangeOnPhoto`.
 */
export function directionsOnPhoto(
  { directions, movable }: Directions,
  latent: Float32Array,
  logits: ArrayLike<number>,
): readonly DirectionFacts[] {
  const boundaries = new Map(movable.map(direction => [direction.attribute, direction]));
  return directions.map((facts, column) => {
    const { boundary, attribute } = facts;
    if (!boundary?.safeRange || !boundary.calibration?.length || !Number.isFinite(logits[column])) return facts;
    const here = distanceTo(boundaries.get(attribute)!, latent);
    const [low, high] = rangeOnPhoto(boundary.safeRange, boundary.calibration, here, logits[column]!);
    return { ...facts, boundary: { ...boundary, safeRange: [low, high] } };
  });
}

/**
 * @param safe the safe range of generated faces.
 * @param curve [distance, median logit], both rising; see `boundarySchema`.
 * @param here signed distance of the photo's latent. @param logit the classifier's of the photo.
 * @returns the range in which the photo has as much room to each side as a generated face at its distance, or as one
 *   that the classifier is as sure of, whichever is more; within the curve, beyond which nothing was measured.
 */
export function rangeOnPhoto(safe: Range, curve: Curve, here: number, logit: number): Range {
  const [low, high] = safe;
  const alike = distanceAtLogit(curve, logit, here);
  const seen = Math.min(Math.max(alike, Math.min(here, low)), Math.max(here, high));
  const shift = here - seen;
  const [first, last] = [curve[0]![0], curve.at(-1)![0]];
  return [Math.min(low, Math.max(low + shift, first)), Math.max(high, Math.min(high + shift, last))];
}

/**
 * @param here where several distances have this logit, the nearest to this one is meant.
 * @returns the distance at which the curve has this logit, or the end next to it.
 */
export function distanceAtLogit(curve: Curve, logit: number, here: number): number {
  const [first, last] = [curve[0]!, curve.at(-1)!];
  if (logit < first[1]) return first[0];
  if (logit > last[1]) return last[0];
  const from = curve.findIndex(([, value]) => value >= logit);
  const to = curve.findLastIndex(([, value]) => value <= logit);
  const nearest = Math.max(here, crossing(curve, from - 1, from, logit));
  return Math.min(nearest, crossing(curve, to, to + 1, logit));
}

/** The distance between two points of the curve at which it has this logit; that of the one there is at an end. */
function crossing(curve: Curve, before: number, after: number, logit: number): number {
  const [from, to] = [curve[before] ?? curve[after]!, curve[after] ?? curve[before]!];
  return from[1] === to[1] ? from[0] : from[0] + ((to[0] - from[0]) * (logit - from[1])) / (to[1] - from[1]);
}
