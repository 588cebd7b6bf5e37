// The judge of edits: a network that says whether a move did what it should, best one that labelled nothing.
import { isScored } from '../directions/scored.ts';
import type { FaceEditor } from '../editor/face-editor.ts';
import { logitOf } from '../editor/probability.ts';

export interface Judge {
  /** The judge's name, for captions. */
  readonly name: string;
  /** Whether it gave the labels that the boundaries were fitted to. */
  readonly isOwn: boolean;
  /** Logit above which it sees each of the bundle's attributes. */
  readonly thresholds: readonly number[];
  /** @returns the logit at which its calibrated probability of the attribute in this column is `probability`. */
  logitAt(column: number, probability: number): number;
  /** Images [n, 3, R, R] → logits [n, attributes]. */
  score(images: Float32Array): Promise<Float32Array>;
  release(): Promise<void>;
}

/** The name of a bundle's own classifier as its judge. */
export const ownJudgeName = 'the classifier whose labels the boundaries were fitted to: it grades its own work';

/** The bundle's own classifier, which then grades the labels that it gave. */
export function ownJudge(editor: FaceEditor): Judge {
  const attributes = editor.bundle.directions.filter(isScored);
  return {
    name: ownJudgeName,
    isOwn: true,
    thresholds: attributes.map(({ threshold }) => threshold),
    logitAt: (column, probability) => logitOf(attributes[column]!, probability),
    score: images => editor.score(images),
    release: async () => {},
  };
}
