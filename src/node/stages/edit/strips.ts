// Draws edits as strips, one row a face, or as animations, for the stages that show edits.
import type { Hold } from '../../../core/directions/hold.ts';
import { asLatentMove } from '../../../core/editing/moves.ts';
import { addRecipe, type Recipe, type Strip, type Timing } from '../../../core/editing/recipe.ts';
import { recipesAsXmp } from '../../../core/editing/recipe-file.ts';
import type { Edited } from '../../../core/editing/request.ts';
import type { Start } from '../../../core/editing/start.ts';
import type { MoveRange } from '../../../core/editing/strip.ts';
import type { FaceEditor } from '../../../core/editor/face-editor.ts';
import type { EditRequest, StripRequest } from '../../../core/editor/requests.ts';
import { mean } from '../../../core/math/statistics.ts';
import type { Geometry } from '../../../core/models/latents.ts';
import { longestSides } from '../../photos/write-photo.ts';
import { type AnimationFormat, encodeAnimation } from '../../presentation/animation.ts';
import { checkGridSize, encodeGrid } from '../../presentation/image-grid.ts';

/** One face, edited in steps. */
export type Face = Start & {
  /** Moves by strength or distance; `FaceEditor.resolveStrip` turns wanted probabilities into these. */
  readonly moves: readonly MoveRange[];
  readonly locks: readonly string[];
  /** Left out: the model's own. */
  readonly geometry?: Geometry;
  /** Left out: the model's own way. */
  readonly hold?: Hold | undefined;
  /** Layers that moves act on, where not the model's own; see `EditRequest`. */
  readonly layers?: EditRequest['layers'];
};

/** The options by which all faces of a file are drawn. */
export type Drawing = Pick<Strip, 'steps' | 'scale' | 'timing'>;

export interface DrawnFace {
  /** One edit a frame. */
  readonly edits: readonly Edited[];
  /** [frames, 3, R, R], of all edits or of the last ones alone. */
  readonly images: Float32Array;
}

/** White pixels between frames. */
const gap = 2;

export interface StripsRequest extends Drawing {
  /** The faces, one strip each. */
  readonly seeds: readonly number[];
  readonly moves: readonly MoveRange[];
  readonly locks: readonly string[];
  /** Truncation. Left out: the model's own. */
  readonly psi?: number | undefined;
}

export interface Strips {
  /** A PNG, one row a face, with the recipes of all. */
  readonly png: Uint8Array;
  /** The frames before enlargement, [faces · steps, 3, R, R]. */
  readonly images: Float32Array;
  /** Mean share of each moved direction that the locks leave; in a straight line it is the same for every face. */
  readonly residuals: Readonly<Record<string, number>>;
}

/** @throws UserError as `FaceEditor.resolveStrip`. */
export async function drawStrips(editor: FaceEditor, request: StripsRequest): Promise<Strips> {
  const { seeds, moves, locks, psi, ...drawing } = request;
  const faces: Face[] = [];
  const drawn: DrawnFace[] = [];
  for (const seed of seeds) {
    const face = { seed, psi, moves, locks };
    faces.push({ ...face, ...(await editor.resolveStrip({ ...face, steps: drawing.steps })) });
    drawn.push(await drawFace(editor, faces.at(-1)!, drawing.steps));
  }
  const png = await encodeStrips(editor.bundle.resolution, drawn, recipesOf(editor, faces, drawing), drawing);
  return { png, images: joined(drawn.map(({ images }) => images)), residuals: residualsOf(drawn) };
}

/** @param shown how many of the last frames are drawn; left out: all. @throws UserError as `FaceEditor.strip`. */
export async function drawFace(editor: FaceEditor, face: Face, steps: number, shown = steps): Promise<DrawnFace> {
  const request: StripRequest = { ...face, steps };
  const edits = editor.strip(request);
  return { edits, images: await editor.render(edits.slice(-shown).map(({ latent }) => latent)) };
}

/** @returns the recipes that draw each face's row again. */
export function recipesOf(editor: FaceEditor, faces: readonly Face[], { steps, scale, timing }: Drawing): Recipe[] {
  return faces.map(face => {
    const from = face.moves.map(move => (move.from === undefined ? null : asLatentMove(move.from)));
    const recipe = editor.recipe({ ...face, moves: face.moves.map(({ to }) => to) });
    return { ...recipe, strip: { from, steps, scale, ...(timing === undefined ? {} : { timing }) } };
  });
}

/** How frames lie in a picture: one row a face, or all faces of a frame about as many rows as columns. */
function gridOf(resolution: number, faces: number, { steps, scale }: Drawing, format: 'png' | AnimationFormat) {
  const columns = format === 'png' ? steps : Math.ceil(Math.sqrt(faces));
  return { resolution, columns, scale, kernel: 'cubic', gap } as const;
}

/** Checks before any face is drawn. @throws UserError for a picture that would be too large to be written. */
export function checkDrawing(
  resolution: number,
  faces: number,
  drawing: Drawing,
  format: 'png' | AnimationFormat,
): void {
  const images = format === 'png' ? faces * drawing.steps : faces;
  checkGridSize(images, gridOf(resolution, faces, drawing, format), format === 'webp' ? longestSides.webp : undefined);
}

/** @param resolution of the frames. @returns a PNG, one row a face, with the recipes inside. */
export async function encodeStrips(
  resolution: number,
  drawn: readonly DrawnFace[],
  recipes: readonly Recipe[],
  drawing: Drawing,
): Promise<Uint8Array> {
  const images = joined(drawn.map(face => face.images));
  const png: Uint8Array = await encodeGrid(images, gridOf(resolution, drawn.length, drawing, 'png'));
  return recipes.reduce(addRecipe, png);
}

/** @returns an animation of all faces side by side, about as many rows as columns. */
export async function encodeFaceAnimation(
  resolution: number,
  drawn: readonly DrawnFace[],
  recipes: readonly Recipe[],
  drawing: Drawing & { readonly timing: Timing; readonly format: AnimationFormat },
): Promise<Uint8Array> {
  const { steps, timing, format } = drawing;
  const grid = gridOf(resolution, drawn.length, drawing, format);
  const size = 3 * resolution ** 2;
  const frames: Uint8Array[] = [];
  for (let step = 0; step < steps; step++) {
    const images = joined(drawn.map(face => face.images.subarray(step * size, (step + 1) * size)));
    frames.push(await encodeGrid(images, grid));
  }
  return encodeAnimation(frames, { format, ...timing, xmp: recipesAsXmp(recipes) });
}

/** @returns the mean share of each moved direction that the locks leave, over the faces that move it. */
export function residualsOf(drawn: readonly Pick<DrawnFace, 'edits'>[]): Record<string, number> {
  const steps = drawn.flatMap(({ edits }) => edits.at(-1)!.steps);
  const attributes = [...new Set(steps.map(({ attribute }) => attribute))];
  const of = (name: string) => steps.filter(({ attribute }) => attribute === name).map(({ residual }) => residual);
  return Object.fromEntries(attributes.map(attribute => [attribute, mean(of(attribute))]));
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
