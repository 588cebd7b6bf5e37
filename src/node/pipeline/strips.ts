// Draws edits as strips, one row a face, for all that show them.
import type { FaceEditor } from '../../core/bundle/face-editor.ts';
import type { Geometry } from '../../core/latent/edit.ts';
import type { MoveRange } from '../../core/latent/strip.ts';
import { addRecipe } from '../../core/recipe/recipe.ts';
import { encodeGrid } from '../report/image-grid.ts';

export interface StripsRequest {
  /** The faces, one strip each. */
  readonly seeds: readonly number[];
  readonly moves: readonly MoveRange[];
  readonly locks: readonly string[];
  readonly geometry: Geometry;
  /** Frames, from the first end of the moves to the last; 1: only the last. */
  readonly steps: number;
  /** Enlargement of each frame. */
  readonly scale: number;
}

export interface Strips {
  /** A PNG, one row a face; each face's last frame is in it as a recipe. */
  readonly png: Uint8Array;
  /** The frames before enlargement, [faces · steps, 3, R, R]. */
  readonly images: Float32Array;
  /** How much of each moved direction the locks leave: the same for every face. */
  readonly residuals: Readonly<Record<string, number>>;
}

/** @throws UserError as `FaceEditor.strip`. */
export async function drawStrips(editor: FaceEditor, request: StripsRequest): Promise<Strips> {
  const { seeds, moves, steps, scale, locks, geometry } = request;
  const edits = seeds.flatMap(seed => editor.strip({ seed, moves, steps, locks, geometry }));
  const images = await editor.render(edits.map(({ latent }) => latent));
  const { resolution } = editor.bundle;
  let png: Uint8Array = await encodeGrid(images, { resolution, columns: steps, scale, kernel: 'cubic', gap: 2 });
  const ends = moves.map(({ to }) => to);
  for (const seed of seeds) png = addRecipe(png, editor.recipe({ seed, moves: ends, locks, geometry }));
  const residuals = edits.at(-1)!.steps.map(({ attribute, residual }) => [attribute, residual] as const);
  return { png, images, residuals: Object.fromEntries(residuals) };
}
