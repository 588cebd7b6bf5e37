// Draws one request of the service with an editor: a picture that carries its recipe, or the facts of the edit.
import type { Move } from '../../../core/editing/moves.ts';
import { checkRecipe, defaultTiming, formatRecipe, type Recipe, type Timing } from '../../../core/editing/recipe.ts';
import type { Start } from '../../../core/editing/start.ts';
import { formatMoveRange, type MoveRange, parseMoveRange } from '../../../core/editing/strip.ts';
import { checkOwnRecipe } from '../../../core/editor/bundle.ts';
import type { FaceEditor } from '../../../core/editor/face-editor.ts';
import { stripOf } from '../../../core/editor/requests.ts';
import { describeMissed, isMissed } from '../../../core/editor/wanted-probability.ts';
import { UserError } from '../../../core/errors.ts';
import { compare, firstMoves, movesIn, warningsAbout } from '../../stages/edit/changes.ts';
import { locksOf } from '../../stages/edit/faces.ts';
import {
  type DrawnFace,
  drawFace,
  encodeFaceAnimation,
  encodeStrips,
  type Face,
  recipesOf,
} from '../../stages/edit/strips.ts';
import type { faceFormats, facePictures } from './accept.ts';
import type { EditBody } from './schemas.ts';

/** The wishes of an edit, whatever face it starts from. */
type Wishes = Pick<EditBody, 'moves' | 'locks' | 'hold' | 'geometry' | 'layers'>;

export interface Order {
  /** `edit` answers JSON with what changed, `face` with the face as it is. */
  readonly kind: 'edit' | 'face';
  readonly edit: EditBody;
  readonly format: (typeof faceFormats)[number];
  readonly limits: DrawingLimits;
}

export interface DrawingLimits {
  /** Frames of a strip or an animation. */
  readonly faces: number;
  /** Pixels of all frames together, enlarged. */
  readonly pixels: number;
}

/** As an AbortSignal, across threads. */
export interface Stopping {
  throwIfAborted(): void;
}

/** A picture file, or an answer in JSON. */
export type Drawn = Uint8Array | Readonly<Record<string, unknown>>;

interface Plan {
  readonly face: Face;
  readonly steps: number;
  readonly scale: number;
  readonly timing: Timing | undefined;
}

/**
 * @param signal asked between trials; an error that it throws ends the work.
 * @throws UserError for a request that the model or the limits refuse.
 */
export async function drawOrder(editor: FaceEditor, order: Order, signal: Stopping): Promise<Drawn> {
  const { edit, format, limits } = order;
  refuseBesidePicture(format, { picture: edit.picture });
  const { face: asked, ...given } = edit.recipe === undefined ? planOf(edit, editor) : planOfRecipe(edit, editor);
  const isAnimated = [format, edit.picture].includes('webp');
  const plan = { ...given, timing: given.timing ?? (isAnimated ? defaultTiming : undefined) };
  checkLimits(plan, editor, limits);
  const { face, drawn, missed } = await drawnFace(editor, asked, plan.steps, edit.nearest, signal);
  const [recipe] = recipesOf(editor, [face], plan) as [Recipe];
  if (format !== 'json') return encode(editor, drawn, recipe, plan, format);
  if (order.kind === 'face') return faceFacts(editor, face, drawn);
  const { picture } = edit;
  return {
    ...(await editFacts(editor, face, drawn, recipe, missed)),
    ...(picture && { picture: dataUrl(await encode(editor, drawn, recipe, plan, picture), picture) }),
  };
}

/** @throws UserError for what only an answer in JSON can carry, asked of a picture. */
export function refuseBesidePicture(format: string, asked: Readonly<Record<string, unknown>>): void {
  const names = Object.keys(asked).filter(name => asked[name] !== undefined && asked[name] !== false);
  if (format === 'json' || names.length === 0) return;
  const [are, them] = names.length === 1 ? ['is', 'it'] : ['are', 'them'];
  throw new UserError(
    `${names.join(' and ')} ${are} for answers in JSON; this one is a picture. Send Accept: application/json, or leave ` +
      `${them} out`,
  );
}

/** Finds the strengths of wanted probabilities, edits and draws. @returns a line for each probability out of reach. */
export async function drawnFace(
  editor: FaceEditor,
  asked: Face,
  steps: number,
  nearest: boolean,
  signal: Stopping,
): Promise<{ face: Face; drawn: DrawnFace; missed: string[] }> {
  const { moves, wanted } = await editor.resolveStrip({ ...asked, steps }, { nearest, signal });
  const face = { ...asked, moves };
  const drawn = await drawFace(editor, face, steps);
  signal.throwIfAborted();
  return {
    face,
    drawn,
    missed: wanted.filter(isMissed).map(each => `out of reach: ${describeMissed(each, 'the face')}`),
  };
}

/** Reads moves and locks, whatever the face. */
export function wishesOf(edit: Wishes, editor: FaceEditor): Omit<Face, 'seed' | 'psi' | 'latent' | 'portrait'> {
  const moves = (edit.moves ?? []).map(asRange);
  const { geometry = editor.geometry, hold, layers } = edit;
  const idle = Object.keys(layers ?? {}).find(name => !moves.some(({ to }) => to.attribute === name));
  if (idle !== undefined) throw new UserError(`layers must be of a move; got those of ${idle}. Leave them out`);
  return { moves, locks: locksOf(edit.locks ?? [], moves, editor), geometry, hold, layers };
}

