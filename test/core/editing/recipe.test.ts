// Recipes: an edit as data comes back exactly, from JSON and from a picture, and hostile ones are refused.
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { attributeNames } from '../../../src/core/attributes.ts';
import {
  addRecipe,
  formatRecipe,
  formatRecipes,
  isOfPhoto,
  parseRecipe,
  parseRecipes,
  type Recipe,
  readRecipes,
} from '../../../src/core/editing/recipe.ts';
import { recipesAsXmp } from '../../../src/core/editing/recipe-file.ts';
import { UserError } from '../../../src/core/errors.ts';
import { survivesMutations } from '../../helpers/fuzz.ts';

const attributes = fc.constantFrom(...attributeNames);
const numbers = fc.double({ noDefaultInfinity: true, noNaN: true }).map(value => value + 0); // no −0: JSON has none
const moves = fc.oneof(
  fc.record({ attribute: attributes, kind: fc.constant('relative' as const), strength: numbers }),
  fc.record({ attribute: attributes, kind: fc.constant('absolute' as const), distance: numbers }),
);
const starts = fc.oneof(
  fc.record({ seed: fc.maxSafeNat() }),
  fc.record({ seed: fc.maxSafeNat(), psi: fc.double({ min: 0, max: 2, noNaN: true, noDefaultInfinity: true }) }),
  fc.record({ latent: fc.array(numbers, { minLength: 1, maxLength: 20 }) }),
);
const recipes: fc.Arbitrary<Recipe> = fc
  .record({
    start: starts,
    bundle: fc.record({
      name: fc.string({ maxLength: 20 }),
      sha256: fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 }),
    }),
    moves: fc.array(moves, { maxLength: 5 }),
    locks: fc.uniqueArray(attributes, { maxLength: 5 }),
    geometry: fc.constantFrom('sphere', 'linear'),
    hold: fc.constantFrom('linear', 'field'),
    layers: fc.option(fc.dictionary(attributes, fc.tuple(fc.nat(16), fc.nat(16)))),
    drawing: fc.option(
      fc.record({
        steps: fc.integer({ min: 1, max: 99 }),
        scale: fc.integer({ min: 1, max: 32 }),
        starts: fc.array(fc.option(numbers), { minLength: 5, maxLength: 5 }),
        timing: fc.option(
          fc.record({
            delay: fc.integer({ min: 20, max: 10_000 }),
            loop: fc.integer({ min: 0, max: 65_535 }),
            pingPong: fc.boolean(),
          }),
        ),
      }),
    ),
  })
  .map(({ start, drawing, layers, ...others }) => {
    const rest = { ...others, ...(layers === null ? {} : { layers }) };
    if (drawing === null) return { ...start, ...rest };
    const { starts: all, timing, ...strip } = drawing;
    const from = rest.moves.map((move, i) => {
      const amount = all[i] ?? null;
      if (amount === null) return null;
      return move.kind === 'relative' ? { ...move, strength: amount } : { ...move, distance: amount };
    });
    return { ...start, ...rest, strip: { from, ...strip, ...(timing === null ? {} : { timing }) } };
  });

const example: Recipe = {
  seed: 7,
  bundle: { name: 'starter', sha256: 'ab'.repeat(32) },
  moves: [{ attribute: 'Young', kind: 'relative', strength: -2 }],
  locks: ['Male', 'Eyeglasses'],
  geometry: 'sphere',
  hold: 'linear',
};

test('every recipe comes back exactly', () => {
  fc.assert(
    fc.property(recipes, recipe => {
      expect(parseRecipe(formatRecipe(recipe))).toEqual(recipe);
    }),
  );
});

test('several come back in their order, one a line', () => {
  fc.assert(
    fc.property(fc.array(recipes, { minLength: 1, maxLength: 4 }), list => {
      const text = formatRecipes(list);
      expect(parseRecipes(text)).toEqual(list);
      expect(text.split('\n').length).toBe(list.length === 1 ? 1 : list.length + 2);
    }),
  );
});

test('is written for people to read', () => {
  expect(formatRecipe(example)).toBe(
    `{"schemaVersion":1,"bundle":{"name":"starter","sha256":"${'ab'.repeat(32)}"},"seed":7,` +
      '"moves":["Young=-2"],"locks":["Male","Eyeglasses"],"geometry":"sphere"}',
  );
  const strip = { from: [null], steps: 7, scale: 3 };
  expect(formatRecipe({ ...example, strip })).toContain(',"strip":{"from":[null],"steps":7,"scale":3}}');
});

test('travels in a picture, one for each face', async () => {
  const png = await sharp({ create: { width: 1, height: 1, channels: 3, background: 'white' } })
    .png()
    .toBuffer();
  const other = { ...example, seed: 8 };
  expect(readRecipes(png)).toEqual([]);
  expect(readRecipes(addRecipe(addRecipe(png, example), other))).toEqual([example, other]);
});

test('a row for each of 17 layers is read again; what would not be read is not written', () => {
  const { seed: _, ...edit } = example;
  const layered = (numbers: number): Recipe => ({
    ...edit,
    latent: new Array<number>(numbers).fill(-1.234567890123456e-7),
  });
  const longest = layered(17 * 1024);
  expect(parseRecipe(formatRecipe(longest))).toEqual(longest);
  expect(() => formatRecipe(layered(17 * 1024 + 1))).toThrow(/latent of at most 17408 numbers; got 17409/);
});

