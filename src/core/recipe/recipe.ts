// An edit as plain data: what a link, a file or a picture must carry so that the edit can be made again.
import { z } from 'zod';
import { UserError } from '../errors.ts';
import { addPngText, readPngTexts } from '../formats/png-text.ts';
import { parseVersionedJson } from '../formats/versioned-json.ts';
import type { Geometry } from '../latent/edit.ts';
import { asLatentMove, formatMove, type LatentMove, parseMove } from '../latent/moves.ts';

/** The face that an edit starts from. */
export type Start =
  /** The first face drawn with this seed, an integer from 0. */
  | { readonly seed: number }
  /** z₀ [d], raw or normalised: a face that was found rather than drawn. */
  | { readonly latent: readonly number[] | Float32Array | Float64Array };

export type Recipe = Start & {
  /** The model it was made with; with another, the same numbers mean another face. */
  readonly bundle: { readonly name: string; readonly sha256: string };
  readonly moves: readonly LatentMove[];
  readonly locks: readonly string[];
  readonly geometry: Geometry;
};

/** The version of recipes that this program writes and reads. */
const schemaVersion = 1;

/** The keyword of the PNG text that holds a recipe. */
export const recipeKeyword = 'face-tuning-recipe';

/** Enough for a latent of 4,096 numbers with every digit. */
const longestText = 100_000;

const schema = z
  .strictObject({
    schemaVersion: z.literal(schemaVersion),
    bundle: z.strictObject({ name: z.string().max(100), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
    seed: z.int().min(0).optional(),
    latent: z.array(z.number()).min(1).max(4096).optional(),
    // Written as on the command line, `Young=-2`, to be read by people too.
    moves: z.array(
      z
        .string()
        .max(100)
        .transform(text => asLatentMove(parseMove(text))),
    ),
    locks: z.array(z.string().max(100)),
    geometry: z.enum(['sphere', 'linear']),
  })
  .transform(({ bundle, seed, latent, moves, locks, geometry }): Recipe => {
    if ((seed === undefined) === (latent === undefined)) {
      throw new UserError('a recipe must start from a seed or from a latent; got both or neither');
    }
    const start = latent === undefined ? { seed: seed! } : { latent };
    return { ...start, bundle, moves, locks, geometry };
  });

/** @returns JSON in one line, the same for the same recipe. */
export function formatRecipe({ bundle, moves, locks, geometry, ...start }: Recipe): string {
  const face = 'seed' in start ? { seed: start.seed } : { latent: [...start.latent] };
  return JSON.stringify({ schemaVersion, bundle, ...face, moves: moves.map(formatMove), locks, geometry });
}

/** @param name what the text is called in errors. @throws UserError for anything that `formatRecipe` does not write. */
export function parseRecipe(text: string, name = 'the recipe'): Recipe {
  if (text.length > longestText) {
    throw new UserError(`${name} must have at most ${longestText} characters; got ${text.length}`);
  }
  return parseVersionedJson(text, schemaVersion, schema, name);
}

/** @param png a PNG file. @returns a copy that carries the recipe, after any it carries already. */
export function addRecipe(png: Uint8Array, recipe: Recipe): Uint8Array<ArrayBuffer> {
  return addPngText(png, recipeKeyword, formatRecipe(recipe));
}

/**
 * @param png a PNG file. @param name what it is called in errors: its path.
 * @returns the recipes it carries, one a face from top to bottom; empty where there is none.
 * @throws UserError for a damaged file or recipe.
 */
export function readRecipes(png: Uint8Array, name = 'the picture'): Recipe[] {
  return readPngTexts(png, recipeKeyword, name).map(text => parseRecipe(text, `the recipe of ${name}`));
}
