// Chooses the locks that a bundle suggests for an attribute: ordered by prediction, decided by looking at edits.
import { attributeIndex } from '../attributes.ts';
import type { Direction } from '../directions/direction.ts';
import type { Hold } from '../directions/hold.ts';
import { projectOut } from '../editing/conditioning.ts';
import type { FaceEditor } from '../editor/face-editor.ts';
import { brightnessName } from '../images/brightness.ts';
import type { EditEffect } from '../measures/answers/edit-effects.ts';
import type { ChosenLayers } from './chosen-layers.ts';
import type { Judge } from './judge.ts';
import type { LinearResponse } from './linear-response.ts';
import { effectOf, type ProbeFaces, scoredBoundaries, targets, triedStrengths } from './probe.ts';
import { searchLocks } from './suggested-locks.ts';

export interface LockChoice {
  /** Answer of the judge's logits to steps of the latents. */
  readonly response: LinearResponse;
  /** The judge's logits of the faces that `response` is of, [n, attributes]. */
  readonly logits: Float32Array;
  /** Faces on which numbers of locks are tried. */
  readonly trialFaces: ProbeFaces;
  /** Faces on which the winner is tried against no locks, and judged. */
  readonly judgedFaces: ProbeFaces;
  readonly mostLocks: number;
}

/** Numbers of locks that are tried on real edits. */
const triedCounts = [2, 4, 8, 12, 24];
/** Below this much of its direction, a locked edit leaves the faces that the generator knows. */
const leastResidual = 0.3;
/** The price that steady light may have, in flips and missing agreement: nobody who ages a face wants it to go dark. */
const worthLight = 0.01;
/** Fewer locks are better where they cost less than this in the share of flips. */
const worthOneLock = 0.0005;
/** Agreement from which more of it is worth nothing. */
const enoughAgreement = 0.9;

type Tried = { readonly locks: readonly string[] } & EditEffect;

/**
 * The number of locks whose edits keep the other attributes best and still work. The winner among many on a few faces
 * may have won by luck, so it must win against no locks on other faces too, which judge it.
 * @param chosen the layers that moves act on, where there was a choice. @param hold how the locks are held.
 */
export async function chosenLocks(
  editor: FaceEditor,
  judge: Judge,
  moved: Direction,
  chosen: ChosenLayers | undefined,
  hold: Hold,
  { response, logits, trialFaces, judgedFaces, mostLocks }: LockChoice,
): Promise<Tried> {
  const { attribute } = moved;
  const { thresholds } = judge;
  const margins = logits.map((logit, at) => logit - thresholds[at % thresholds.length]!);
  const column = attributeIndex(attribute, editor.attributes);
  const wanted = targets.map(target => judge.logitAt(column, target) - thresholds[column]!) as [number, number];
  const steps = searchLocks({
    moved,
    candidates: scoredBoundaries(editor),
    slopes: response.slopes,
    margins,
    column,
    targets: wanted,
    mostLocks,
    leastResidual,
  });
  const look = async (locks: readonly string[], faces: ProbeFaces, tried?: number): Promise<Tried> => {
    const plan = { moved: attribute, locks, hold, ...(chosen && { layers: chosen.layers }) };
    return { locks, ...(await effectOf(editor, judge, plan, faces, tried)) };
  };
  const isKnown = chosen !== undefined && hold === 'linear';
  let winner: Tried = isKnown ? { locks: [], ...chosen.effect } : await look([], trialFaces, triedStrengths);
  for (const { locks } of steps.filter((_, count) => triedCounts.includes(count) || count === steps.length - 1)) {
    if (locks.length === 0) continue;
    const tried = await look(locks, trialFaces, triedStrengths);
    if (cost(tried) < cost(winner)) winner = tried;
  }
  let best = await look([], judgedFaces);
  if (winner.locks.length > 0) {
    const judged = await look(winner.locks, judgedFaces);
    if (cost(judged) < cost(best)) best = judged;
  }
  const withLight = [...best.locks, brightnessName];
  // A classifier may know brightness itself: it is the moved attribute then, or may be locked already.
  const isOpen = ![attribute, ...best.locks].includes(brightnessName);
  const locked = editor.bundle.movable.filter(boundary => withLight.includes(boundary.attribute));
  const hasLight = locked.some(boundary => boundary.attribute === brightnessName);
  if (isOpen && hasLight && projectOut(moved, locked).residual >= leastResidual) {
    const lit = await look(withLight, judgedFaces);
    if (cost(lit) < cost(best) + worthLight) best = lit;
  }
  return best;
}

/** The smaller, the better: changes that nobody asked for, missing agreement, and the number of locks. */
function cost({ locks, agreement, flips }: Tried): number {
  return flips + worthOneLock * locks.length + Math.max(0, enoughAgreement - agreement);
}
