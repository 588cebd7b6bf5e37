// A thread of `evaluate portraits`: finds one photo after the other, edits it, pastes it back and lets the judge read it.
import type { Judge } from '../../../core/calibration/judge.ts';
import type { FaceEditor } from '../../../core/editor/face-editor.ts';
import { probabilityOf } from '../../../core/editor/probability.ts';
import type { EditRequest } from '../../../core/editor/requests.ts';
import { UserError } from '../../../core/errors.ts';
import { celebaCrop } from '../../../core/images/crop.ts';
import { featureDistance, psnr } from '../../../core/measures/images/likeness.ts';
import { classifierFeatures } from '../../../core/models/classifier.ts';
import { type BatchRunner, classifierRunner } from '../../../core/models/inference.ts';
import { cropFace } from '../../../core/portraits/crop-face.ts';
import { withPatch } from '../../../core/portraits/paste-back.ts';
import type { FaceBox, Photo } from '../../../core/portraits/photo.ts';
import { readClassifier } from '../../artefacts/networks.ts';
import { cpuDevice } from '../../devices/device.ts';
import { openPhotoBundle } from '../../photos/bundle.ts';
import { readPhoto } from '../../photos/read-photo.ts';
import { serve } from '../../threads/serve.ts';
import { openJudge } from '../calibrate/judge.ts';

export interface PortraitThread {
  file: 'stages/evaluate-portraits/thread';
  shared: { readonly bundle: string; readonly judge: string; readonly attributes: readonly string[] };
  input: { readonly photo: string } | { readonly seed: number };
  output: { readonly likeness?: PhotoLikeness; readonly edits: readonly JudgedEdit[]; readonly seconds: number };
}

/** How alike a face is to the photo, as the judge sees it. */
interface JudgedLikeness {
  readonly psnr: number;
  readonly featureDistance: number;
  /** Share of attributes whose probability by the judge is above a half in both, or in neither. */
  readonly agreement: number;
}

export interface PhotoLikeness {
  readonly encoded: JudgedLikeness;
  readonly refined: JudgedLikeness;
  readonly tuned: JudgedLikeness;
  /** The bundle's own classifier on photo and tuned reconstruction. */
  readonly ownAgreement: number;
}

export interface JudgedEdit {
  readonly attribute: string;
  /** The probability that was asked for, and how near the bundle's classifier came. */
  readonly wanted: number;
  readonly reached: number;
  /** Whether the judge sees the attribute on the side that was asked for. */
  readonly arrived: boolean;
  /** Share of the other attributes that the judge sees otherwise than before. */
  readonly flips: number;
}

serve<PortraitThread>(async ({ bundle, judge: judgeFolder, attributes }) => {
  const editor = await openPhotoBundle(bundle, { threads: 1 });
  const judge = await openJudge(judgeFolder, editor, { device: 'cpu', threads: 1 });
  const features = await judgeFeatures(judgeFolder);
  return async input => {
    const begun = performance.now();
    const found = 'seed' in input ? undefined : await openedPhoto(input, editor, judge, features);
    const edits = await editsOf(input, found, editor, judge, attributes);
    await found?.portrait.release();
    return { ...(found && { likeness: found.likeness }), edits, seconds: (performance.now() - begun) / 1000 };
  };
});

async function judgeFeatures(folder: string): Promise<BatchRunner> {
  const { details, tensors } = await readClassifier(folder);
  return classifierRunner(cpuDevice(1), details.architecture, tensors, 4, classifierFeatures);
}

/** @returns whether the judge sees each attribute, as `evaluate edits` counts them. */
async function seen(judge: Judge, image: Float32Array): Promise<boolean[]> {
  return Array.from(await judge.score(image), (logit, column) => logit > judge.thresholds[column]!);
}

/** @returns whether the judge's calibrated probability of each attribute is above a half. */
async function likely(judge: Judge, image: Float32Array): Promise<boolean[]> {
  return Array.from(await judge.score(image), (logit, column) => logit > judge.logitAt(column, 0.5));
}

/** @returns 1 where there are none: a classifier of one attribute has no others that could change. */
function shareOfSame(a: readonly boolean[], b: readonly boolean[]): number {
  return a.length === 0 ? 1 : a.filter((value, i) => value === b[i]).length / a.length;
}

