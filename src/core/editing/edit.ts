// Edits a face in latent space: moves some attributes, holds the locked ones, and stays among the generator's latents.

import type { Direction } from '../directions/direction.ts';
import { type LayerRange, sharedLayers } from '../directions/layers.ts';
import { didYouMean, UserError } from '../errors.ts';
import { addScaled, dot, length, removeSpan, scaled, solve } from '../math/linear-algebra.ts';
import type { Geometry } from '../models/latents.ts';
import { conditionNormal, sortedByName, spanOf } from './conditioning.ts';
import { formatMove, type LatentMove } from './moves.ts';

export interface Edit {
  /**
   * [d], or a row for each layer, [rows · d]; it is not changed. On the sphere it has one row, raw or normalised.
   */
  readonly latent: Float32Array | Float64Array;
  /** One for each attribute that can be moved, locked or measured. */
  readonly boundaries: readonly Direction[];
  readonly moves: readonly LatentMove[];
  /** Attributes whose distance stays, unless they are moved themselves. */
  readonly locks: readonly string[];
  /** Default `sphere`. */
  readonly geometry?: Geometry;
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
   * distances still hold to 1e-6. [rows · d] where some layers only were edited.
   */
  readonly latent: Float64Array;
  /** One for each moved attribute, sorted by name. */
  readonly steps: readonly Step[];
  /** Signed distance of the edited latent from each of `boundaries`. */
  readonly distances: Readonly<Record<string, number>>;
}

/**
 * Edits a latent. It is a pure function: neither the order of moves nor that of locks changes a bit of the result.
 * Relative moves of one attribute add up; all absolute ones are reached together. A move changes the rows that its
 * direction acts on, and a locked distance holds in every row.
 * @throws UserError for an unknown attribute, moves that contradict each other, a direction that the locks use up
 *   (see `conditionNormal`), or a move that leaves the sphere.
 */
export function editLatent({ latent, boundaries, moves, locks, geometry = 'sphere', rows = 1 }: Edit): Edited {
  const given = rowsIn(latent, boundaries, rows);
  const size = latent.length / given;
  const find = (attribute: string) => findBoundary(attribute, boundaries, size);
  const locked = sortedByName([...new Set(locks)].map(find));
  const wishes = collectWishes(moves, find);
  const seen = seenLatent(latent, geometry);
  const start = given < rows && wishes.some(({ boundary }) => actsOnPart(boundary, rows)) ? repeated(seen, rows) : seen;
  const steps = planSteps(start, size, wishes, locked);
  const change = new Float64Array(start.length);
  for (const [i, { conditionedNormal, strength }] of steps.entries()) {
    for (const row of rowsOf(wishes[i]!.boundary, change)) addScaled(row, conditionedNormal, strength);
  }
  const held = [...locked, ...wishes.map(wish => wish.boundary)];
  const edited = geometry === 'sphere' ? moveOnSphere(start, change, held, steps) : sum(start, change);
  const distances = boundaries.map(boundary => [boundary.attribute, distanceTo(boundary, edited)] as const);
  return { latent: edited, steps, distances: Object.fromEntries(distances) };
}

/**
 * @param latent [d], or a row a layer.
 * @returns its signed distance from a boundary, positive on the side of "more": the mean over the rows that the
 *   boundary's direction acts on.
 */
export function distanceTo(boundary: Direction, latent: Float32Array | Float64Array): number {
  const rows = rowsOf(boundary, latent);
  return rows.reduce((total, row) => total + dot(boundary.normal, row), 0) / rows.length + boundary.intercept;
}

/** @returns a latent as the generator sees it, in float64. */
export function seenLatent(latent: Float32Array | Float64Array, geometry: Geometry): Float64Array {
  return geometry === 'sphere' ? normalisedLatent(latent) : Float64Array.from(latent);
}

/** @returns the rows of a latent that a direction acts on, as views of it. */
function rowsOf<Latent extends Float32Array | Float64Array>({ normal, layers }: Direction, latent: Latent): Latent[] {
  const size = normal.length;
  const [from, to] = rangeOf(layers, latent.length / size);
  return Array.from({ length: to - from + 1 }, (_, i) => {
    return latent.subarray((from + i) * size, (from + i + 1) * size) as Latent;
  });
}

/** The rows that a direction acts on; a latent with one row for all layers has only that. */
function rangeOf(layers: LayerRange | undefined, rows: number): LayerRange {
  return layers === undefined || rows === 1 ? [0, rows - 1] : layers;
}

function actsOnPart({ layers }: Direction, rows: number): boolean {
  const [from, to] = rangeOf(layers, rows);
  return from > 0 || to < rows - 1;
}

/** @returns the rows that the latent has: one, or one a layer. */
function rowsIn({ length }: ArrayLike<number>, [first]: readonly Direction[], rows: number): number {
  return first !== undefined && length === rows * first.normal.length ? rows : 1;
}

function repeated(row: Float64Array, times: number): Float64Array {
  return Float64Array.from({ length: times * row.length }, (_, at) => row[at % row.length]!);
}

/** The moves of one attribute, put together: a step, or a distance to reach. */
type Wish = { readonly attribute: string; readonly boundary: Direction } & (
  | { readonly kind: 'relative'; readonly strength: number }
  | { readonly kind: 'absolute'; readonly distance: number }
);

