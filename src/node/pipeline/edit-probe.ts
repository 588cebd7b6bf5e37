// Moves many faces along one attribute to where the classifier is sure, and asks the judge what became of the others.
import { type AttributeName, attributeIndex, attributeNames } from '../../core/attributes.ts';
import type { FaceEditor } from '../../core/bundle/face-editor.ts';
import { logitOf } from '../../core/bundle/probability.ts';
import type { Answer } from '../../core/latent/response.ts';
import { strengthFor } from '../../core/latent/response.ts';
import { strengthRange } from '../../core/latent/strength-range.ts';
import { mean } from '../../core/math/statistics.ts';
import type { EditedLogits } from '../../core/metrics/edit-effects.ts';
import type { Judge } from './judge.ts';
import type { StageContext } from './stage.ts';

/** What is moved, and what must stay. */
export interface Plan {
  readonly moved: AttributeName;
  readonly locks: readonly string[];
}

/** Faces as they come, and what the judge sees in them. */
export interface Faces {
  readonly seeds: readonly number[];
  /** The judge's logits [n, 40]. */
  readonly before: Float32Array;
}

/** Probabilities that a face is moved to: surely absent, surely present. */
export type Targets = readonly [low: number, high: number];

export interface Probed extends EditedLogits {
  /** Share of the edits that reached their target within `reach`. */
  readonly reached: number;
  /** Mean |strength| of the edits, in σ. */
  readonly strength: number;
  readonly residual: number;
}

/** Signed distances between which targets are looked for: as far out as latents lie. */
const reach = [-4, 4] as const;
/** Faces at a time: what is drawn of them is all that is in memory. */
const batch = 16;

export async function lookAt(editor: FaceEditor, judge: Judge, seeds: readonly number[]): Promise<Faces> {
  return {
    seeds,
    before: await judged(
      editor,
      judge,
      seeds.map(seed => editor.sample(seed)),
    ),
  };
}

/**
 * @param tried strengths that are tried to each side of a face as it is, between which is interpolated.
 * @throws UserError as `FaceEditor.condition`.
 */
export async function probe(
  editor: FaceEditor,
  judge: Judge,
  plan: Plan,
  { seeds, before }: Faces,
  targets: Targets,
  { signal }: Pick<StageContext, 'signal'>,
  tried = 5,
): Promise<Probed> {
  const attribute = editor.bundle.attributes[attributeIndex(plan.moved)]!;
  const [low, high]: [Float64Array[], Float64Array[]] = [[], []];
  const strengths: number[] = [];
  let reached = 0;
  for (let first = 0; first < seeds.length; first += batch) {
    signal.throwIfAborted();
    const some = seeds.slice(first, first + batch);
    const answers = await answersOf(editor, plan, some, tried);
    for (const [face, seed] of some.entries()) {
      for (const [end, latents] of [low, high].entries()) {
        const found = strengthFor(answers[face]!, logitOf(attribute, targets[end]!));
        latents.push(moved(editor, plan, seed, found.strength));
        strengths.push(Math.abs(found.strength));
        if (found.reached) reached++;
      }
    }
  }
  return {
    before,
    low: await judged(editor, judge, low),
    high: await judged(editor, judge, high),
    reached: reached / strengths.length,
    strength: mean(strengths),
    residual: editor.condition(plan.moved, plan.locks).residual,
  };
}

/** What the bundle's classifier says of the moved attribute at several strengths, face by face. */
async function answersOf(editor: FaceEditor, plan: Plan, seeds: readonly number[], count: number): Promise<Answer[][]> {
  const { boundaries } = editor.bundle;
  const tried = seeds.map(seed => {
    const edit = { latent: editor.sample(seed), boundaries, moves: [], locks: plan.locks };
    const [least, most] = strengthRange(plan.moved, [...reach], edit);
    const shares = Array.from({ length: count }, (_, i) => (i + 1) / count);
    const below = least < 0 ? shares.map(share => share * least).reverse() : [];
    return [...below, 0, ...(most > 0 ? shares.map(share => share * most) : [])];
  });
  const latents = seeds.flatMap((seed, face) => tried[face]!.map(strength => moved(editor, plan, seed, strength)));
  const logits = await editor.score(await editor.render(latents));
  const column = attributeIndex(plan.moved);
  let row = 0;
  return tried.map(strengths =>
    strengths.map(strength => ({ strength, logit: logits[row++ * attributeNames.length + column]! })),
  );
}

function moved(editor: FaceEditor, plan: Plan, seed: number, strength: number): Float64Array {
  const moves = [{ attribute: plan.moved, kind: 'relative', strength } as const];
  return editor.edit({ seed, moves, locks: plan.locks }).latent;
}

/** @returns the judge's logits [n, 40]. */
export async function judged(
  editor: FaceEditor,
  judge: Judge,
  latents: readonly (Float32Array | Float64Array)[],
): Promise<Float32Array> {
  const logits = new Float32Array(latents.length * attributeNames.length);
  for (let first = 0; first < latents.length; first += judgedAtOnce) {
    const images = await editor.render(latents.slice(first, first + judgedAtOnce));
    logits.set(await judge.score(images), first * attributeNames.length);
  }
  return logits;
}

const judgedAtOnce = 100;
