// Recipes in files: inside the pictures and animations that were made by them, and as JSON.
import sharp from 'sharp';
import { formatRecipes, parseRecipes, type Recipe, readRecipes } from '../../core/editing/recipe.ts';
import { UserError } from '../../core/errors.ts';
import { readWhole } from '../files/files.ts';

/** The element that holds recipes among the metadata of a WebP file. */
const element = 'faceTuning:recipes';

/** @returns XMP metadata with the recipes as JSON, in which no character means anything to XML. */
export function recipesAsXmp(recipes: readonly Recipe[]): string {
  const asEscape = (letter: string) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
  const json = formatRecipes(recipes).replace(/[<>&]/g, asEscape);
  return (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
    '<rdf:Description rdf:about="" xmlns:faceTuning="urn:face-tuning:recipe">' +
    `<${element}>${json}</${element}></rdf:Description></rdf:RDF></x:xmpmeta>`
  );
}

/**
 * Reads recipes out of a file.
 * @param path a PNG or WebP file that carries recipes, or JSON of one or of several.
 * @returns one recipe a face, at least one. @throws UserError in one line for any other file.
 */
export async function readRecipeFile(path: string): Promise<Recipe[]> {
  const bytes = await readWhole(path);
  const beginning = String.fromCharCode(...bytes.subarray(0, 12));
  let recipes: Recipe[] = [];
  if (beginning.startsWith('\x89PNG')) recipes = readRecipes(bytes, path);
  else if (beginning.startsWith('RIFF') && beginning.endsWith('WEBP')) recipes = await readFromWebp(bytes, path);
  else if (/^\s*[[{]/.test(beginning)) return parseRecipes(new TextDecoder().decode(bytes), path);
  else if (beginning.startsWith('GIF8')) throw new UserError(`${path} is a GIF, which carries no recipe. ${remedy}`);
  else throw new UserError(`${path} must be a PNG or WebP picture with a recipe, or a recipe in JSON. ${remedy}`);
  if (recipes.length === 0) throw new UserError(`${path} carries no recipe. ${remedy}`);
  return recipes;
}

const remedy = 'Choose a file that face-tuning made';

async function readFromWebp(bytes: Uint8Array, path: string): Promise<Recipe[]> {
  const { xmp } = await sharp(bytes)
    .metadata()
    .catch((error: unknown) => {
      throw new UserError(`${path} is a damaged WebP file: ${String(error).split('\n')[0]}. Copy it again`);
    });
  const [, json] = xmp?.toString('utf8').match(new RegExp(`<${element}>([^<]*)</${element}>`)) ?? [];
  return json === undefined ? [] : parseRecipes(json, `the recipe of ${path}`);
}
