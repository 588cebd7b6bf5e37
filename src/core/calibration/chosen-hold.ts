// Chooses the way in which edits of an attribute hold locks: along a straight line or a curve.
import type { Direction } from '../directions/direction.ts';
import type { Hold } from '../directions/hold.ts';
import type { LayerRange } from '../directions/layers.ts';
import { projectOut, smallestResidual } from '../editing/conditioning.ts';
import type { FaceEditor } from '../editor/face-editor.ts';
import type { EditEffect } from '../measures/answers/edit-effects.ts';
import type { Judge } from './judge.ts';
import { leastAppearing } from './leaving-change.ts';
import { effectOf, type ProbeFaces } from './probe.ts';

export interface HoldChoice {
  readonly editor: FaceEditor;
  readonly judge: Judge;
  readonly judgedFaces: ProbeFaces;
}

/** Locks that people set first on faces: the four that InterFaceGAN holds apart from pose. */
const usuallyLocked = ['Male', 'Young', 'Smiling', 'Eyeglasses'];

/**
 * @param companions attributes that move along, the largest change first.
 * @returns the way in which edits hold locks as people set them ({@link usualLocks}), judged by {@link betterHold}.
 */
export async function chosenHold(
  moved: string,
  layers: LayerRange | undefined,
  companions: readonly string[],
  { editor, judge, judgedFaces }: HoldChoice,
): Promise<Hold> {
  if (editor.bundle.field === undefined) return 'linear';
  const locks = usualLocks(moved, editor, companions);
  if (locks.length === 0) return 'linear';
  const straight = await effectOf(editor, judge, { moved, locks, ...(layers && { layers }) }, judgedFaces);
  const byField = await effectOf(editor, judge, { moved, locks, hold: 'field' }, judgedFaces);
  return betterHold(straight, byField);
}

/**
 * @returns the field where more edits arrive with every lock held, unless the attribute then hardly appears and did so
 *   in a straight line: a slider that does nothing holds its locks, too.
 */
export function betterHold(
  straight: Pick<EditEffect, 'heldAgreement' | 'appears'>,
  byField: Pick<EditEffect, 'heldAgreement' | 'appears'>,
): Hold {
  const isAlive = byField.appears >= Math.min(leastAppearing, straight.appears);
  return isAlive && byField.heldAgreement > straight.heldAgreement ? 'field' : 'linear';
}

/**
 * @param companions locked in a list of attributes of one's own, which has none of those that people set first.
 * @returns the locks that people set first, but for those that leave the attribute no way to change.
 */
export function usualLocks(
  moved: string,
  { bundle: { movable } }: FaceEditor,
  companions: readonly string[],
): readonly string[] {
  const boundaryOf = (name: string) => movable.find(({ attribute }) => attribute === name);
  const boundariesOf = (names: readonly string[]) =>
    names.flatMap(name => (name === moved ? [] : (boundaryOf(name) ?? [])));
  const first = boundariesOf(usuallyLocked);
  const locks: Direction[] = [];
  for (const lock of first.length > 0 ? first : boundariesOf(companions).slice(0, usuallyLocked.length)) {
    if (projectOut(boundaryOf(moved)!, [...locks, lock]).residual >= smallestResidual) locks.push(lock);
  }
  return locks.map(({ attribute }) => attribute);
}
