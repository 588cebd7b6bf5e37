// Files that people drop on the studio: every file that the command line writes with a recipe is read here too.
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { addRecipe, formatRecipe, type Recipe } from '../../../src/core/editing/recipe.ts';
import { recipesAsXmp, recipesIn } from '../../../src/core/editing/recipe-file.ts';
import { UserError } from '../../../src/core/errors.ts';
import { readDocument } from '../../../src/web/worker/documents.ts';
import { survivesMutations } from '../../helpers/fuzz.ts';

const model = { name: 'tiny', sha256: 'ab'.repeat(32) };
const recipe: Recipe = {
  seed: 7,
  bundle: model,
  moves: [{ attribute: 'Young', kind: 'relative', strength: -2 }],
  locks: ['Male'],
  geometry: 'sphere',
  hold: 'linear',
};
const picture = sharp({ create: { width: 4, height: 4, channels: 3, background: 'white' } });
const webp = () =>
  picture
    .clone()
    .withXmp(recipesAsXmp([recipe, { ...recipe, seed: 8 }]))
    .webp()
    .toBuffer();

test.each([
  ['a.webp', 2, webp],
  ['a.png', 1, async () => addRecipe(await picture.clone().png().toBuffer(), recipe)],
  ['a.json', 1, async () => Buffer.from(formatRecipe(recipe))],
  ['a.json with a byte order mark', 1, async () => Buffer.from(`\uFEFF${formatRecipe(recipe)}`)],
  ['a.json in UTF-16', 1, async () => Buffer.from(`\uFEFF${formatRecipe(recipe)}`, 'utf16le')],
] as const)('%s is opened with %i faces', async (name, faces, make) => {
  const file = new File([new Uint8Array(await make())], name);
  const found = await readDocument(file, model);
  expect(found).toMatchObject({ faces, edit: { seed: 7, locks: ['Male'] } });
});

test('pictures without a recipe may be photos; other files are refused in a line', async () => {
  for (const file of [
    new File([new Uint8Array(await picture.clone().webp().toBuffer())], 'plain.webp'),
    new File([new Uint8Array(await picture.clone().jpeg().toBuffer())], 'plain.jpg'),
  ]) {
    expect(await readDocument(file, model), file.name).toBeUndefined();
  }
  // Browsers name no type for a photo of an iPhone, and people drop films.
  const photo = new File([`\0\0\0\x18ftypheic${'x'.repeat(2e6)}`], 'IMG_0001.HEIC');
  await expect(readDocument(photo, model)).rejects.toThrow(/^IMG_0001\.HEIC must be a picture .* Save a photo as JPEG/);
  const empty = new File([], 'empty.json');
  await expect(readDocument(empty, model)).rejects.toThrow(UserError);
  await expect(readDocument(empty, model)).rejects.toThrow(/^empty\.json must be[^\n]+$/);
});

test('mutations of an animation with recipes are read or refused in one line', async () => {
  await survivesMutations(await webp(), bytes => recipesIn(bytes, 'mutated.webp'));
});