function planOf({ seed, psi, latent, ...edit }: EditBody, editor: FaceEditor): Plan {
  if ((seed === undefined) === (latent === undefined)) {
    const got = seed === undefined ? 'none' : 'seed and latent';
    throw new UserError(`a face must start from one of seed, latent and recipe; got ${got}`);
  }
  const start: Start = latent === undefined ? { seed: seed!, psi } : { latent, psi };
  const face: Face = { ...start, ...wishesOf(edit, editor) };
  if (edit.steps === undefined) refuseRanges(face.moves, 'give steps too, 7 say, or one end');
  return { face, steps: edit.steps ?? 1, scale: edit.scale ?? 1, timing: edit.timing };
}

/** @throws UserError for a range where one face is drawn: its start would be lost. */
export function refuseRanges(moves: readonly MoveRange[], remedy: string): void {
  const range = moves.find(({ from }) => from !== undefined);
  if (range !== undefined) throw new UserError(`${formatMoveRange(range)} has two ends; ${remedy}`);
}

function asRange(move: Move | string): MoveRange {
  return typeof move === 'string' ? parseMoveRange(move) : { to: move, from: undefined };
}

/** The members of a request that may stand beside a recipe. */
const besideRecipe: readonly string[] = ['recipe', 'nearest', 'picture'] satisfies (keyof EditBody)[];

function planOfRecipe({ recipe: given, ...edit }: EditBody, { bundle }: FaceEditor): Plan {
  const other = Object.entries(edit).find(([name, value]) => value !== undefined && !besideRecipe.includes(name));
  if (other !== undefined)
    throw new UserError(`a recipe says what is edited and how; got ${other[0]} too. Leave it out`);
  const recipe = checkRecipe(given);
  checkOwnRecipe(bundle, recipe);
  const { steps, ...face } = stripOf(recipe);
  return { face, steps, scale: recipe.strip?.scale ?? 1, timing: recipe.strip?.timing };
}

function checkLimits({ steps, scale }: Pick<Plan, 'steps' | 'scale'>, { bundle }: FaceEditor, limits: DrawingLimits) {
  if (steps > limits.faces)
    throw new UserError(`steps must be at most ${limits.faces} here; got ${steps}. Ask for fewer`);
  const pixels = steps * (bundle.resolution * scale) ** 2;
  if (pixels <= limits.pixels) return;
  throw new UserError(
    `a picture must have at most ${limits.pixels} pixels here; ${steps} × ${bundle.resolution * scale}² are ${pixels}. ` +
      'Choose a smaller scale or fewer steps',
  );
}

async function encode(
  editor: FaceEditor,
  drawn: DrawnFace,
  recipe: Recipe,
  plan: Omit<Plan, 'face'>,
  format: (typeof facePictures)[number],
): Promise<Uint8Array> {
  if (format === 'png') return encodeStrips(editor.bundle.resolution, [drawn], [recipe], plan);
  const timing = plan.timing ?? defaultTiming;
  return encodeFaceAnimation(editor.bundle.resolution, [drawn], [recipe], { ...plan, timing, format });
}

export function dataUrl(picture: Uint8Array, format: string): string {
  return `data:image/${format};base64,${Buffer.from(picture).toString('base64')}`;
}

/** @param missed further warnings. */
export async function editFacts(
  editor: FaceEditor,
  face: Face,
  drawn: DrawnFace,
  recipe: Recipe,
  missed: readonly string[],
) {
  const comparison = await compare(editor, face, drawn);
  const { before, after, probabilities } = comparison;
  const moves = movesIn(comparison);
  const attributes = editor.bundle.directions.map(({ attribute, boundary }) => ({
    attribute,
    locked: face.locks.includes(attribute),
    ...(boundary && { distance: [before.distances[attribute]!, after.distances[attribute]!] }),
    ...(probabilities.has(attribute) && { probability: probabilities.get(attribute)! }),
  }));
  return {
    model: usedModel(editor),
    latent: [...after.latent],
    recipe: JSON.parse(formatRecipe(recipe)),
    moves,
    attributes,
    warnings: [...warningsAbout(editor, [{ face: 'this face', moves, first: firstMoves(drawn) }]), ...missed],
  };
}

async function faceFacts(editor: FaceEditor, face: Face, drawn: DrawnFace) {
  const { after, probabilities } = await compare(editor, face, drawn);
  const attributes = editor.bundle.directions.map(({ attribute, boundary }) => ({
    attribute,
    ...(boundary && { distance: after.distances[attribute]! }),
    ...(probabilities.has(attribute) && { probability: probabilities.get(attribute)![1] }),
  }));
  return {
    model: usedModel(editor),
    ...('seed' in face && { seed: face.seed }),
    latent: [...after.latent],
    attributes,
  };
}

function usedModel({ bundle: { name, sha256 } }: FaceEditor) {
  return { name, sha256 };
}
