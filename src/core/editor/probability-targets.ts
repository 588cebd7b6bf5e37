// Finds the strengths at which the classifier is as sure of some attributes of one face as is wanted.

import { type Edit, type Edited, editLatent } from '../editing/edit.ts';
import { type JointAnswer, jointStrengths, squaredError } from '../editing/joint-strengths.ts';
import type { LatentMove } from '../editing/moves.ts';
import { type Answer, strengthFor } from '../editing/response.ts';
import { strengthRange } from '../editing/strength-range.ts';
import { UserError } from '../errors.ts';
import { createRandom } from '../math/random.ts';
import { streams } from '../math/streams.ts';

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
/** Points measured between the two that enclose the wanted logit, again and again until these are close together. */
const finerPoints = 7;
const close = 0.2;
/** A curve with a step in it is not chased for ever. */
const mostRounds = 4;
/** What seems out of reach may be reached at a peak between the points; so often is it looked for around the closest. */
const peakRounds = 2;
/** Logits together this near are met: at most half a percentage point of probability. */
const tolerance = 0.02;
/** Where the first two starts fail: places that are tried, and how many of the best are started from. */
const [trialPlaces, trialStarts] = [128, 4];
/** Of distances. */
const rounding = 1e-6;
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
  const zeros = targets.map(() => 0);
  const edited = (strengths: readonly number[]) => {
    const more = strengths.map((strength, k): LatentMove => ({ ...targets[k]!, kind: 'relative', strength }));
    return editLatent({ ...edit, moves: [...edit.moves, ...more] });
  };
  const measure = async (all: readonly Edited[]) => answersTo(all.map(({ latent }) => latent));
  /** The strength of one target while the others stay as they are. */
  const solveAlone = async ({ attribute, logit, distances }: LogitTarget, k: number) => {
    const [low, high] = strengthRange(attribute, distances, edit);
    const answersAt = async (strengths: readonly number[]) => {
      const rows = await measure(strengths.map(strength => edited(zeros.with(k, strength))));
      return strengths.map((strength, i): Answer => ({ strength, logit: rows[i]![k]! }));
    };
    const answers = await answersAt(inside(low, high));
    for (let round = 0; ; round++) {
      const { strength, reached, between } = strengthFor(answers, logit);
      const [a, b] = between;
      if (reached ? Math.abs(a.logit - b.logit) <= close || round >= mostRounds : round >= peakRounds) return strength;
      const measured = new Set(answers.map(answer => answer.strength));
      const part = (b.strength - a.strength) / (finerPoints + 1);
      const finer = Array.from({ length: finerPoints }, (_, i) => a.strength + part * (i + 1));
      answers.push(...(await answersAt(finer.filter(each => !measured.has(each)))));
      answers.sort((x, y) => x.strength - y.strength);
    }
  };
  const { distances: before } = edited(zeros);
  /** Undefined for what leaves the sphere or the distances to look between. */
  const allowed = (strengths: readonly number[]): Edited | undefined => {
    try {
      const result = edited(strengths);
      const fits = targets.every(({ attribute, distances: [low, high] }) => {
        const [from, to] = [before[attribute]!, result.distances[attribute]!];
        return to >= Math.min(low, from) - rounding && to <= Math.max(high, from) + rounding;
      });
      return fits ? result : undefined;
    } catch (error) {
      if (error instanceof UserError) return undefined; // whatever else could be wrong with the edit was found above
      throw error;
    }
  };
  const answersWhereAllowed = async (all: readonly (readonly number[])[]) => {
    const results = all.map(allowed);
    const rows = [...(await measure(results.filter(result => result !== undefined)))];
    return results.map(result => (result === undefined ? undefined : rows.shift()));
  };
  const alone: number[] = [];
  for (const [k, target] of targets.entries()) alone.push(await solveAlone(target, k));
  const wanted = targets.map(({ logit }) => logit);
  /** Places all over the range: the steps of Gauss and Newton find the nearest valley, which may not be deep enough. */
  const elsewhere = async (): Promise<number[][]> => {
    const random = createRandom(0, streams.editor.trials);
    const ranges = targets.map(({ attribute, distances }) => strengthRange(attribute, distances, edit));
    const places = Array.from({ length: trialPlaces }, () =>
      ranges.map(([low, high]) => low + (high - low) * random.uniform()),
    );
    const rows = await answersWhereAllowed(places);
    const answers = places.flatMap((strengths, i) => (rows[i] === undefined ? [] : [{ strengths, logits: rows[i] }]));
    answers.sort((x, y) => squaredError(x, wanted) - squaredError(y, wanted));
    return answers.slice(0, trialStarts).map(({ strengths }) => strengths);
  };
  let found: JointAnswer | undefined;
  const tryFrom = async (starts: readonly number[][]) => {
    for (const start of starts) {
      if (found !== undefined && squaredError(found, wanted) <= tolerance ** 2) return;
      if (allowed(start) === undefined) continue;
      const answer = await jointStrengths(wanted, start, tolerance / 4, answersWhereAllowed);
      if (found === undefined || squaredError(answer, wanted) < squaredError(found, wanted)) found = answer;
    }
  };
  if (targets.length > 1) {
    await tryFrom([alone, zeros]);
    if (squaredError(found!, wanted) > tolerance ** 2) await tryFrom(await elsewhere());
  }
  const strengths = (found?.strengths ?? alone).map(strength => Number(strength.toFixed(4)));
  const [logits] = await measure([edited(strengths)]);
  return strengths.map((strength, k) => ({ strength, logit: logits![k]! }));
}

/** Evenly from the lowest strength to the highest, 0 among them. */
function inside(low: number, high: number): number[] {
  const even = Array.from({ length: points }, (_, i) => low + ((high - low) * i) / (points - 1));
  return [...new Set([...even, 0])].sort((a, b) => a - b);
}
