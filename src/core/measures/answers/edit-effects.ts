// Measures an edit by the answers of a network that sees the faces before and after it.
import { mean } from '../../math/statistics.ts';

export interface EditEffect {
  /** Faces that were scored. */
  readonly faces: number;
  /** Share of edits after which the attribute is seen where it should be and not where it should not; both ends alike. */
  readonly agreement: number;
  /** Mean share of the other attributes whose answer changed, over both ends. */
  readonly flips: number;
  /** Share of edits after which the answer is another than before, for each attribute. */
  readonly flipsOf: readonly number[];
  /** Mean change of the logit from the low end to the high end, for each attribute. */
  readonly changes: readonly number[];
}

/** Logits [n, columns] of the same faces. */
export interface EditedLogits {
  readonly before: Float32Array;
  /** Moved to where the attribute should be absent. */
  readonly low: Float32Array;
  /** Moved to where it should be present. */
  readonly high: Float32Array;
}

/**
 * @param thresholds [columns]; above its own, an attribute counts as seen. @param moved its column.
 * @param chosen which faces count, by row; left out: all. @returns NaN for shares of no faces.
 */
export function editEffect(
  { before, low, high }: EditedLogits,
  thresholds: readonly number[],
  moved: number,
  chosen: (row: number) => boolean = () => true,
): EditEffect {
  const columns = thresholds.length;
  const flipped = new Float64Array(columns);
  const changes = new Float64Array(columns);
  let faces = 0;
  let agreed = 0;
  for (let row = 0; row * columns < before.length; row++) {
    if (!chosen(row)) continue;
    faces++;
    const at = row * columns;
    for (let a = 0; a < columns; a++) {
      const seen = (logits: Float32Array) => logits[at + a]! > thresholds[a]!;
      flipped[a]! += Number(seen(low) !== seen(before)) + Number(seen(high) !== seen(before));
      changes[a]! += high[at + a]! - low[at + a]!;
      if (a === moved) agreed += Number(!seen(low)) + Number(seen(high));
    }
  }
  const flipsOf = [...flipped].map(count => count / (2 * faces));
  return {
    faces,
    agreement: agreed / (2 * faces),
    flips: mean(flipsOf.filter((_, a) => a !== moved)),
    flipsOf,
    changes: [...changes].map(sum => sum / faces),
  };
}
