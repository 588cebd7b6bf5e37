// A strip: one face edited step by step along its moves, from one end to the other.
import { checkKind, shownArgument, UserError } from '../errors.ts';
import { distanceTo, seenLatent } from './distances.ts';
import { editLatent } from './edit.ts';
import { formatAmount, formatMove, type LatentMove, type Move, parseMove } from './moves.ts';
import type { Edit, Edited } from './request.ts';

/** A move with the value it starts from; undefined starts at the face as it is. */
export interface MoveRange<Kind extends Move = Move> {
  readonly to: Kind;
  readonly from: Kind | undefined;
}

/** Frames of a strip at most: each has a latent of its own, and a slip of the pen must not fill the memory with them. */
const mostSteps = 10_000;

/** @throws UserError for a number of frames that no strip has. */
export function checkSteps(steps: number): void {
  if (Number.isInteger(steps) && steps >= 1 && steps <= mostSteps) return;
  throw new UserError(`a strip must have a whole number of steps from 1 to ${mostSteps}; got ${shownArgument(steps)}`);
}

/** @throws UserError for ends that are not of one attribute, and of one kind once probabilities are strengths. */
export function checkEnds({ from, to }: MoveRange): void {
  const kindOf = ({ kind }: Move) => (kind === 'probability' ? 'relative' : kind);
  if (from === undefined || (from.attribute === to.attribute && kindOf(from) === kindOf(to))) return;
  throw new UserError(
    `a move's range must have both ends of one attribute and one kind; got ${formatMove(from)} and ${formatMove(to)}`,
  );
}

/** @returns the text that `parseMoveRange` reads back. */
export function formatMoveRange({ from, to }: MoveRange): string {
  return from === undefined ? formatMove(to) : `${to.attribute}=${formatAmount(from)}..${formatAmount(to)}`;
}

/**
 * @param text a move as `parseMove` reads it, or two ends, `<attribute>=<from>..<to>`: `Young=-3..3`,
 *   `Smiling=@-1..@2`, `Male=p10..p90`. @throws UserError for anything else.
 */
export function parseMoveRange(text: string): MoveRange {
  checkKind('a move', text, 'text');
  const [attribute, value = '', ...surplus] = text.split('=') as [string, ...string[]];
  const ends = value.split(/\.\.|…/);
  if (ends.length === 1) return { to: parseMove(text), from: undefined };
  const refused = (reason: string) =>
    new UserError(`a move's range must be <attribute>=<from>..<to> with ${reason}; got "${text}"`);
  if (/\.{3}/.test(value)) throw refused('two dots, and a 0 before the point of a fraction');
  const [from, to] = ends.map(end => parseMove(`${attribute}=${end}`));
  if (ends.length !== 2 || surplus.length > 0 || from!.kind !== to!.kind) throw refused('both ends of one kind');
  return { to: to!, from };
}

/**
 * @param ranges all move together. @param steps frames, from the start to the end; 1 gives only the end.
 * @returns one edit a frame. @throws UserError as `editLatent`, and for a number of frames that no strip has.
 */
export function editStrip(
  edit: Omit<Edit, 'moves'>,
  ranges: readonly MoveRange<LatentMove>[],
  steps: number,
): Edited[] {
  checkSteps(steps);
  const edits: Edited[] = [];
  // The ends come first, so that a refusal tells the moves that were asked for, not those of a frame between.
  for (const frame of new Set([steps - 1, 0, ...Array(steps).keys()])) {
    const fraction = steps === 1 ? 1 : frame / (steps - 1);
    const moves = ranges.map(({ to, from }) => between(from ?? unmoved(to, edit), to, fraction));
    edits[frame] = editLatent({ ...edit, moves });
  }
  return edits;
}

/** @returns the move that leaves an attribute where the face has it: the start of a range that names none. */
export function unmoved(
  { attribute, kind }: Move,
  { latent, directions, geometry = 'sphere' }: Omit<Edit, 'moves'>,
): LatentMove {
  const boundary = directions.find(each => each.attribute === attribute);
  // An unknown attribute is explained by editLatent.
  if (kind !== 'absolute' || boundary === undefined) return { attribute, kind: 'relative', strength: 0 };
  return { attribute, kind, distance: distanceTo(boundary, seenLatent(latent, geometry)) };
}

function between(from: LatentMove, to: LatentMove, fraction: number): LatentMove {
  const mix = (a: number, b: number) => a + (b - a) * fraction;
  if (from.kind === 'relative' && to.kind === 'relative') {
    return { ...to, strength: mix(from.strength, to.strength) };
  }
  if (from.kind === 'absolute' && to.kind === 'absolute') {
    return { ...to, distance: mix(from.distance, to.distance) };
  }
  return to;
}
