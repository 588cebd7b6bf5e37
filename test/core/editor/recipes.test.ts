// Recipes that an editor makes: plain data of their own, from which a strip's frames come back too.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { asLatentMove, parseMove } from '../../../src/core/editing/moves.ts';
import { formatRecipe, parseRecipe } from '../../../src/core/editing/recipe.ts';
import { parseMoveRange } from '../../../src/core/editing/strip.ts';
import { type FaceEditor, loadBundle } from '../../../src/core/editor/face-editor.ts';
import { stripOf } from '../../../src/core/editor/requests.ts';
import { hashBytes } from '../../../src/node/artefacts/bundle.ts';
import { cpuDevice } from '../../../src/node/devices/device.ts';
import { makeTinyBundle, readerOf } from '../../helpers/tiny-bundle.ts';

let editor: FaceEditor;
beforeAll(async () => {
  editor = await loadBundle(cpuDevice(1), readerOf(await makeTinyBundle()), hashBytes);
});
afterAll(() => editor.release());

test('a recipe is plain data, whatever becomes of the request that it was made of', () => {
  const latent = Float64Array.from(editor.sample(7));
  const request = { latent, moves: [{ ...parseMove('Young=1') }], locks: ['Male'] };
  const recipe = editor.recipe(request);
  const kept = structuredClone(recipe);
  expect(JSON.parse(JSON.stringify(recipe))).toEqual(recipe);
  latent.fill(0);
  request.locks.push('Smiling');
  Object.assign(request.moves[0]!, { strength: 2 });
  expect(recipe).toEqual(kept);
});

test('the recipe of a strip makes all its frames again', () => {
  const moves = [parseMoveRange('Young=0.5..-0.5'), parseMoveRange('Smiling=@0.2')];
  const strip = { seed: 7, moves, locks: ['Male', 'Eyeglasses'], steps: 4 };
  const recipe = editor.recipe({ ...strip, moves: moves.map(({ to }) => to) });
  const from = moves.map(each => (each.from === undefined ? null : asLatentMove(each.from)));
  const kept = parseRecipe(formatRecipe({ ...recipe, strip: { from, steps: 4, scale: 2 } }));
  expect(editor.strip(stripOf(kept))).toEqual(editor.strip(strip));
  const picture = editor.recipe({ ...strip, moves: ['Young=-0.5'] });
  expect(editor.strip(stripOf(picture))).toEqual([editor.edit(picture)]);
});
