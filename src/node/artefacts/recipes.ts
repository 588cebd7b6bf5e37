// Recipes in files on the disk.
import type { Recipe } from '../../core/editing/recipe.ts';
import { recipesIn } from '../../core/editing/recipe-file.ts';
import { readWhole } from '../files/files.ts';

/** Reads recipes out of a file. @throws UserError as `recipesIn`, and where the file cannot be read. */
export async function readRecipeFile(path: string): Promise<Recipe[]> {
  return recipesIn(await readWhole(path), path);
}
