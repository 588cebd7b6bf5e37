// Edits a latent along a curve on which the scores of locked attributes stay, where a straight line would let them drift.
import { UserError } from '../errors.ts';
import { addScaled, dot, scaled, solve } from '../math/linear-algebra.ts';
import { sortedByName } from './conditioning.ts';
import { type Course, type Curve, curvePoints, followCurve, freeSlopes, type Scores } from './curve.ts';
import { distanceTo, rowsIn, seenLatent } from './distances.ts';
import { collectWishes, type Edit, type Edited, findDirection, type Wish } from './request.ts';

/** A wanted distance is met this closely, in σ. */
const nearEnough = 1e-3;
/** Corrections of strengths toward wanted distances. */
const mostCorrections = 24;
/** Longest way that is gone toward a wanted distance, in σ: latents end before. */
const longestWay = 12;

/**
 * Follows each moved attribute's score and holds those of the locks (see `followCurve`). Distances that moves ask for
 * are those from boundaries, as in a straight line. A latent with a row a layer is moved as one: the curve starts at
 * the mean of its rows, and every row goes the same way.
 * @throws UserError for an unknown attribute, moves that contradict each other, locks that leave an attribute no way, and
 *   a distance that the curve does not come to.
 */
export function editOnCurve(edit: Edit, scores: Scores): Edited {
  const { latent, directions, moves, locks, geometry = 'sphere', rows = 1 } = edit;
  const size = latent.length / rowsIn(latent, directions, rows);
  const wishes = collectWishes(moves, attribute => findDirection(attribute, directions, size));
  const moved = new Set(wishes.map(({ attribute }) => attribute));
  const locked = sortedByName([...new Set(locks)].map(attribute => findDirection(attribute, directions, size)));
  const held = locked.map(({ attribute }) => attribute).filter(attribute => !moved.has(attribute));
  const seen = seenLatent(latent, geometry);
  const start = meanRow(seen, size);
  const alongCurve = (courses: readonly Course[]): Curve => ({ start, geometry, scores, courses, locks: held });
  const atRest = wishes.map(({ attribute }) => ({ attribute, strength: 0 }));
  const { directions: ways, residuals: first } = freeSlopes(alongCurve(atRest), start);
  const courses = reached(wishes, ways, alongCurve);
  const end = followCurve(alongCurve(courses));
  const edited = withChange(seen, start, end.latent);
  const distances = directions.map(boundary => [boundary.attribute, distanceTo(boundary, edited)] as const);
  const steps = courses.map((course, at) => ({
    ...course,
    conditionedNormal: ways[at]!,
    residual: Math.min(first[at]!, end.residuals[at]!),
  }));
  return { latent: edited, steps, distances: Object.fromEntries(distances) };
}

/** The points of a further move of one attribute, from where the edit ends: the start, then one a step. */
export function* pointsOnCurve(
  edit: Edit,
  scores: Scores,
  attribute: string,
  strength: number,
): Generator<{ readonly strength: number; readonly latent: Float64Array }> {
  const { locks, geometry = 'sphere', directions } = edit;
  const { latent } = editOnCurve(edit, scores);
  const start = meanRow(latent, directions[0]!.normal.length);
  const held = [...new Set(locks)].filter(lock => lock !== attribute).sort();
  yield { strength: 0, latent: start };
  for (const point of curvePoints({ start, geometry, scores, courses: [{ attribute, strength }], locks: held })) {
    yield { strength: strength * point.share, latent: point.latent };
  }
}

/**
 * Finds the strengths of absolute moves by Broyden's method (1965): Newton's steps, with effects that are learnt from what
 * each step did. The strengths of relative moves are given.
 */
function reached(
  wishes: readonly Wish[],
  ways: readonly Float64Array[],
  alongCurve: (courses: readonly Course[]) => Curve,
): Course[] {
  const courses = wishes.map(wish => {
    return { attribute: wish.attribute, strength: wish.kind === 'relative' ? wish.strength : 0 };
  });
  const aimed = wishes.flatMap((wish, at) => (wish.kind === 'absolute' ? [{ wish, at }] : []));
  if (aimed.length === 0) return courses;
  // Row i: how much a unit step of each aimed attribute changes the distance of attribute i, at the start.
  let effects = aimed.map(({ wish }) => aimed.map(({ at }) => dot(wish.boundary.normal, ways[at]!)));
  let last: { readonly missing: readonly number[]; readonly step: ArrayLike<number> } | undefined;
  for (let i = 0; i < mostCorrections; i++) {
    const latent = endOf(alongCurve(courses)); // its last corrections would cost more than they change
    const missing = aimed.map(({ wish }) => wish.distance - distanceTo(wish.boundary, latent));
    if (Math.hypot(...missing) < nearEnough) return courses;
    if (last !== undefined)
      effects = learnt(
        effects,
        last.step,
        missing.map((now, k) => last!.missing[k]! - now),
      );
    const step = solve(effects, missing);
    if (step === undefined) break;
    for (const [k, { at }] of aimed.entries()) courses[at]!.strength += step[k]!;
    last = { missing, step };
    if (courses.some(({ strength }) => Math.abs(strength) > longestWay)) break;
  }
  const names = aimed.map(({ wish }) => `${wish.attribute}=@${wish.distance}`).join(', ');
  throw new UserError(
    `${names} must lie on the way that the locks leave; it leads elsewhere. Move less, unlock attributes, or hold them ` +
      'in a straight line (linear)',
  );
}

/** @returns the effects that are nearest to the known ones and explain what a step changed. */
function learnt(effects: readonly number[][], step: ArrayLike<number>, changed: readonly number[]): number[][] {
  const squared = dot(step, step);
  return effects.map((row, i) => {
    const unexplained = changed[i]! - dot(row, step);
    return row.map((effect, k) => effect + (unexplained * step[k]!) / squared);
  });
}

/** @returns the last point of a curve, before its last corrections. */
function endOf(curve: Curve): Float64Array {
  let end = curve.start;
  for (const { latent } of curvePoints(curve)) end = latent;
  return end;
}

function meanRow(latent: Float64Array, size: number): Float64Array {
  const rows = latent.length / size;
  if (rows === 1) return latent;
  const sum = new Float64Array(size);
  for (let row = 0; row < rows; row++) addScaled(sum, latent.subarray(row * size, (row + 1) * size), 1);
  return scaled(sum, 1 / rows);
}

/** Every row of the latent goes from `start` to `end`. */
function withChange(latent: Float64Array, start: Float64Array, end: Float64Array): Float64Array {
  const size = start.length;
  return latent.length === size ? end : latent.map((x, at) => x + end[at % size]! - start[at % size]!);
}
