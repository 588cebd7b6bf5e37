// Recipes in files: inside the pictures and animations that were made by them, and as JSON.
import { checkKind, UserError } from '../errors.ts';
import { isJpeg, readJpegXmp } from '../formats/jpeg.ts';
import { decodeText } from '../formats/text.ts';
import { isWebp, readWebpXmp } from '../formats/webp.ts';
import { recipesInXmp, scannedXmp, xmpPacket } from '../formats/xmp.ts';
import { formatRecipes, isOfPhoto, parseRecipes, type Recipe, readRecipes } from './recipe.ts';

/** @returns XMP metadata with the recipes, which says whether a model made the picture or edited a photo. */
export function recipesAsXmp(recipes: readonly Recipe[]): string {
  const text = formatRecipes(recipes);
  return xmpPacket(recipes.some(isOfPhoto) ? 'edited' : 'generated', text);
}

/** Whether a file is a picture of a kind that can carry recipes, by its first 12 bytes. */
export function isRecipePicture(beginning: Uint8Array): boolean {
  return isPng(beginning) || isWebp(beginning) || isJpeg(beginning) || isTiff(beginning) || isAvif(beginning);
}

function isPng(bytes: Uint8Array): boolean {
  return [0x89, 0x50, 0x4e, 0x47].every((byte, i) => bytes[i] === byte);
}

function isTiff([a, b, c, d]: Uint8Array): boolean {
  return (a === 0x49 && b === 0x49 && c === 42 && d === 0) || (a === 0x4d && b === 0x4d && c === 0 && d === 42);
}

function isAvif(bytes: Uint8Array): boolean {
  return /^ftypavi[fs]/.test(String.fromCharCode(...bytes.subarray(4, 12)));
}

/**
 * @param bytes a PNG, WebP, JPEG, AVIF or TIFF file that carries recipes, or JSON of one or of several, in any encoding of Unicode.
 * @param name what the file is called in errors: its path.
 * @returns one recipe a face, at least one. @throws UserError in one line for any other file.
 */
export function recipesIn(bytes: Uint8Array, name = 'the picture'): Recipe[] {
  checkKind(name, bytes, 'a Uint8Array');
  if (isRecipePicture(bytes)) {
    const recipes = recipesInPicture(bytes, name);
    if (recipes.length > 0) return recipes;
    throw new UserError(`${name} carries no recipe. ${remedy}`);
  }
  const beginning = String.fromCharCode(...bytes.subarray(0, 4));
  if (beginning === 'GIF8') throw new UserError(`${name} is a GIF, which carries no recipe. ${remedy}`);
  const text = decodeText(bytes);
  if (/^\s*[[{]/.test(text)) return parseRecipes(text, name);
  throw new UserError(
    `${name} must be a PNG, WebP, JPEG, AVIF or TIFF picture with a recipe, or a recipe in JSON. ${remedy}`,
  );
}

/**
 * @param bytes a PNG, WebP, JPEG, AVIF or TIFF file. @returns its recipes, one a face; none where it carries none.
 * @throws UserError for a damaged file or recipe.
 */
export function recipesInPicture(bytes: Uint8Array, name: string): Recipe[] {
  return isPng(bytes) ? readRecipes(bytes, name) : recipesInMetadata(bytes, name);
}

const remedy = 'Choose a file that face-tuning made';

function recipesInMetadata(bytes: Uint8Array, name: string): Recipe[] {
  const packet = isWebp(bytes)
    ? readWebpXmp(bytes, name)
    : isJpeg(bytes)
      ? readJpegXmp(bytes, name)
      : scannedXmp(bytes);
  const json = recipesInXmp(packet ?? '');
  return json === undefined ? [] : parseRecipes(json, `the recipe of ${name}`);
}
