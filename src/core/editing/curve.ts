// Moves a face along a curve on which locked attributes stay: conditional manipulation anew at every small step.
import type { Normal } from '../directions/direction.ts';
import { UserError } from '../errors.ts';
import {
  addScaled,
  dot,
  gram,
  inverted,
  length,
  orthonormalBasis,
  removeSpan,
  scaled,
  solve,
  sum,
} from '../math/linear-algebra.ts';
import type { Slopes } from '../models/field.ts';
import type { Geometry } from '../models/latents.ts';
import { locksInTheWay, smallestResidual } from './conditioning.ts';

/** Says how much of each attribute a latent has, and where it has more. */
export interface Scores {
  values(latent: Float64Array, names: readonly string[]): Float64Array;
  slopes(latent: Float64Array, names: readonly string[]): Slopes;
  /** Attributes that a curve changes as little as it can where they are neither followed nor locked; left out: none. */
  readonly steady?: Steady | undefined;
}

export interface Steady {
  readonly names: readonly string[];
  /** How much their changes, each in its score's own units, count beside the length of the way; 0: nothing. */
  readonly weight: number;
}

/** How far to go along one attribute's curve. */
export interface Course {
  readonly attribute: string;
  /** In σ along the curve; negative toward less. */
  readonly strength: number;
}

export interface Curve {
  /** [d], as the generator sees it. */
  readonly start: Float64Array;
  readonly geometry: Geometry;
  readonly scores: Scores;
  /** All are followed together. */
  readonly courses: readonly Course[];
  /** Attributes whose score stays what it is at the start; of one that is followed too, only its own course changes it. */
  readonly locks: readonly string[];
}

/** A point that a step of a curve comes to. */
export interface CurvePoint {
  /** The part of the whole way that is behind it, in (0, 1]. */
  readonly share: number;
  readonly latent: Float64Array;
  /** One a course: the least share of the attribute's slope that the locks left along the way, in [0, 1]. */
  readonly residuals: readonly number[];
}

/** The end of a curve. */
type CurveEnd = Omit<CurvePoint, 'share'>;

/** Longest step, in σ: a third of it ends 0.1 σ away after 3 σ, and takes thrice as long. */
const longestStep = 0.3;
/** Steps for which slopes that are only to be steady are kept: they turn little, and are most of the work. */
const sparedFor = 4;
/** Corrections at the end at most; each leaves about a thousandth of the drift. */
const lastCorrections = 4;
/** Drift of a lock's score that is none. */
const noDrift = 1e-7;
/** Damping of corrections by slopes of unit length: locks that nearly agree share the work. */
const damping = 1e-3;

/**
 * Goes from `start` by each course at once. At every step each attribute's slope is followed with the slopes of all
 * locks projected out (Shen et al. 2020, §3.2, on a curved surface), turned away from changes of what the scores hold
 * `steady`, at unit speed; what the surface's curvature made the locks drift is then corrected by a damped Gauss-Newton
 * step. A pure function: neither the order of the courses nor that of the locks matters beyond rounding.
 * @throws UserError where the locks leave less than `smallestResidual` of an attribute's slope.
 */
export function followCurve(curve: Curve, first = steadyTurn(curve, curve.start)): CurveEnd {
  const { start, geometry, scores, courses } = curve;
  const locks = heldLocks(curve);
  const held = scores.values(start, locks);
  let end: CurveEnd = { latent: start, residuals: courses.map(() => 1) };
  for (const point of curvePoints(curve, first)) end = point;
  let { latent } = end;
  const drifts = () => scores.values(latent, locks).some((value, at) => Math.abs(value - held[at]!) > noDrift);
  for (let i = 0; i < lastCorrections && drifts(); i++) {
    latent = correctedBy(latent, geometry, scores.slopes(latent, locks), held);
  }
  return { latent, residuals: end.residuals };
}

/**
 * The points of a curve after each of its steps. All but the last are `longestStep` long, so that a shorter way along the
 * same courses goes through the same points. @throws as `followCurve`.
 */
export function* curvePoints(curve: Curve, first = steadyTurn(curve, curve.start)): Generator<CurvePoint> {
  const { start, geometry, scores, courses } = curve;
  const locks = heldLocks(curve);
  const held = scores.values(start, locks);
  const whole = Math.hypot(...courses.map(({ strength }) => strength));
  // Rounding makes no step of its own: 4.2 / 0.3 is a little more than 14.
  const steps = Math.ceil(whole / longestStep - 1e-9);
  let residuals = courses.map(() => 1);
  let latent = start;
  let turn = first;
  for (let step = 0; step < steps; step++) {
    if (step > 0 && step % sparedFor === 0) turn = steadyTurn(curve, latent);
    const here = freeSlopes(curve, latent, turn);
    residuals = residuals.map((least, at) => Math.min(least, here.residuals[at]!));
    const change = new Float64Array(latent.length);
    const gone = step + 1 === steps ? 1 : ((step + 1) * longestStep) / whole;
    const part = gone - (step * longestStep) / whole;
    for (const [at, { strength }] of courses.entries()) addScaled(change, here.directions[at]!, strength * part);
    // The slopes from before the step are near enough for a correction, and spare the costly half of the work.
    const moved = onSurface(sum(latent, change), geometry);
    latent = correctedBy(moved, geometry, { values: scores.values(moved, locks), slopes: here.ofLocks }, held);
    yield { share: gone, latent, residuals };
  }
}

/** @returns the locks whose score no course is to change. */
function heldLocks({ courses, locks }: Curve): string[] {
  return locks.filter(lock => !courses.some(({ attribute }) => attribute === lock));
}

/** Turns a direction away from what is to be steady: (I + weight/s² RᵀR)⁻¹ x. */
type Turn = (x: Float64Array) => Float64Array;

