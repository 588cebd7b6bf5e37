// Recipes in files: inside the pictures and animations that were made by them, and as JSON.

import { formatRecipes, parseRecipes, type Recipe, readRecipes } from '../../core/editing/recipe.ts';
import { UserError } from '../../core/errors.ts';
import { recipesInXmp, type SourceType, xmpPacket } from '../../core/formats/xmp.ts';
import { readWhole } from '../files/files.ts';
import { sharp } from '../native/native-packages.ts';

/** @returns XMP metadata that says whether a model made or edited the picture, with the recipes. */
export function recipesAsXmp(recipes: readonly Recipe[], source: SourceType = 'generated'): string {
  return xmpPacket(source, formatRecipes(recipes));
}

/**
 * Reads recipes out of a file.
 * @param path a PNG, WebP or JPEG file that carries recipes, or JSON of one or of several.
 * @returns one recipe a face, at least one. @throws UserError in one line for any other file.
 */
export async function readRecipeFile(path: string): Promise<Recipe[]> {
  const bytes = await readWhole(path);
  const beginning = String.fromCharCode(...bytes.subarray(0, 12));
  let recipes: Recipe[] = [];
  if (beginning.startsWith('\x89PNG')) recipes = readRecipes(bytes, path);
  else if (beginning.startsWith('RIFF') && beginning.endsWith('WEBP')) recipes = await readFromXmp(bytes, path, 'WebP');
  else if (beginning.startsWith('\xff\xd8')) recipes = await readFromXmp(bytes, path, 'JPEG');
  else if (/^\s*[[{]/.test(beginning)) return parseRecipes(new TextDecoder().decode(bytes), path);
  else if (beginning.startsWith('GIF8')) throw new UserError(`${path} is a GIF, which carries no recipe. ${remedy}`);
  else throw new UserError(`${path} must be a PNG, WebP or JPEG picture with a recipe, or a recipe in JSON. ${remedy}`);
  if (recipes.length === 0) throw new UserError(`${path} carries no recipe. ${remedy}`);
  return recipes;
}

const remedy = 'Choose a file that face-tuning made';

async function readFromXmp(bytes: Uint8Array, path: string, format: string): Promise<Recipe[]> {
  const { xmp } = await sharp(bytes)
    .metadata()
    .catch((error: unknown) => {
      throw new UserError(`${path} is a damaged ${format} file: ${String(error).split('\n')[0]}. Copy it again`);
    });
  const json = xmp && recipesInXmp(xmp.toString('utf8'));
  return json === undefined ? [] : parseRecipes(json, `the recipe of ${path}`);
}
