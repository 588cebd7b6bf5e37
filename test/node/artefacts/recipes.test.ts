// Recipes come back from every file that can carry them, and any other file is refused in a line.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { addRecipe, formatRecipe, formatRecipes, type Recipe } from '../../../src/core/editing/recipe.ts';
import { recipesAsXmp } from '../../../src/core/editing/recipe-file.ts';
import { UserError } from '../../../src/core/errors.ts';
import { readRecipeFile } from '../../../src/node/artefacts/recipes.ts';
import { temporaryFolder } from '../../helpers/temp-folder.ts';

const folder = temporaryFolder();
const picture = sharp({ create: { width: 4, height: 4, channels: 3, background: 'white' } });
const recipe: Recipe = {
  seed: 7,
  bundle: { name: 'a <b> & "c"', sha256: 'ab'.repeat(32) }, // what XML would take for its own
  moves: [{ attribute: 'Young', kind: 'relative', strength: -2 }],
  locks: ['Male'],
  geometry: 'sphere',
  hold: 'linear',
  strip: { from: [null], steps: 7, scale: 3, timing: { delay: 100, loop: 0, pingPong: true } },
};
const recipes = [recipe, { ...recipe, seed: 8 }];

function file(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

describe('recipes in', () => {
  test.each([
    ['one JSON object', async () => formatRecipe(recipe), [recipe]],
    ['JSON over many lines', async () => JSON.stringify(JSON.parse(formatRecipe(recipe)), null, 2), [recipe]],
    ['JSON with a byte order mark', async () => `\uFEFF${formatRecipe(recipe)}`, [recipe]],
    ['JSON in UTF-16', async () => Buffer.from(`\uFEFF ${formatRecipe(recipe)}`, 'utf16le'), [recipe]],
    ['a JSON list', async () => formatRecipes(recipes), recipes],
    ['a PNG', async () => recipes.reduce(addRecipe, new Uint8Array(await picture.clone().png().toBuffer())), recipes],
    [
      'a lossless animation',
      () => picture.clone().withXmp(recipesAsXmp(recipes)).webp({ lossless: true }).toBuffer(),
      recipes,
    ],
    [
      'a JPEG with a profile',
      () => picture.clone().withXmp(recipesAsXmp(recipes)).withIccProfile('p3').jpeg().toBuffer(),
      recipes,
    ],
    ['a TIFF', () => picture.clone().withXmp(recipesAsXmp(recipes)).tiff({ compression: 'lzw' }).toBuffer(), recipes],
    ['an AVIF', () => picture.clone().withXmp(recipesAsXmp(recipes)).avif().toBuffer(), recipes],
    ['a WebP', () => picture.clone().withXmp(recipesAsXmp(recipes)).webp().toBuffer(), recipes],
  ])('%s', async (name, make, expected) => {
    expect(await readRecipeFile(file(name, await make()))).toEqual(expected);
  });
});

test('pictures say whether a model made them or edited a photo', () => {
  const { bundle, moves, locks, geometry, hold } = recipe;
  const ofPhoto = { portrait: '0'.repeat(64), bundle, moves, locks, geometry, hold };
  expect(recipesAsXmp([recipe])).toContain('/trainedAlgorithmicMedia');
  expect(recipesAsXmp([ofPhoto])).toContain('compositeWithTrainedAlgorithmicMedia');
});

describe('refused', () => {
  test.each([
    [
      'an empty file',
      async () => '',
      /must be a PNG, WebP, JPEG, AVIF or TIFF picture with a recipe, or a recipe in JSON\. Choose/,
    ],
    ['a text', async () => 'Young=-2', /must be a PNG, WebP, JPEG, AVIF or TIFF picture/],
    ['broken JSON', async () => '{"schemaVersion":1', /must be JSON/],
    [
      'a PNG without',
      () => picture.clone().png().toBuffer(),
      /carries no recipe\. Choose a file that face-tuning made/,
    ],
    ['a WebP without', () => picture.clone().webp().toBuffer(), /carries no recipe/],
    ['a TIFF without', () => picture.clone().tiff().toBuffer(), /carries no recipe/],
    ['an AVIF without', () => picture.clone().avif().toBuffer(), /carries no recipe/],
    ['a JPEG without', () => picture.clone().jpeg().toBuffer(), /carries no recipe/],
    ['half a JPEG', async () => (await picture.clone().jpeg().toBuffer()).subarray(0, 30), /is a damaged JPEG file/],
    ['a GIF', () => picture.clone().gif().toBuffer(), /is a GIF, which carries no recipe/],
    ['half a WebP', async () => (await picture.clone().webp().toBuffer()).subarray(0, 14), /is a damaged WebP file/],
    ['half a PNG', async () => (await picture.clone().png().toBuffer()).subarray(0, 40), /is a damaged PNG file/],
  ])('%s', async (name, make, message) => {
    const path = file(name, await make());
    await expect(readRecipeFile(path)).rejects.toThrow(UserError);
    await expect(readRecipeFile(path)).rejects.toThrow(message);
    await expect(readRecipeFile(path)).rejects.toThrow(/^[^\n]+$/);
  });
});
