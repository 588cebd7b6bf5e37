// Finds the strengths at which the classifier is as sure of some attributes of one face as is wanted.
import { editLatent } from '../editing/edit.ts';
import { type JointAnswer, jointStrengths, squaredError } from '../editing/joint-strengths.ts';
import type { LatentMove } from '../editing/moves.ts';
import type { Edit, Edited } from '../editing/request.ts';
import { type Answer, strengthFor } from '../editing/response.ts';
import { strengthRange, wholeRange } from '../editing/strength-range.ts';
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
  /** Strength of a relative move, rounded to four decimals: readable, and finer than a picture's colours. */
  readonly strength: number;
  /** The classifier's logit of the face with all moves. */
  readonly logit: number;
}

/** Points measured over the range of an attribute, besides the face as it is. */
const points = 11;
/** Points measured between the two that enclose the wanted logit, in rounds, until these are close together. */
const finerPoints = 7;
/** Logits this close together are interpolated between. */
const close = 0.2;
/** Rounds of finer points at most: a curve may have a step. */
const mostRounds = 4;
/** Rounds of finer points around the closest logit where none reaches the wanted one: there may be a peak between. */
const peakRounds = 2;
/** Logits together this near are met: at most half a percentage point of probability. */
const tolerance = 0.02;
/** Places that are tried where the first two starts fail. */
const trialPlaces = 128;
/** How many of the best places are started from. */
const trialStarts = 4;
/** Rounding errors that a distance or a strength may have, in σ. */
const distanceTolerance = 1e-6;

/**
 * Solves for each target alone, then for several together from there, and elsewhere where that fails.
 * @param edit all else that is done to the face. @param targets of different attributes, none of them moved by `edit`.
 * @param answersTo gives the logits of latents [d]: for each latent one a target.
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
  /** The edit with these strengths; undefined where it leaves the sphere, or locks leave all moves together no way. */
  const possible = (strengths: readonly number[]): Edited | undefined => {
    try {
      return edited(strengths);
    } catch (error) {
      if (error instanceof UserError) return undefined; // all other mistakes in the edit were found by `strengthRange`
      throw error;
    }
  };
  const measure = async (all: readonly Edited[]) => answersTo(all.map(({ latent }) => latent));
  /** The strength of one target while the others stay as they are. */
  const solveAlone = async ({ attribute, logit, distances }: LogitTarget, k: number) => {
    const [low, high] = strengthRange(attribute, distances, edit);
    // Made together with the other moves, an end of the range may be refused: it was found with these made before.
    const answersAt = async (strengths: readonly number[]) => {
      const results = strengths.map(strength => possible(zeros.with(k, strength)));
      const rows = [...(await measure(results.filter(result => result !== undefined)))];
      return strengths.flatMap((strength, i): Answer[] =>
        results[i] === undefined ? [] : [{ strength, logit: rows.shift()![k]! }],
      );
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
  const isWithin = (value: number, [low, high]: readonly [number, number]) =>
    value >= low - distanceTolerance && value <= high + distanceTolerance;
  /** The edit with these strengths, where it is possible, whole and within the distances to look between. */
  const allowed = (strengths: readonly number[]): Edited | undefined => {
    const result = possible(strengths);
    const fits = targets.every(({ attribute, distances: [low, high] }, k) => {
      const [from, to] = [before[attribute]!, result?.distances[attribute] ?? Number.NaN];
      const isWhole = isWithin(strengths[k]!, wholeRange([low, high], from));
      return isWhole && isWithin(to, [Math.min(low, from), Math.max(high, from)]);
    });
    return fits ? result : undefined;
  };
  const answersWhereAllowed = async (all: readonly (readonly number[])[]) => {
    const results = all.map(allowed);
    const rows = [...(await measure(results.filter(result => result !== undefined)))];
    return results.map(result => (result === undefined ? undefined : rows.shift()));
  };
  const alone: number[] = [];
  for (const [k, target] of targets.entries()) alone.push(await solveAlone(target, k));
  const wanted = targets.map(({ logit }) => logit);
  /** Places all over the range: Gauss-Newton steps find the nearest valley, which may not be deep enough. */
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

/** @returns strengths spread evenly from the lowest to the highest, and 0. */
function inside(low: number, high: number): number[] {
  const even = Array.from({ length: points }, (_, i) => low + ((high - low) * i) / (points - 1));
  return [...new Set([...even, 0])].sort((a, b) => a - b);
}
