// Reads recipes from files that anybody may have made, without decoding a picture, and writes them into pictures.
import { addRecipe, formatRecipe, type Recipe } from '../../core/editing/recipe.ts';
import { isRecipePicture, recipesAsXmp, recipesIn, recipesInPicture } from '../../core/editing/recipe-file.ts';
import { isSameModel } from '../../core/editor/bundle.ts';
import { UserError } from '../../core/errors.ts';
import { addJpegXmp } from '../../core/formats/xmp.ts';
import type { Photo } from '../../core/portraits/photo.ts';
import { type Named, type NamedBefore, otherModel } from '../shared/link.ts';
import type { Document, Edit, PhotoType } from '../shared/protocol.ts';

/** Bytes that a file may have; a picture of a hundred megapixels, as cameras save them, has fewer. */
const maxBytes = { picture: 256e6, recipe: 1e6 };

/**
 * @returns undefined for a picture that carries no recipe.
 * @throws UserError for a file that is too large, damaged, or made with another model.
 */
export async function readDocument(file: File, model: NamedBefore): Promise<Document | undefined> {
  // Pictures go by other beginnings too; one that is not known here can only be a photo.
  if (/^image\/(avif|tiff)$/.test(file.type) && !(await isPicture(file))) return undefined;
  await checkSize(file);
  const bytes = new Uint8Array(await file.arrayBuffer());
  const recipes = isRecipePicture(bytes) ? recipesInPicture(bytes, file.name) : recipesIn(bytes, file.name);
  if (recipes.length === 0) return undefined;
  const { bundle, strip: _drawnAs, ...edit } = recipes[0]!;
  if (!isSameModel(model, bundle.sha256)) throw otherModel(file.name, bundle, model);
  return { edit, faces: recipes.length };
}

async function isPicture(file: File): Promise<boolean> {
  return isRecipePicture(new Uint8Array(await file.slice(0, 12).arrayBuffer()));
}

async function checkSize(file: File): Promise<void> {
  const carriesRecipes = await isPicture(file);
  const limit = carriesRecipes ? maxBytes.picture : maxBytes.recipe;
  if (file.size <= limit) return;
  const size = (file.size / 1e6).toFixed(1);
  throw new UserError(
    carriesRecipes
      ? `a picture must have at most ${limit / 1e6} MB; ${file.name} has ${size}`
      : `${file.name} must be a picture in PNG, WebP, JPEG, AVIF or TIFF, or a recipe, which must have at most ` +
          `${limit / 1e6} MB; it has ${size}. Save a photo as JPEG or PNG`,
  );
}

/** Quality of a JPEG, 1 to 100, where the photo was none, and the least where it was. */
const usualQuality = 92;

/**
 * @param quality that the photo was saved with.
 * @returns a file that says that a trained model edited the photo, and how.
 */
export async function encodePhoto(
  { width, height, pixels }: Photo,
  type: PhotoType,
  quality: number | undefined,
  edit: Edit,
  model: Named,
): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  context.putImageData(new ImageData(new Uint8ClampedArray(pixels), width, height), 0, 0);
  if (type === 'image/jpeg') {
    // Clear pixels become white, as they are on the screen and in Node; by themselves they would become black.
    context.globalCompositeOperation = 'destination-over';
    context.fillStyle = '#ffffff';
    context.fillRect(0, 0, width, height);
  }
  const kept = Math.max(usualQuality, quality ?? 0) / 100;
  const blob = await canvas.convertToBlob({ type, quality: kept });
  if (type === 'image/png') return signPicture(blob, edit, model);
  const packet = recipesAsXmp([recipeOf(edit, model)]);
  return new Blob([addJpegXmp(new Uint8Array(await blob.arrayBuffer()), packet)], { type });
}

/** @param png a PNG file. @returns a copy that carries the recipe and says that a trained model made it. */
export async function signPicture(png: Blob, edit: Edit, model: Named): Promise<Blob> {
  const bytes = new Uint8Array(await png.arrayBuffer());
  return new Blob([addRecipe(bytes, recipeOf(edit, model))], { type: 'image/png' });
}

export function writeRecipe(edit: Edit, model: Named): string {
  return `${formatRecipe(recipeOf(edit, model))}\n`;
}

function recipeOf(edit: Edit, { name, sha256 }: Named): Recipe {
  return { ...edit, bundle: { name, sha256 } };
}
