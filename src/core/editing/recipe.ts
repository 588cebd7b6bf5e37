// An edit as plain data: links, files and pictures carry it, so that the edit can be made again.
import { z } from 'zod';
import { type Hold, holdNames } from '../directions/hold.ts';
import { type LayerRange, layerRangeSchema } from '../directions/layers.ts';
import { checkKind, checkOption, UserError } from '../errors.ts';
import { addPngText, readPngTexts } from '../formats/png-text.ts';
import { checkVersionedJson, parseJson } from '../formats/versioned-json.ts';
import { markSynthetic } from '../formats/xmp.ts';
import { type Geometry, geometryNames, mostPsi } from '../models/latents.ts';
import { asLatentMove, checkMove, formatMove, type LatentMove, parseMove } from './moves.ts';
import { type Start, startOf } from './start.ts';
import { checkEnds } from './strip.ts';

export type Recipe = Start & {
  /** The model it was made with; with another, the same numbers mean another face. */
  readonly bundle: { readonly name: string; readonly sha256: string };
  readonly moves: readonly LatentMove[];
  readonly locks: readonly string[];
  readonly geometry: Geometry;
  /** How locks hold. Left out: linear. */
  readonly hold?: Hold | undefined;
  /** Layers that moves of an attribute act on, where these are others than the model's own. */
  readonly layers?: Readonly<Record<string, LayerRange>> | undefined;
  /** How the face was drawn, where it was drawn as a strip or an animation; without it a recipe is one picture. */
  readonly strip?: Strip | undefined;
};

/** Frames from one end of the moves to the other, as they lie side by side or follow one another. */
export interface Strip {
  /** Where each of the moves starts; null: at the face as it is. */
  readonly from: readonly (LatentMove | null)[];
  readonly steps: number;
  /** Whole-number enlargement of each frame. */
  readonly scale: number;
  /** Present for animations. */
  readonly timing?: Timing | undefined;
}

export interface Timing {
  /** Time that each frame is shown, in milliseconds. */
  readonly delay: number;
  /** How often it is shown; 0: without end. */
  readonly loop: number;
  /** Whether it goes back the same way, too. */
  readonly pingPong: boolean;
}

/** The timing where nobody chooses another. */
export const defaultTiming: Timing = { delay: 100, loop: 0, pingPong: false };

/** Frames of a strip, as files, requests and options hold them. */
export const stepsSchema = z.int().min(1).max(99);

/** The enlargement of each frame, as they hold it. */
export const scaleSchema = z.int().min(1).max(32);

/** `Timing` as they hold it. */
export const timingSchema = z.strictObject({
  delay: z.int().min(20).max(10_000),
  loop: z.int().min(0).max(65_535),
  pingPong: z.boolean(),
});

/** The version of recipes that this program writes and reads. */
const schemaVersion = 1;

/** The keyword of the PNG text that holds a recipe. */
export const recipeKeyword = 'face-tuning-recipe';

/** Numbers of the longest latent: a row of 1,024 for each of the 17 layers of a style generator of 1024×1024. */
export const mostLatentNumbers = 17 * 1024;

/** Characters of a recipe: enough for the longest latent with every digit. */
const longestText = 450_000;

/** Moves or locks of a recipe: far more than a model has directions. */
const mostNames = 10_000;

/** Recipes in a file: nobody edits more faces by hand. */
const mostRecipes = 10_000;

// Written as on the command line, `Young=-2`, to be read by people too.
const moveSchema = z.string().max(100);

