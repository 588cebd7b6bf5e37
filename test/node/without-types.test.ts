// The library as programs without types call it: an argument that is none is told of by name, in one line.
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  addRecipe,
  cropFace,
  encodeGrid,
  type FaceEditor,
  formatRecipe,
  openBundle,
  parseMoveRange,
  parsePoints,
  parseRecipes,
  readRecipes,
  recipesAsXmp,
  recipesIn,
  UserError,
} from '../../src/node/index.ts';
import { temporaryFolder } from '../helpers/temp-folder.ts';
import { writeTinyBundle } from '../helpers/tiny-bundle.ts';

const folder = join(temporaryFolder(), 'tiny');
let editor: FaceEditor;
beforeAll(async () => {
  await writeTinyBundle(folder);
  editor = await openBundle(folder, { threads: 1 });
});
afterAll(() => editor.release());

const strip = { seed: 7, steps: 2 };

test.each<[string, (none: never) => unknown, string]>([
  ['edit', none => editor.edit(none), 'an edit must be an object'],
  ['strip', none => editor.strip(none), 'an edit must be an object'],
  ['recipe', none => editor.recipe(none), 'an edit must be an object'],
  ['resolve', none => editor.resolve(none), 'an edit must be an object'],
  ['resolveStrip', none => editor.resolveStrip(none), 'an edit must be an object'],
  ['moves of a strip', none => editor.strip({ ...strip, moves: [none] }), "a move's range must be an object"],
  ['render', none => editor.render(none), 'latents must be a list'],
  ['render of several', none => editor.render([none]), 'a latent of tiny must have 16 numbers'],
  ['openPortraitFile', none => editor.openPortraitFile(none, none), 'the portrait must be a Uint8Array'],
  ['cropFace', none => cropFace(none, none, 8), 'a photo must be an object'],
  ['parseMoveRange', none => parseMoveRange(none), 'a move must be text'],
  ['parsePoints', none => parsePoints(none), 'points must be text'],
  ['parseRecipes', none => parseRecipes(none), 'the recipe must be text'],
  ['formatRecipe', none => formatRecipe(none), 'a recipe must be an object'],
  ['addRecipe', none => addRecipe(new Uint8Array(), none), 'a recipe must be an object'],
  ['recipesAsXmp', none => recipesAsXmp(none), 'recipes must be a list'],
  ['recipesIn', none => recipesIn(none), 'the picture must be a Uint8Array'],
  ['readRecipes', none => readRecipes(none), 'the picture must be a Uint8Array'],
  ['encodeGrid', none => encodeGrid(new Uint8Array(12), none), 'options of a grid must be an object'],
  ['the folder of openBundle', none => openBundle(none ?? null), 'the folder of a bundle must be text'],
  ['the options of openBundle', none => openBundle(folder, none ?? null), 'options must be an object'],
])('%s', async (_, call, message) => {
  for (const none of [undefined, null, 5] as never[]) {
    const error = await Promise.resolve()
      .then(() => call(none))
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UserError);
    expect((error as Error).message).toMatch(new RegExp(`^${message}; got [^\\n]+$`));
  }
});
