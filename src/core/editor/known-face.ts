// One face whose values a bundle knows: a device that computes others must not draw faces.
import { UserError } from '../errors.ts';
import type { KnownFace } from './bundle.ts';
import type { FaceEditor } from './face-editor.ts';

/** Largest difference of a logit, beside its own size, that other orders of addition explain. */
const mostDifference = 0.02;

/** @returns the values of one face, as they are on the editor's device. */
export async function knownFace(editor: FaceEditor, seed = 0): Promise<KnownFace> {
  return { seed, logits: [...(await editor.score(await editor.render([editor.sample(seed)])))] };
}

/**
 * Draws the bundle's known face and scores it.
 * @returns whether all values are those that the bundle knows; undefined where it knows none.
 */
export async function computesRight(editor: FaceEditor): Promise<boolean | undefined> {
  const { known } = editor.bundle;
  if (known === undefined) return undefined;
  const { logits } = await knownFace(editor, known.seed).catch((error: unknown) => {
    if (error instanceof UserError) return { logits: [] }; // it makes no numbers that a picture could have
    throw error;
  });
  return known.logits.every((logit, i) => Math.abs(logits[i]! - logit) <= mostDifference * (1 + Math.abs(logit)));
}
