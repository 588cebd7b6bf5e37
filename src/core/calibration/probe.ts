// Moves many faces along one attribute to where the classifier is sure, and asks the judge what became of the others.
import { attributeIndex } from '../attributes.ts';
import type { Direction } from '../directions/direction.ts';
import type { Hold } from '../directions/hold.ts';
import type { LayerRange } from '../directions/layers.ts';
import { isScored } from '../directions/scored.ts';
import { type Answer, strengthFor } from '../editing/response.ts';
import type { FaceEditor } from '../editor/face-editor.ts';
import { logitOf } from '../editor/probability.ts';
import type { EditRequest } from '../editor/requests.ts';
import { mean } from '../math/statistics.ts';
import {
  type EditEffect,
  type EditedColumns,
  type EditedLogits,
  editEffect,
} from '../measures/answers/edit-effects.ts';
import type { Tick } from '../measures/tick.ts';
import type { Judge } from './judge.ts';

/** Strengths tried to each side of a face when layers or locks are chosen: fewer than elsewhere, to save time. */
export const triedStrengths = 2;

/** One kind of edit: the attribute that is moved, and those that must stay. */
export interface Plan {
  readonly moved: string;
  readonly locks: readonly string[];
  /** Left out: linear. */
  readonly hold?: Hold;
  /** Layers that the move acts on; left out, those of the bundle. */
  readonly layers?: LayerRange;
  /** Signed distances between which the targets are looked for. Left out: as far out as latents lie. */
  readonly reach?: readonly [number, number];
}

/** Faces as they come, and what the judge and the classifier see in them. */
export interface ProbeFaces {
  /** [d] each, truncated as the bundle has it. */
  readonly latents: readonly Float32Array[];
  /** The judge's logits [n, attributes]. */
  readonly before: Float32Array;
  /** The logits of the bundle's classifier [n, attributes]. */
  readonly own: Float32Array;
}

/** Probabilities that each face is moved to: surely absent, surely present. */
export const targets = [0.1, 0.9] as const;

export interface Probed extends EditedLogits {
  /** Share of the edits that reached their target within the plan's reach. */
  readonly reached: number;
  /** Mean |strength| of the edits, in σ. */
  readonly strength: number;
  readonly residual: number;
}

/** Signed distances as far out as latents lie. */
const widestReach = [-4, 4] as const;
/** Faces that are moved together, which changes no result. */
const facesAtOnce = 16;
/** Images that are in memory together. */
const imagesAtOnce = 96;

/** Boundaries of the attributes that the classifier answers about. */
export function scoredBoundaries({ bundle }: FaceEditor): readonly Direction[] {
  const known = new Set<string>(bundle.directions.filter(isScored).map(({ attribute }) => attribute));
  return bundle.movable.filter(({ attribute }) => known.has(attribute));
}

/**
 * @param tick called after each block of faces.
 * @returns the faces of these seeds, with what both networks see in them.
 */
export async function lookAt(
  editor: FaceEditor,
  judge: Judge,
  seeds: readonly number[],
  tick: Tick = () => {},
): Promise<ProbeFaces> {
  const row = editor.attributes.length;
  const latents: Float32Array[] = [];
  const [before, own] = [new Float32Array(seeds.length * row), new Float32Array(seeds.length * row)];
  for (let first = 0; first < seeds.length; first += imagesAtOnce) {
    const drawn = seeds.slice(first, first + imagesAtOnce).map(seed => editor.sample(seed));
    const images = await editor.render(drawn);
    before.set(await judge.score(images), first * row);
    own.set(await editor.score(images), first * row);
    latents.push(...drawn);
    await tick(latents.length, seeds.length);
  }
  return { latents, before, own };
}

/** @returns the first `count` of them. */
export function firstFaces({ latents, before, own }: ProbeFaces, count: number): ProbeFaces {
  const end = (count * own.length) / latents.length;
  return { latents: latents.slice(0, count), before: before.subarray(0, end), own: own.subarray(0, end) };
}

/**
 * Moves each face to both targets, by the strengths that the bundle's classifier asks for.
 * @param tried strengths that are tried to each side of a face as it is, between which is interpolated.
 * @throws UserError as `FaceEditor.condition`.
 */
