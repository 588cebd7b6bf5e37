// Finds the strengths at which the classifier is as sure of some attributes of one face as is wanted.
import { type Edit, editLatent } from '../latent/edit.ts';
import type { LatentMove } from '../latent/moves.ts';
import { type Answer, strengthFor } from '../latent/response.ts';
import { strengthRange } from '../latent/strength-range.ts';

export interface LogitTarget {
  readonly attribute: string;
  readonly logit: number;
  /** Signed distances of its boundary between which to look: [low, high]. */
  readonly distances: readonly [number, number];
}

export interface Solved {
  /** Of a relative move, rounded to four digits behind the point: readable, and finer than a picture's colours. */
  readonly strength: number;
  /** What the classifier says of the face with all moves. */
  readonly logit: number;
}

/** Points measured over the range of an attribute, besides the face as it is. */
const points = 11;
/** Points measured between the two that enclose the wanted logit. */
const finerPoints = 7;
/** A logit this near is met: at most half a percentage point of probability. */
const tolerance = 0.02;
/** Several targets pull at each other, so each is solved again with the others as they then are, so often at most. */
const mostSweeps = 12;

/**
 * @param edit whatever else is done to the face. @param targets of different attributes, none of them moved by `edit`.
 * @param answersTo logits of latents [d]: for each, one of each target.
 * @returns one strength a target, the closest where it is out of reach. @throws UserError as `editLatent`.
 */
export async function solveTargets(
  edit: Edit,
  targets: readonly LogitTarget[],
  answersTo: (latents: readonly Float64Array[]) => Promise<readonly (readonly number[])[]>,
): Promise<Solved[]> {
  const strengths = targets.map(() => 0);
  const movedBy = (all: readonly number[]): Edit => ({
    ...edit,
    moves: [...edit.moves, ...all.map((strength, k): LatentMove => ({ ...targets[k]!, kind: 'relative', strength }))],
  });
  const measure = async (k: number, at: readonly number[]): Promise<Answer[]> => {
    const rows = await answersTo(at.map(strength => editLatent(movedBy(strengths.with(k, strength))).latent));
    return at.map((strength, i) => ({ strength, logit: rows[i]![k]! }));
  };
  const solve = async (k: number) => {
    const { attribute, logit, distances } = targets[k]!;
    const [low, high] = strengthRange(attribute, distances, movedBy(strengths.with(k, 0)));
    const rough = await measure(k, inside(low, high));
    const [a, b] = strengthFor(rough, logit).between.map(({ strength }) => strength) as [number, number];
    if (a === b) return a;
    const finer = Array.from({ length: finerPoints }, (_, i) => a + ((b - a) * (i + 1)) / (finerPoints + 1));
    const all = [...rough, ...(await measure(k, finer))].sort((x, y) => x.strength - y.strength);
    return strengthFor(all, logit).strength;
  };
  for (let sweep = 1; ; sweep++) {
    for (const k of targets.keys()) strengths[k] = Number((await solve(k)).toFixed(4));
    const [reached] = await answersTo([editLatent(movedBy(strengths)).latent]);
    const met = reached!.every((logit, k) => Math.abs(logit - targets[k]!.logit) <= tolerance);
    if (met || targets.length === 1 || sweep === mostSweeps) {
      return strengths.map((strength, k) => ({ strength, logit: reached![k]! }));
    }
  }
}

/** Evenly from the lowest strength to the highest, 0 among them. */
function inside(low: number, high: number): number[] {
  const even = Array.from({ length: points }, (_, i) => low + ((high - low) * i) / (points - 1));
  return [...new Set([...even, 0])].sort((a, b) => a - b);
}
