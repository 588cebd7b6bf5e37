// Moves faces to a grid of distances from an attribute's boundary, and keeps what both networks see there.
import { attributeIndex } from '../attributes.ts';
import type { Hold } from '../directions/hold.ts';
import { distanceTo, seenLatent } from '../editing/distances.ts';
import type { FaceEditor } from '../editor/face-editor.ts';
import { probabilityOf } from '../editor/probability.ts';
import { UserError } from '../errors.ts';
import { quantile } from '../math/statistics.ts';
import type { Judge } from './judge.ts';
import { conditionsOf, type Plan, type ProbeFaces } from './probe.ts';

export interface Swept {
  /** Distances that the faces were moved to, [m], rising. */
  readonly distances: readonly number[];
  /** The median of the classifier's logits of the moved attribute, [m]; NaN where hardly a face got. */
  readonly logits: readonly number[];
  /** Mean share of the other attributes whose answer differs from that on the unmoved face, [m]; likewise. */
  readonly flips: readonly number[];
  /** Mean calibrated probability of each attribute at each distance, [m][attributes]; likewise. */
  readonly probabilities: readonly (readonly number[])[];
}

/** The outermost distances of the grid, to each side. */
const farthest = 4;
/** Distances of the grid, to each side of the boundary: along a curve an attribute changes within half a σ. */
const pointsToEachSide: Readonly<Record<Hold, number>> = { linear: 4, field: 8 };
/** Share of the sphere's radius up to which every face can be moved. */
const usableRadius = 0.9;
/** Share of the faces that must get to a distance, for figures that stand for all. */
const leastReaching = 0.1;

/**
 * Moves each face along a plan: in a straight line to each distance of the grid, where the locks leave a way; on a curve
 * to points of one walk, which count for the grid's distance that is nearest.
 */
export async function sweep(editor: FaceEditor, judge: Judge, plan: Plan, faces: ProbeFaces): Promise<Swept> {
  const { directions, latentSize } = editor.bundle;
  const found = editor.bundle.movable.find(({ attribute }) => attribute === plan.moved)!;
  const { hold = 'linear' } = plan;
  const half = pointsToEachSide[hold];
  const boundary = plan.layers && hold === 'linear' ? { ...found, layers: plan.layers } : found;
  const column = attributeIndex(plan.moved, editor.attributes);
  const row = editor.attributes.length;
  const room = editor.geometry === 'sphere' ? usableRadius * Math.sqrt(latentSize) : Number.POSITIVE_INFINITY;
  const reach = Math.min(farthest, room - Math.abs(boundary.intercept));
  const distances = Array.from({ length: 2 * half + 1 }, (_, at) => reach * (at / half - 1));
  const seen = distances.map(() => ({
    own: [] as number[],
    faces: new Set<number>(), // on a curve a face can have several points near one distance
    flips: 0,
    probabilities: new Array<number>(row).fill(0),
  }));
  for (const [face, latent] of faces.latents.entries()) {
    const points = pointsOf(editor, plan, latent, distances);
    if (points.length === 0) continue;
    const images = await editor.render(points);
    const [logits, verdict] = [await editor.score(images), await judge.score(images)];
    for (const [i, point] of points.entries()) {
      const share = (distanceTo(boundary, point) + reach) / (2 * reach);
      const at = seen[Math.round(share * 2 * half)];
      if (at === undefined) continue; // a face that lay beyond the grid before it was moved
      at.faces.add(face);
      at.own.push(logits[i * row + column]!);
      for (let a = 0; a < row; a++) {
        const isPresent = verdict[i * row + a]! > judge.thresholds[a]!;
        const wasPresent = faces.before[face * row + a]! > judge.thresholds[a]!;
        if (a !== column && isPresent !== wasPresent) at.flips += 1 / (row - 1);
        at.probabilities[a]! += probabilityOf(directions[a]!, logits[i * row + a]!);
      }
    }
  }
  const least = leastReaching * faces.latents.length;
  const isReached = seen.map(({ faces: some }) => some.size >= least);
  const meanAt = (at: number, sum: number) => (isReached[at] ? sum / seen[at]!.own.length : Number.NaN);
  return {
    distances,
    logits: seen.map(({ own }, at) => (isReached[at] ? quantile(own, 0.5) : Number.NaN)),
    flips: seen.map(({ flips }, at) => meanAt(at, flips)),
    probabilities: seen.map(({ probabilities }, at) => probabilities.map(sum => meanAt(at, sum))),
  };
}

/** @returns latents of one face, moved along the plan. */
function pointsOf(
  editor: FaceEditor,
  plan: Plan,
  latent: Float32Array,
  distances: readonly number[],
): readonly (Float32Array | Float64Array)[] {
  const request = { latent, moves: [], ...conditionsOf(plan) };
  if (plan.hold === 'field') {
    const ends = [distances[0]!, distances.at(-1)!] as const;
    return [
      seenLatent(latent, editor.geometry),
      ...editor.spreadOverRange(plan.moved, ends, request, pointsToEachSide.field).map(point => point.latent),
    ];
  }
  return distances.flatMap(distance => {
    const moves = [{ attribute: plan.moved, kind: 'absolute', distance } as const];
    try {
      return [editor.edit({ ...request, moves }).latent];
    } catch (error) {
      if (error instanceof UserError) return []; // the locks leave this face no way there
      throw error;
    }
  });
}