/** One wish for each moved attribute, sorted by name. */
function collectWishes(moves: readonly LatentMove[], find: (attribute: string) => Direction): Wish[] {
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

/** Finds the strength of each step: given for relative moves, solved for together for absolute ones. */
function planSteps(start: Float64Array, size: number, wishes: readonly Wish[], locked: readonly Direction[]): Step[] {
  const span = spanOf(locked); // shared by every move that is not locked itself
  const steps = wishes.map(wish => ({
    attribute: wish.attribute,
    ...conditionNormal(wish.boundary, locked, locked.includes(wish.boundary) ? undefined : span),
    strength: wish.kind === 'relative' ? wish.strength : 0,
    wish,
  }));
  const afterRelative = Float64Array.from(start);
  for (const { conditionedNormal, strength, wish } of steps) {
    for (const row of rowsOf(wish.boundary, afterRelative)) addScaled(row, conditionedNormal, strength);
  }
  const aimed = steps.flatMap(step => (step.wish.kind === 'absolute' ? [{ step, target: step.wish }] : []));
  /** Share of the rows of one direction that the other acts on too. */
  const shared = (one: Direction, other: Direction) => {
    const [a, b] = [one, other].map(({ layers }) => rangeOf(layers, start.length / size)) as [LayerRange, LayerRange];
    return sharedLayers(a, b) / sharedLayers(a, a);
  };
  // Row i: how much a unit step of each aimed attribute changes the distance of attribute i.
  const effects = aimed.map(({ target: { boundary } }) =>
    aimed.map(({ step }) => shared(boundary, step.wish.boundary) * dot(boundary.normal, step.conditionedNormal)),
  );
  const missing = aimed.map(({ target }) => target.distance - distanceTo(target.boundary, afterRelative));
  const strengths = solve(effects, missing);
  if (strengths === undefined) {
    const names = aimed.map(({ target }) => target.attribute).join(', ');
    throw new UserError(
      `target distances must be independent of each other; with these locks, those of ${names} are not. Drop one of them`,
    );
  }
  aimed.forEach(({ step }, i) => {
    step.strength = strengths[i]!;
  });
  return steps.map(({ wish: _, ...step }) => step);
}

/**
 * Goes from `start` by `change` and returns to the sphere of radius √d by rescaling only what is orthogonal to every
 * held normal: a plain z + αp̂ would be scaled back as a whole by the generator, and each held distance with it.
 * `change` lies in the span of the held normals.
 */
function moveOnSphere(
  start: Float64Array,
  change: Float64Array,
  held: readonly Direction[],
  steps: readonly Step[],
): Float64Array {
  if (change.every(x => x === 0)) return start;
  const basis = spanOf(held);
  const free = removeSpan(start, basis);
  const heldStart = sum(start, scaled(free, -1));
  const heldEnd = sum(heldStart, change);
  const freeLength = length(free);
  if (freeLength < 1e-9 * Math.sqrt(start.length)) {
    throw new UserError(
      `moves and locks must leave a direction of the latent free; these hold ${basis.length} of ${start.length} ` +
        'directions and the latent has no part in the others. Unlock some attributes or take another latent',
    );
  }
  const room = start.length - dot(heldEnd, heldEnd); // the squared length left for the free part
  if (room < 0) throw noRoom(heldStart, change, steps);
  return sum(heldEnd, scaled(free, Math.sqrt(room) / freeLength));
}

/** @returns an error that tells how much of the steps would fit: the share where ‖heldStart + share · change‖² is d. */
function noRoom(heldStart: Float64Array, change: Float64Array, steps: readonly Step[]): UserError {
  const d = heldStart.length;
  const [a, b, c] = [dot(change, change), dot(heldStart, change), dot(heldStart, heldStart) - d];
  const share = (-b + Math.sqrt(b * b - a * c)) / a; // c < 0, as the free part has a length
  const list = (by: number) =>
    steps.map(step => `${step.attribute} ${signed(Math.trunc(step.strength * by * 100) / 100)}`).join(', ');
  return new UserError(
    `the moves must stay on the sphere of radius √${d} on which latents lie; steps of ${list(1)} leave it. ` +
      `There is room for ${list(share)}: move less, unlock attributes, or choose linear geometry`,
  );
}

function findBoundary(attribute: string, boundaries: readonly Direction[], size: number): Direction {
  const names = boundaries.map(boundary => boundary.attribute);
  const boundary = boundaries[names.indexOf(attribute)];
  if (boundary === undefined) {
    throw new UserError(`no boundary for "${attribute}".${didYouMean(attribute, names)} There are ${names.join(', ')}`);
  }
  if (boundary.normal.length !== size) {
    throw new UserError(
      `the boundary of ${attribute} must have the latent's ${size} numbers; got ${boundary.normal.length}. ` +
        'Take boundaries and latent from one generator',
    );
  }
  return boundary;
}

function normalisedLatent(latent: Float32Array | Float64Array): Float64Array {
  const scale = Math.sqrt(latent.length) / length(latent);
  if (!Number.isFinite(scale)) throw new UserError(`a latent must have a finite length above 0; got ${length(latent)}`);
  return scaled(latent, scale);
}

function amount(move: LatentMove): number {
  return move.kind === 'relative' ? move.strength : move.distance;
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
}

function sum(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((x, i) => x + b[i]!);
}
