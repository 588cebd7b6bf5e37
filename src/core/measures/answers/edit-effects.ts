// Measures an edit by the answers of a network that sees the faces before and after it.
import { mean } from '../../math/statistics.ts';

type FigureOfFace = 'agreement' | 'heldAgreement' | 'flips' | 'lockedFlips';

export interface EditEffect {
  /** Faces that were scored. */
  readonly faces: number;
  /**
   * Share of edits after which the attribute is seen where it should be and not where it should not; both ends alike, so
   * that half agree where nothing changes.
   */
  readonly agreement: number;
  /** Share of edits that agree and leave the answer of every locked attribute as it was. */
  readonly heldAgreement: number;
  /** Share of faces in which it is seen at the high end and not at the low one. */
  readonly appears: number;
  /** Mean share of the other attributes whose answer changed, over both ends; 0 where there are no others. */
  readonly flips: number;
  /** The same for the locked attributes alone; NaN where none is locked. */
  readonly lockedFlips: number;
  /** Standard errors over the faces. */
  readonly errors: Readonly<Record<FigureOfFace, number>>;
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

/** Columns of the attribute that is moved and of those that are locked. */
export interface EditedColumns {
  readonly moved: number;
  readonly locked: readonly number[];
}

/**
 * @param thresholds [columns]; above its own, an attribute counts as seen.
 * @param chosen which faces count, by row; left out: all. @returns NaN for shares of no faces.
 */
export function editEffect(
  { before, low, high }: EditedLogits,
  thresholds: readonly number[],
  { moved, locked }: EditedColumns,
  chosen: (row: number) => boolean = () => true,
): EditEffect {
  const columns = thresholds.length;
  const others = thresholds.map((_, a) => a).filter(a => a !== moved);
  const held = locked.filter(a => a !== moved);
  const flipped = new Float64Array(columns);
  const changes = new Float64Array(columns);
  const ofFaces: Record<FigureOfFace, number>[] = [];
  for (let row = 0; row * columns < before.length; row++) {
    if (!chosen(row)) continue;
    const at = row * columns;
    const seen = (logits: Float32Array, a: number) => logits[at + a]! > thresholds[a]!;
    const flips = thresholds.map((_, a) => {
      const was = seen(before, a);
      return Number(seen(low, a) !== was) + Number(seen(high, a) !== was);
    });
    for (let a = 0; a < columns; a++) {
      flipped[a]! += flips[a]!;
      changes[a]! += high[at + a]! - low[at + a]!;
    }
    const share = (list: readonly number[]) => mean(list.map(a => flips[a]! / 2));
    const ends = [
      { agrees: !seen(low, moved), after: low },
      { agrees: seen(high, moved), after: high },
    ];
    const holds = (after: Float32Array) => held.every(a => seen(after, a) === seen(before, a));
    ofFaces.push({
      agreement: mean(ends.map(({ agrees }) => Number(agrees))),
      heldAgreement: mean(ends.map(({ agrees, after }) => Number(agrees && holds(after)))),
      flips: others.length > 0 ? share(others) : 0,
      lockedFlips: share(held),
    });
  }
  const faces = ofFaces.length;
  const flipsOf = [...flipped].map(count => count / (2 * faces));
  const over = (figure: FigureOfFace) => ofFaces.map(face => face[figure]);
  const error = (figure: FigureOfFace) => standardError(over(figure));
  return {
    faces,
    agreement: mean(over('agreement')),
    heldAgreement: mean(over('heldAgreement')),
    appears: ofFaces.filter(({ agreement }) => agreement === 1).length / faces,
    flips: others.length > 0 ? mean(others.map(a => flipsOf[a]!)) : 0,
    lockedFlips: mean(held.map(a => flipsOf[a]!)),
    errors: {
      agreement: error('agreement'),
      heldAgreement: error('heldAgreement'),
      flips: error('flips'),
      lockedFlips: error('lockedFlips'),
    },
    flipsOf,
    changes: [...changes].map(sum => sum / faces),
  };
}

/** @returns the standard error of the mean of independent values. */
function standardError(values: readonly number[]): number {
  const middle = mean(values);
  const variance = values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1);
  return Math.sqrt(variance / values.length);
}