test('a recipe whose portrait is undefined is of a generated face', () => {
  const left = { ...example, portrait: undefined };
  expect(isOfPhoto(left)).toBe(false);
  expect(recipesAsXmp([left])).toBe(recipesAsXmp([example]));
});

test('what could not be read again is not written', () => {
  expect(() => formatRecipes([])).toThrow('a list of recipes must hold 1 to 10000 recipes; got 0');
  const { bundle: _, ...homeless } = example;
  expect(() => formatRecipe(homeless as Recipe)).toThrow('the recipe: bundle is required');
  expect(() => formatRecipe({ ...example, strip: { from: [null], steps: 100, scale: 1 } })).toThrow(
    'steps must be at most 99',
  );
});

test.each([
  [{ attribute: 'Young', strength: 1 }, "a recipe's move's kind must be relative or absolute or probability"],
  [{ attribute: 'Young', kind: 'absolute' }, "a recipe's move's distance must be a number; got undefined"],
  [{ attribute: 'Young', kind: 'probability', probability: 0.9 }, 'Young=p90 must be solved on the classifier first'],
])('%o is not written into one', (move, message) => {
  expect(() => formatRecipe({ ...example, moves: [move as never] })).toThrow(message);
});

describe('what is refused, in a line that names the fault', () => {
  const deep = '['.repeat(20_000) + ']'.repeat(20_000);
  const json = JSON.parse(formatRecipe(example)) as Record<string, unknown>;
  test.each([
    ['text that is no JSON', '{', /must be JSON/],
    ['a list', '[]', /must have schema version 1; got none/],
    ['a number', '7', /must be a JSON object/],
    ['a later version', JSON.stringify({ ...json, schemaVersion: 2 }), /version 1; got 2\. Update face-tuning/],
    ['an unknown key', JSON.stringify({ ...json, locked: [] }), /^face\.json: "locked" is no member of it\.$/],
    ['a seed and a latent', JSON.stringify({ ...json, latent: [1] }), /from a seed, a latent or a portrait/],
    ['no bundle', JSON.stringify({ ...json, bundle: undefined }), /^face\.json: bundle is required$/],
    [
      'a hash that is none',
      JSON.stringify({ ...json, bundle: { name: '', sha256: 'a' } }),
      /sha256 must match .* "a"$/,
    ],
    ['neither', JSON.stringify({ ...json, seed: undefined }), /from a seed, a latent or a portrait/],
    ['a truncated latent', JSON.stringify({ ...json, seed: undefined, latent: [1], psi: 0.8 }), /psi must belong to a/],
    ['a psi out of range', JSON.stringify({ ...json, psi: 3 }), /^face\.json: psi must be at most 2; got 3$/],
    [
      'layers that are none',
      JSON.stringify({ ...json, layers: { Young: 'coarse' } }),
      /layers\.Young must be a list; got "coarse"$/,
    ],
    ['a negative seed', JSON.stringify({ ...json, seed: -1 }), /seed must be at least 0; got -1$/],
    ['a probability', JSON.stringify({ ...json, moves: ['Young=p90'] }), /Young=p90 must be solved/],
    ['a move that is none', JSON.stringify({ ...json, moves: ['Young'] }), /a move must be .* got "Young"/],
    ['a strip of other moves', JSON.stringify({ ...json, strip: { from: [], steps: 7, scale: 3 } }), /1 moves starts/],
    [
      'a strip that starts elsewhere',
      JSON.stringify({ ...json, strip: { from: ['Bald=1'], steps: 7, scale: 3 } }),
      /both ends of one attribute/,
    ],
    [
      'a strip without steps',
      JSON.stringify({ ...json, strip: { from: [null], scale: 3 } }),
      /^face\.json: strip\.steps is required$/,
    ],
    ['a text without end', `"${'x'.repeat(450_000)}"`, /at most 450000 characters/],
    ['a version of lists within lists', `{"schemaVersion":${deep}}`, /must have schema version 1; got …/],
  ])('%s', (_, text, message) => {
    expect(() => parseRecipe(text, 'face.json')).toThrow(UserError);
    expect(() => parseRecipe(text, 'face.json')).toThrow(message);
  });

  test.each([
    ['no JSON', '[{', /^faces\.json must be JSON/],
    [
      'one that is too long to be parsed',
      `{${'x'.repeat(450_000)}`,
      /^faces\.json must have at most 450000 characters/,
    ],
    ['an empty list', '[]', /1 to 10000 recipes; got 0/],
    ['lists within lists', `[${deep}]`, /^recipe 1 of faces\.json must have schema version 1; got none/],
    [
      'moves without end',
      `[${JSON.stringify({ ...json, moves: new Array(10_001).fill('Young=1') })}]`,
      /recipe 1 .*: moves must have at most 10000 values; got a list of 10001/,
    ],
    ['a list with a wrong one', `[${formatRecipe(example)}, 7]`, /^recipe 2 of faces\.json must be a JSON object/],
  ])('in a file: %s', (_, text, message) => {
    expect(() => parseRecipes(text, 'faces.json')).toThrow(UserError);
    expect(() => parseRecipes(text, 'faces.json')).toThrow(message);
  });

  test('nothing worse than a UserError, whatever is damaged', async () => {
    const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    await survivesMutations(new TextEncoder().encode(formatRecipe(example)), bytes => parseRecipe(decode(bytes)));
  });
});
