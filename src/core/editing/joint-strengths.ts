// Finds strengths for several wanted logits of one face together, since each strength changes all logits.
import { dot, gram, solve } from '../math/linear-algebra.ts';

export interface JointAnswer {
  readonly strengths: readonly number[];
  readonly logits: readonly number[];
}

/** Strength over which slopes are measured. */
const small = 0.05;
/** The most that a strength changes in one step: slopes are local. */
const longest = 1;
const mostSteps = 25;
/** Dampings of Levenberg and Marquardt that are tried, relative to the size of the slopes. */
const dampings = [0, 0.03, 0.3];
/** Shares of each step that are tried. */
const shares = [1, 0.5, 0.2, 0.05];

/**
 * Damped Gauss-Newton steps (Marquardt 1963) from a start, several tried at once since a batch costs as much as a face.
 * @param wanted [m]. @param start [m] strengths that are allowed. @param tolerance distance at which a logit is met.
 * @param measure gives the logits [m] of each of several lists of strengths [m]; undefined where not allowed.
 * @returns the first strengths that meet all, or the best found, by the sum of squares.
 */
export async function jointStrengths(
  wanted: readonly number[],
  start: readonly number[],
  tolerance: number,
  measure: (points: readonly (readonly number[])[]) => Promise<(readonly number[] | undefined)[]>,
): Promise<JointAnswer> {
  const answersTo = async (points: readonly (readonly number[])[]): Promise<JointAnswer[]> => {
    const rows = await measure(points);
    return points.flatMap((strengths, i) => (rows[i] === undefined ? [] : [{ strengths, logits: rows[i] }]));
  };
  const missing = ({ logits }: JointAnswer) => wanted.map((logit, k) => logit - logits[k]!);
  const error = (answer: JointAnswer) => squaredError(answer, wanted);
  const met = (answer: JointAnswer) => missing(answer).every(miss => Math.abs(miss) <= tolerance);
  let [best] = (await answersTo([start])) as [JointAnswer];
  for (let step = 0; step < mostSteps && !met(best); step++) {
    const { strengths, logits } = best;
    const slopes: number[][] = []; // row j: what a unit of strength j adds to each logit
    for (const j of wanted.keys()) {
      const near = await answersTo([small, -small].map(by => strengths.with(j, strengths[j]! + by)));
      const [one] = near;
      if (one === undefined) return best;
      const other = near[1] ?? best;
      const by = one.strengths[j]! - other.strengths[j]!;
      slopes.push(logits.map((_, k) => (one.logits[k]! - other.logits[k]!) / by));
    }
    const steps = dampings.flatMap(damping => stepOf(slopes, missing(best), damping));
    const alone = strengths.map((_, j) =>
      strengths.map((__, k) => (j === k ? missing(best)[k]! / (slopes[k]![k]! || 1) : 0)),
    );
    const tried = [...steps, ...alone].flatMap(change => {
      const limit = Math.min(1, longest / Math.max(...change.map(Math.abs)));
      return shares.map(share => strengths.map((strength, k) => strength + share * limit * change[k]!));
    });
    const better = (await answersTo(tried)).reduce((a, b) => (error(b) < error(a) ? b : a), best);
    if (!(error(better) < 0.999 * error(best))) return best;
    best = better;
  }
  return best;
}

/** How far an answer is from the wanted logits [m]. */
export function squaredError({ logits }: JointAnswer, wanted: readonly number[]): number {
  return wanted.reduce((sum, logit, k) => sum + (logit - logits[k]!) ** 2, 0);
}

/** (JJᵀ + λ)⁻¹ J r, J being `slopes`; nothing where that is singular. */
function stepOf(slopes: readonly (readonly number[])[], missing: readonly number[], damping: number): Float64Array[] {
  const size = slopes.reduce((sum, row) => sum + dot(row, row), 0) / slopes.length;
  const change = solve(
    gram(slopes, damping * size),
    slopes.map(row => dot(row, missing)),
  );
  return change === undefined || !change.every(Number.isFinite) ? [] : [change];
}