export async function probe(
  editor: FaceEditor,
  judge: Judge,
  plan: Plan,
  faces: ProbeFaces,
  tried = 4,
): Promise<Probed> {
  const column = attributeIndex(plan.moved, editor.attributes);
  const row = editor.attributes.length;
  const wanted = targets.map(target => logitOf(editor.bundle.directions[column]!, target));
  const ends: readonly [Float64Array[], Float64Array[]] = [[], []];
  const strengths: number[] = [];
  let reached = 0;
  for (let first = 0; first < faces.latents.length; first += facesAtOnce) {
    const some = faces.latents.slice(first, first + facesAtOnce).map((latent, i) => {
      return { latent, logit: faces.own[(first + i) * row + column]! };
    });
    const answers = await answersOf(editor, plan, some, wanted, tried);
    for (const [face, { latent }] of some.entries()) {
      for (const [end, latents] of ends.entries()) {
        const found = strengthFor(answers[face]!, wanted[end]!);
        latents.push(moved(editor, plan, latent, found.strength));
        strengths.push(Math.abs(found.strength));
        if (found.reached) reached++;
      }
    }
  }
  const judged = (latents: readonly Float64Array[]) => scored(editor, latents, images => judge.score(images));
  return {
    before: faces.before,
    low: await judged(ends[0]),
    high: await judged(ends[1]),
    reached: reached / strengths.length,
    strength: mean(strengths),
    residual: editor.condition(plan.moved, plan.locks).residual,
  };
}

/** @returns the effect of `probe`'s edits, as the judge sees it. */
export async function effectOf(
  editor: FaceEditor,
  judge: Judge,
  plan: Plan,
  faces: ProbeFaces,
  tried?: number,
): Promise<EditEffect> {
  const probed = await probe(editor, judge, plan, faces, tried);
  return editEffect(probed, judge.thresholds, editedColumns(plan, editor.attributes));
}

/** @returns the columns of a plan's attributes among a judge's answers, which are about `attributes`. */
export function editedColumns(
  { moved, locks }: Pick<Plan, 'moved' | 'locks'>,
  attributes: readonly string[],
): EditedColumns {
  const locked = locks.map(lock => attributes.indexOf(lock)).filter(column => column >= 0);
  return { moved: attributeIndex(moved, attributes), locked };
}

/** Asks the bundle's classifier for the moved attribute's logit at strengths toward what is wanted, face by face. */
async function answersOf(
  editor: FaceEditor,
  plan: Plan,
  faces: readonly { readonly latent: Float32Array; readonly logit: number }[],
  wanted: readonly number[],
  count: number,
): Promise<Answer[][]> {
  const tried = faces.map(({ latent, logit }) => {
    const request = { latent, moves: [], ...conditionsOf(plan) };
    const [low, high] = plan.reach ?? widestReach;
    // A side on which nothing is wanted is not walked: a face is beyond its distance from the beginning.
    const ends = [
      wanted.some(target => target < logit) ? low : Number.POSITIVE_INFINITY,
      wanted.some(target => target > logit) ? high : Number.NEGATIVE_INFINITY,
    ] as const;
    const spread = editor.spreadOverRange(plan.moved, ends, request, count);
    return {
      below: spread.filter(({ strength }) => strength < 0),
      above: spread.filter(({ strength }) => strength > 0),
    };
  });
  const latents = tried.flatMap(({ below, above }) => [...below, ...above].map(({ latent }) => latent));
  const logits = await scored(editor, latents, images => editor.score(images));
  const column = attributeIndex(plan.moved, editor.attributes);
  let row = 0;
  const answer = ({ strength }: { readonly strength: number }) => ({
    strength,
    logit: logits[row++ * editor.attributes.length + column]!,
  });
  return tried.map(({ below, above }, face) => {
    const less = below.map(answer);
    return [...less, { strength: 0, logit: faces[face]!.logit }, ...above.map(answer)];
  });
}

function moved(editor: FaceEditor, plan: Plan, latent: Float32Array, strength: number): Float64Array {
  // A face whose locks leave the attribute no way stays where it is.
  const moves = strength === 0 ? [] : [{ attribute: plan.moved, kind: 'relative', strength } as const];
  return editor.edit({ latent, moves, ...conditionsOf(plan) }).latent;
}

/** How the plan's edits are made. */
export function conditionsOf({
  moved,
  locks,
  hold = 'linear',
  layers,
}: Plan): Pick<EditRequest, 'locks' | 'hold' | 'layers'> {
  return { locks, hold, ...(layers && hold === 'linear' && { layers: { [moved]: layers } }) };
}

/** @returns logits [n, attributes] of the images of these latents. */
async function scored(
  editor: FaceEditor,
  latents: readonly (Float32Array | Float64Array)[],
  score: (images: Float32Array) => Promise<Float32Array>,
): Promise<Float32Array> {
  const row = editor.attributes.length;
  const logits = new Float32Array(latents.length * row);
  for (let first = 0; first < latents.length; first += imagesAtOnce) {
    const images = await editor.render(latents.slice(first, first + imagesAtOnce));
    logits.set(await score(images), first * row);
  }
  return logits;
}
