// Edits a latent in a straight line: moves along conditioned normals, so that locked distances hold exactly.
import type { Direction } from '../directions/direction.ts';
import { type LayerRange, sharedLayers } from '../directions/layers.ts';
import { UserError } from '../errors.ts';
import { addScaled, dot, length, removeSpan, scaled, solve, sum } from '../math/linear-algebra.ts';
import { conditionNormal, sortedByName, spanOf } from './conditioning.ts';
import { actsOnPart, distanceTo, rangeOf, repeated, rowsIn, rowsOf, seenLatent } from './distances.ts';
import { collectWishes, type Edit, type Edited, findDirection, type Step, type Wish } from './request.ts';

/**
 * Edits a latent. It is a pure function: neither the order of moves nor that of locks changes a bit of the result.
 * Relative moves of one attribute add up; all absolute ones are reached together. A move changes the rows that its
 * direction acts on, and a locked distance holds in every row.
 * @throws UserError for an unknown attribute, moves that contradict each other, a direction that the locks use up
 *   (see `conditionNormal`), or a move that leaves the sphere.
 */
export function editStraight({ latent, directions, moves, locks, geometry = 'sphere', rows = 1 }: Edit): Edited {
  const given = rowsIn(latent, directions, rows);
  const size = latent.length / given;
  const find = (attribute: string) => findDirection(attribute, directions, size);
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
  const distances = directions.map(boundary => [boundary.attribute, distanceTo(boundary, edited)] as const);
  return { latent: edited, steps, distances: Object.fromEntries(distances) };
}

/**
 * Finds the strength of each step: given for relative moves, solved for together for absolute ones.
 * @param size d, the length of a row of `start`. @throws UserError for a direction that the locks use up.
 */
export function planSteps(
  start: Float64Array,
  size: number,
  wishes: readonly Wish[],
  locked: readonly Direction[],
): Step[] {
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
  // c < 0, as the free part has a length. Nothing fits of a step whose square is no number any more.
  const share = Number.isFinite(b * b - a * c) ? (-b + Math.sqrt(b * b - a * c)) / a : 0;
  const list = (by: number) =>
    steps.map(step => `${step.attribute} ${signed(Math.trunc(step.strength * by * 100) / 100)}`).join(', ');
  return new UserError(
    `the moves must stay on the sphere of radius √${d} on which latents lie; steps of ${list(1)} leave it. ` +
      `There is room for ${list(share)}: move less, or unlock attributes`,
  );
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
}
