// Reads recipes from files that anybody may have made, and writes them into pictures. Pictures are never decoded.
import { addRecipe, formatRecipe, type Recipe } from '../../core/editing/recipe.ts';
import { isRecipePicture, recipesIn } from '../../core/editing/recipe-file.ts';
import { isSameModel } from '../../core/editor/bundle.ts';
import { UserError } from '../../core/errors.ts';
import { type Named, type NamedBefore, otherModel } from '../shared/link.ts';
import type { Document, Edit } from '../shared/protocol.ts';

/** Bytes that a file may have; a picture of a hundred megapixels, as cameras save them, has fewer. */
const maxBytes = { picture: 256e6, recipe: 1e6 };

/** @throws UserError for a file that is too large, damaged, without a recipe, or made with another model. */
export async function readDocument(file: File, model: NamedBefore): Promise<Document> {
  await checkSize(file);
  const recipes = recipesIn(new Uint8Array(await file.arrayBuffer()), file.name);
  const { bundle, strip: _drawnAs, ...edit } = recipes[0]!;
  if (!isSameModel(model, bundle.sha256)) throw otherModel(file.name, bundle, model);
  return { edit, faces: recipes.length };
}

async function checkSize(file: File): Promise<void> {
  const isPicture = isRecipePicture(new Uint8Array(await file.slice(0, 12).arrayBuffer()));
  const limit = isPicture ? maxBytes.picture : maxBytes.recipe;
  if (file.size <= limit) return;
  const [kind, size] = [isPicture ? 'a picture' : 'a recipe', (file.size / 1e6).toFixed(1)];
  throw new UserError(`${kind} must have at most ${limit / 1e6} MB; ${file.name} has ${size}`);
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
