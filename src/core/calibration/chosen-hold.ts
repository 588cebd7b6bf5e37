// Chooses the way in which edits of an attribute hold locks: along a straight line or a curve.
import type { DirectionFacts } from '../directions/direction.ts';
import type { Hold } from '../directions/hold.ts';
import type { LayerRange } from '../directions/layers.ts';
import type { FaceEditor } from '../editor/face-editor.ts';
import type { EditEffect } from '../measures/answers/edit-effects.ts';
import type { Judge } from './judge.ts';
import { effectOf, type ProbeFaces } from './probe.ts';

export interface HoldChoice {
  readonly editor: FaceEditor;
  readonly judge: Judge;
  readonly judgedFaces: ProbeFaces;
}

/** How many are locked to find out how locks hold. */
const triedLocks = 4;
/** Locks that people set first: the four that InterFaceGAN holds apart from pose. */
const usuallyLocked = ['Male', 'Young', 'Smiling', 'Eyeglasses'];
/** Locks that leave less of the direction say little about others: what is left is another direction. */
const mostlyLeft = 0.7;

/**
 * The way in which edits hold locks as people set them ({@link usualLocks}).
 * @returns the field where the locks flip less and nothing else is worse than in a straight line, but for the error.
 */
export async function chosenHold(
  moved: string,
  movesWith: NonNullable<DirectionFacts['movesWith']>,
  layers: LayerRange | undefined,
  { editor, judge, judgedFaces }: HoldChoice,
): Promise<Hold> {
  if (editor.bundle.field === undefined) return 'linear';
  const locks = usualLocks(moved, movesWith, editor);
  if (locks.length === 0) return 'linear';
  const straight = await effectOf(editor, judge, { moved, locks, ...(layers && { layers }) }, judgedFaces);
  const byField = await effectOf(editor, judge, { moved, locks, hold: 'field' }, judgedFaces);
  const error = (figure: keyof EditEffect['errors']) => Math.hypot(straight.errors[figure], byField.errors[figure]);
  const isNoWorse =
    byField.agreement >= straight.agreement - error('agreement') && byField.flips <= straight.flips + error('flips');
  return isNoWorse && byField.lockedFlips < straight.lockedFlips ? 'field' : 'linear';
}

/** @returns the locks that people set first, then those on what moves along most, while most of the direction is left. */
export function usualLocks(
  moved: string,
  movesWith: NonNullable<DirectionFacts['movesWith']>,
  editor: FaceEditor,
): readonly string[] {
  const isMovable = (name: string) => editor.bundle.movable.some(({ attribute }) => attribute === name);
  const locks: string[] = [];
  for (const lock of new Set([...usuallyLocked, ...movesWith.map(({ attribute }) => attribute)])) {
    if (locks.length === triedLocks) break;
    if (lock === moved || !isMovable(lock) || editor.condition(moved, [...locks, lock]).residual < mostlyLeft) continue;
    locks.push(lock);
  }
  return locks;
}