/** A recipe as data in a file. */
export const recipeSchema = z.strictObject({
  schemaVersion: z.literal(schemaVersion),
  bundle: z.strictObject({ name: z.string().max(100), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  seed: z.int().min(0).optional(),
  psi: z.number().min(0).max(mostPsi).optional(),
  latent: z.array(z.number()).min(1).max(mostLatentNumbers).optional(),
  portrait: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  moves: z.array(moveSchema).max(mostNames),
  locks: z.array(z.string().max(100)).max(mostNames),
  geometry: z.enum(geometryNames),
  hold: z.enum(holdNames).default('linear'),
  layers: z.record(z.string().max(100), layerRangeSchema).optional(),
  strip: z
    .strictObject({
      from: z.array(moveSchema.nullable()).max(mostNames),
      steps: stepsSchema,
      scale: scaleSchema,
      timing: timingSchema.optional(),
    })
    .optional(),
});

const schema = recipeSchema.transform(({ moves: texts, strip: drawn, ...recipe }): Recipe => {
  const { bundle, seed, psi, latent, portrait, locks, geometry, hold, layers } = recipe;
  const moves = texts.map(asRecipeMove);
  const strip = drawn && { ...drawn, from: drawn.from.map(text => (text === null ? null : asRecipeMove(text))) };
  const starts = [seed, latent, portrait].filter(start => start !== undefined);
  if (starts.length !== 1) {
    throw new UserError(`a recipe must start from a seed, a latent or a portrait; got ${starts.length} of them`);
  }
  if (psi !== undefined && seed === undefined) {
    throw new UserError(`a recipe's psi must belong to a seed, as a latent is not truncated; got ${psi} alone`);
  }
  if (strip !== undefined && strip.from.length !== moves.length) {
    throw new UserError(
      `a recipe's strip must say where each of its ${moves.length} moves starts; got ${strip.from.length}`,
    );
  }
  for (const [i, from] of (strip?.from ?? []).entries()) checkEnds({ from: from ?? undefined, to: moves[i]! });
  const start =
    latent !== undefined
      ? { latent }
      : portrait !== undefined
        ? { portrait }
        : { seed: seed!, ...(psi !== undefined && { psi }) };
  const kept = { ...(layers !== undefined && { layers }), ...(strip !== undefined && { strip }) };
  return { ...start, bundle, moves, locks, geometry, hold, ...kept };
});

function asRecipeMove(text: string): LatentMove {
  return asLatentMove(parseMove(text));
}

/**
 * @returns JSON in one line, the same for the same recipe. @throws UserError for moves as `checkMove` and `asLatentMove`,
 *   and as `parseRecipe` for what it would not read.
 */
export function formatRecipe(recipe: Recipe): string {
  checkKind('a recipe', recipe, 'an object');
  const { bundle, moves, locks, geometry, hold, layers, strip, ...start } = recipe;
  checkKind("a recipe's moves", moves, 'a list');
  checkOption("a recipe's strip", strip, 'an object');
  if (strip !== undefined) checkKind("from of a recipe's strip", strip.from, 'a list');
  const given = startOf(start);
  if ('latent' in given) checkKind("a recipe's latent", given.latent, 'an object');
  if ('latent' in given && given.latent.length > mostLatentNumbers) {
    throw new UserError(
      `a recipe must have a latent of at most ${mostLatentNumbers} numbers; got ${given.latent.length}. Give one row for all layers`,
    );
  }
  const face = 'latent' in given ? { latent: Array.from(given.latent) } : given;
  const ends = [...moves, ...(strip?.from ?? []).filter(move => move !== null)];
  for (const move of ends) checkMove(move, "a recipe's move");
  const amounts = ends.map(asLatentMove).map(move => (move.kind === 'relative' ? move.strength : move.distance));
  if (![...('latent' in face ? face.latent : []), ...amounts].every(Number.isFinite)) {
    throw new UserError('a recipe must have finite numbers in its latent and its moves; got NaN or infinity');
  }
  const drawn = strip && { ...strip, from: strip.from.map(move => move && formatMove(move)) };
  const text = JSON.stringify({
    schemaVersion,
    bundle,
    ...face,
    moves: moves.map(formatMove),
    locks,
    geometry,
    hold: hold === 'linear' ? undefined : hold, // as recipes were before there was another way
    layers,
    strip: drawn,
  });
  parseRecipe(text); // what could not be read again is refused before it is written
  return text;
}

/** Whether it edits a photo; otherwise the model made the whole face. */
export function isOfPhoto(recipe: Recipe): boolean {
  return 'portrait' in startOf(recipe);
}

/** @returns one recipe as `formatRecipe` writes it, or a JSON list with a recipe a line. @throws UserError for none. */
export function formatRecipes(recipes: readonly Recipe[]): string {
  checkKind('recipes', recipes, 'a list');
  checkCount(recipes, 'a list of recipes');
  const lines = recipes.map(formatRecipe);
  return lines.length === 1 ? lines[0]! : `[\n${lines.join(',\n')}\n]`;
}

/** @param text one recipe or a list, as `formatRecipes` writes them. @throws UserError as `parseRecipe`. */
export function parseRecipes(text: string, name = 'the recipe'): Recipe[] {
  if (!/^\s*\[/.test(text)) return [parseRecipe(text, name)];
  const json = parseJson(text, name) as unknown[];
  checkCount(json, name);
  return json.map((each, i) => checkRecipe(each, `recipe ${i + 1} of ${name}`));
}

function checkCount({ length }: readonly unknown[], name: string): void {
  if (length >= 1 && length <= mostRecipes) return;
  throw new UserError(`${name} must hold 1 to ${mostRecipes} recipes; got ${length}`);
}

/** @param name what the text is called in errors. @throws UserError for anything that `formatRecipe` does not write. */
export function parseRecipe(text: string, name = 'the recipe'): Recipe {
  checkKind(name, text, 'text');
  if (text.length > longestText) {
    throw new UserError(`${name} must have at most ${longestText} characters; got ${text.length}`);
  }
  return checkRecipe(parseJson(text, name), name);
}

/** @param json a recipe that has been parsed. @param name what it is called in errors. @throws as `parseRecipe`. */
export function checkRecipe(json: unknown, name = 'the recipe'): Recipe {
  return checkVersionedJson(json, schemaVersion, schema, name);
}

/**
 * @param png a PNG file.
 * @returns a copy that carries the recipe, after any it carries already, and says that no camera made the picture.
 */
export function addRecipe(png: Uint8Array, recipe: Recipe): Uint8Array<ArrayBuffer> {
  const text = formatRecipe(recipe);
  const source = isOfPhoto(recipe) ? 'edited' : 'generated';
  return addPngText(markSynthetic(png, source), recipeKeyword, text);
}

/**
 * @param png a PNG file. @param name what it is called in errors: its path.
 * @returns the recipes it carries, one a face from top to bottom; empty where there is none.
 * @throws UserError for a damaged file or recipe.
 */
export function readRecipes(png: Uint8Array, name = 'the picture'): Recipe[] {
  return readPngTexts(png, recipeKeyword, name, longestText * 4).map(text =>
    parseRecipe(text, `the recipe of ${name}`),
  );
}
