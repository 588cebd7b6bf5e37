// Edits a latent along a curve on which the scores of locked attributes stay, where a straight line would let them drift.
import { UserError } from '../errors.ts';
import { sortedByName } from './conditioning.ts';
import { type Course, type Curve, curvePoints, followCurve, freeSlopes, type Scores, steadyTurn } from './curve.ts';
import { distanceTo, meanRow, rowsIn, seenLatent } from './distances.ts';
import { collectWishes, type Edit, type Edited, findDirection } from './request.ts';
import { planSteps } from './straight-edit.ts';

/** Longest way along a curve, in σ: latents end before. */
const longestWay = 12;

/**
 * Follows each moved attribute's score and holds those of the locks (see `followCurve`). A move to a distance goes as far
 * along the curve as a straight line with the same locks would go to come there, so that every distance can be asked for;
 * the distances that are met are told. A latent with a row a layer is moved as one: the curve starts at the mean of its
 * rows, and every row goes the same way.
 * @throws UserError for an unknown attribute, moves that contradict each other, locks that leave an attribute no way, and
 *   a way that is too long.
 */
export function editOnCurve(edit: Edit, scores: Scores): Edited {
  const { latent, directions, moves, locks, geometry = 'sphere', rows = 1 } = edit;
  const size = latent.length / rowsIn(latent, directions, rows);
  const wishes = collectWishes(moves, attribute => findDirection(attribute, directions, size));
  const locked = sortedByName([...new Set(locks)].map(attribute => findDirection(attribute, directions, size)));
  const seen = seenLatent(latent, geometry);
  const start = meanRow(seen, size);
  const courses = wishes.every(wish => wish.kind === 'relative')
    ? wishes.map(({ attribute, strength }) => ({ attribute, strength }))
    : planSteps(seen, size, wishes, locked).map(({ attribute, strength }) => ({ attribute, strength }));
  checkLengths(courses);
  const curve: Curve = { start, geometry, scores, courses, locks: locked.map(({ attribute }) => attribute) };
  const isMoved = courses.some(({ strength }) => strength !== 0);
  const turn = isMoved ? steadyTurn(curve, start) : null; // the price is most of the work, and only a way has one
  const { directions: ways, residuals: first } = freeSlopes(curve, start, turn);
  const end = followCurve(curve, turn);
  const edited = withChange(seen, start, end.latent);
  const distances = directions.map(boundary => [boundary.attribute, distanceTo(boundary, edited)] as const);
  const steps = courses.map((course, at) => ({
    ...course,
    conditionedNormal: ways[at]!,
    residual: Math.min(first[at]!, end.residuals[at]!),
  }));
  return { latent: edited, steps, distances: Object.fromEntries(distances) };
}

/** @throws UserError for a way along a curve that is too long. */
export function checkLengths(courses: readonly Course[]): void {
  for (const { attribute, strength } of courses) {
    const way = Math.abs(strength);
    if (way <= longestWay) continue;
    throw new UserError(
      `a move along a curve must be at most ${longestWay} σ; that of ${attribute} is ${way.toFixed(1)}. Move less, ` +
        'unlock attributes, or hold locks in a straight line',
    );
  }
}

/** A face moved further than an edit moves it. */
export interface MovedFurther {
  readonly strength: number;
  /** With as many rows as the edit's latent. */
  readonly latent: Float64Array;
}

/**
 * The points of a further move of one attribute: the start, then one a step.
 * @param latent where the edit ends: what `editOnCurve` makes of it. @throws UserError as `curvePoints`.
 */
export function* pointsOnCurve(
  { locks, geometry = 'sphere', directions }: Edit,
  scores: Scores,
  latent: Float64Array,
  course: Course,
): Generator<MovedFurther> {
  const start = meanRow(latent, directions[0]!.normal.length);
  yield { strength: 0, latent };
  const curve = { start, geometry, scores, courses: [course], locks: [...new Set(locks)].sort() };
  for (const point of curvePoints(curve)) {
    yield { strength: course.strength * point.share, latent: withChange(latent, start, point.latent) };
  }
}

/** Every row of the latent goes from `start` to `end`. */
function withChange(latent: Float64Array, start: Float64Array, end: Float64Array): Float64Array {
  const size = start.length;
  return latent.length === size ? end : latent.map((x, at) => x + end[at % size]! - start[at % size]!);
}