/**
 * The price of changes of what the scores hold steady and the curve neither follows nor holds, by its slopes r:
 * ½ ‖v‖² + ½ (weight/s²) Σ (rⱼ·v)², s² the mean of ‖rⱼ‖². Solved in as many unknowns as there are others (Woodbury).
 * @returns null where nothing has a price.
 */
export function steadyTurn({ scores, courses, locks }: Curve, latent: Float64Array): Turn | null {
  const { names, weight } = scores.steady ?? { names: [], weight: 0 };
  if (weight === 0) return null;
  const taken = new Set([...courses.map(({ attribute }) => attribute), ...locks]);
  const { slopes: rows } = scores.slopes(
    latent,
    names.filter(name => !taken.has(name)),
  );
  const price = rows.reduce((total, row) => total + dot(row, row), 0) / rows.length / weight;
  if (!(price > 0)) return null; // there are no others, or they change nowhere
  const inverse = inverted(gram(rows, price));
  return x => {
    const turned = Float64Array.from(x);
    const gains = rows.map(row => dot(row, x));
    for (const [j, row] of rows.entries()) addScaled(turned, row, -dot(inverse[j]!, gains));
    return turned;
  };
}

/**
 * @param turn see `steadyTurn`.
 * @returns one a course: the unit vector toward more of the attribute that leaves the other locks' scores as they are, turned
 *   away from what is to be steady, and the share of the attribute's slope that the locks leave; and the slopes of the locks
 *   that are held.
 * @throws UserError where the share is less than `smallestResidual`.
 */
export function freeSlopes(curve: Curve, latent: Float64Array, turn = steadyTurn(curve, latent)) {
  const { geometry, scores, courses, locks } = curve;
  const names = [...courses.map(({ attribute }) => attribute), ...heldLocks(curve)];
  const { slopes } = scores.slopes(latent, names);
  const named = names.map((attribute, at): Normal => ({ attribute, normal: slopes[at]! }));
  const ofLocks = slopes.slice(courses.length);
  const surface = tangentBasis(latent, geometry, []);
  const basis = tangentBasis(latent, geometry, ofLocks);
  const residuals: number[] = [];
  const directions = named.slice(0, courses.length).map(moved => {
    const isLock = ({ attribute }: Normal) => attribute !== moved.attribute && locks.includes(attribute);
    const others = named.filter(isLock);
    const isShared = others.length === ofLocks.length; // no lock is followed, but for perhaps this one
    const normals = others.map(({ normal }) => normal);
    const held = isShared ? basis : tangentBasis(latent, geometry, normals);
    const free = removeSpan(moved.normal, held);
    // Only the part of the slope within the surface could be followed without locks. Where there is none, none is left.
    const residual = length(free) / (length(removeSpan(moved.normal, surface)) || 1);
    if (residual < smallestResidual) throw usedUp(residual, moved, others);
    residuals.push(residual);
    const direction = turn === null ? free : steadyDirection(free, held, turn);
    return scaled(direction, 1 / length(direction));
  });
  return { directions, residuals, ofLocks };
}

/**
 * The direction v that gains most by `slope` at the price that `turn` is made of, and takes none of the directions `held`: the
 * maximum of slope·v less that price.
 * @param held orthonormal.
 */
function steadyDirection(slope: Float64Array, held: readonly Float64Array[], turn: Turn): Float64Array {
  const direction = turn(slope);
  const turned = held.map(turn);
  const products = held.map(a => turned.map(b => dot(a, b)));
  const shares = solve(
    products,
    held.map(one => dot(one, direction)),
  )!; // no turn is singular, nor are directions that are orthonormal
  for (const [j, one] of turned.entries()) addScaled(direction, one, -shares[j]!);
  return direction;
}

/** Directions that a step must not take: those of the locks, and on the sphere the one that leaves it. */
function tangentBasis(latent: Float64Array, geometry: Geometry, slopes: readonly Float64Array[]): Float64Array[] {
  return orthonormalBasis(geometry === 'sphere' ? [latent, ...slopes] : slopes);
}

/** One damped Gauss-Newton step that brings locked scores toward `held`, no longer than a step of a curve. */
function correctedBy(
  latent: Float64Array,
  geometry: Geometry,
  { values, slopes }: Slopes,
  held: Float64Array,
): Float64Array {
  if (slopes.length === 0) return latent;
  const fixed = tangentBasis(latent, geometry, []);
  const free = slopes.map(slope => removeSpan(slope, fixed));
  const sizes = free.map(slope => length(slope) || 1); // scores have units of their own (Marquardt 1963)
  const rows = free.map((slope, at) => scaled(slope, 1 / sizes[at]!));
  const missing = values.map((value, at) => (held[at]! - value) / sizes[at]!);
  const weights = solve(gram(rows, damping), missing);
  if (weights === undefined) return latent;
  const change = new Float64Array(latent.length);
  for (const [at, row] of rows.entries()) addScaled(change, row, weights[at]!);
  const shorter = Math.min(1, longestStep / length(change));
  return onSurface(sum(latent, scaled(change, shorter)), geometry);
}

function onSurface(latent: Float64Array, geometry: Geometry): Float64Array {
  return geometry === 'sphere' ? scaled(latent, Math.sqrt(latent.length) / length(latent)) : latent;
}

function usedUp(residual: number, moved: Normal, locks: readonly Normal[]): UserError {
  return new UserError(
    `the locks must leave ${moved.attribute} a way to change; along the curve they leave ` +
      `${(100 * residual).toFixed(1)} % of it with ${locksInTheWay(moved, locks)} locked. Unlock the first of them, or move less`,
  );
}