/** The square that training pictures are cropped to, in CelebA's aligned pictures of 178×218 or smaller copies of them. */
function celebaBox({ width }: Photo): FaceBox {
  const scale = width / celebaCrop.width;
  const { left, top, side } = celebaCrop;
  return { x: (left + side / 2) * scale, y: (top + side / 2) * scale, side: side * scale, angle: 0 };
}

async function openedPhoto(
  { photo: path }: { readonly photo: string },
  editor: FaceEditor,
  judge: Judge,
  features: BatchRunner,
) {
  const { photo } = await readPhoto(path);
  const box = celebaBox(photo);
  const quick = await editor.openPortrait(photo, { box, quick: true });
  const encoded = quick.reconstruction;
  await quick.release();
  const portrait = await editor.openPortrait(photo, { box });
  const { latent } = portrait.editor.edit({ ...portrait.start, moves: [] });
  const { crop } = portrait;
  const [wanted, answers] = [await features.run(crop), await likely(judge, crop)];
  const alike = async (image: Float32Array): Promise<JudgedLikeness> => ({
    psnr: psnr(image, crop),
    featureDistance: featureDistance(await features.run(image), wanted),
    agreement: shareOfSame(await likely(judge, image), answers),
  });
  const likeness = {
    encoded: await alike(encoded),
    refined: await alike(await editor.render([latent])),
    tuned: await alike(portrait.reconstruction),
    ownAgreement: portrait.figures.agreement,
  };
  return { portrait, likeness };
}

/**
 * Moves each attribute to the other side, 10 or 90 % as the bundle's classifier sees it, under the locks that the bundle
 * suggests. Photos are pasted back and cropped again before the judge reads them.
 */
async function editsOf(
  input: PortraitThread['input'],
  found: Awaited<ReturnType<typeof openedPhoto>> | undefined,
  base: FaceEditor,
  judge: Judge,
  attributes: readonly string[],
): Promise<JudgedEdit[]> {
  const editor = found?.portrait.editor ?? base;
  const start = 'seed' in input ? { seed: input.seed } : found!.portrait.start;
  const unedited = found?.portrait.crop ?? (await editor.render([editor.edit({ ...start, moves: [] }).latent]));
  const [logits, answers] = [await editor.score(unedited), await seen(judge, unedited)];
  const edits: JudgedEdit[] = [];
  for (const attribute of attributes) {
    const { index, details } = editor.attribute(attribute);
    const before = probabilityOf(details, logits[index]!);
    const wanted = before < 0.5 ? 0.9 : 0.1;
    const moves = [{ attribute, kind: 'probability', probability: wanted } as const];
    const request = { ...start, moves, locks: details.suggestedLocks ?? [] };
    const made = await nearestEdit(editor, request);
    const after = made && (await editor.render([made.latent]));
    const shown = found && after ? await pastedCrop(found.portrait, after, editor.bundle.resolution) : after;
    const now = shown ? await seen(judge, shown) : answers;
    const others = answers.filter((_, column) => column !== index);
    const othersNow = now.filter((_, column) => column !== index);
    edits.push({
      ...{ attribute, wanted },
      reached: made?.reached ?? before,
      arrived: now[index] === wanted > 0.5,
      flips: 1 - shareOfSame(others, othersNow),
    });
  }
  return edits;
}

/** @returns the edit that comes nearest to what is wanted; undefined where the locks leave this face no way. */
async function nearestEdit(editor: FaceEditor, request: EditRequest) {
  try {
    const resolved = await editor.resolve(request, { nearest: true });
    return { latent: editor.edit(resolved).latent, reached: resolved.wanted[0]!.reached };
  } catch (error) {
    if (error instanceof UserError) return undefined; // all other mistakes were found before any face
    throw error;
  }
}

/** The square around the face out of the edited photo, as the networks see it. */
async function pastedCrop(
  portrait: NonNullable<Awaited<ReturnType<typeof openedPhoto>>>['portrait'],
  after: Float32Array,
  resolution: number,
): Promise<Float32Array> {
  return cropFace(withPatch(portrait.photo, portrait.patch(after)), portrait.box, resolution).image;
}
