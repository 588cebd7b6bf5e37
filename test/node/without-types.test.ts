// The library as programs without types call it: an argument that is none is told of by name, in one line.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hashBytes } from '../../src/node/artefacts/bundle.ts';
import {
  addRecipe,
  boxFromClicks,
  boxFromPoints,
  cpuDevice,
  cropFace,
  encodeGrid,
  encodePhoto,
  FaceEditor,
  FaceFinder,
  formatMove,
  formatRecipe,
  loadBundle,
  logitOf,
  openBundle,
  openDevice,
  type PhotoFile,
  type Portrait,
  parseMoveRange,
  parsePoints,
  parseRecipes,
  pastePatch,
  probabilityOf,
  readPhoto,
  readRecipes,
  recipesAsXmp,
  recipesIn,
  stripOf,
  UserError,
  withPatch,
} from '../../src/node/index.ts';
import { temporaryFolder } from '../helpers/temp-folder.ts';
import { writeTinyBundle } from '../helpers/tiny-bundle.ts';
import { tinyStyle } from '../helpers/tiny-networks.ts';

const folder = join(temporaryFolder(), 'tiny');
const photoFolder = join(temporaryFolder(), 'tiny-style');
const photo = { width: 16, height: 16, channels: 3, pixels: new Uint8Array(16 * 16 * 3) } as const;
const box = { x: 8, y: 8, side: 16, angle: 0 };
const file: PhotoFile = { photo, format: 'png' };
let editor: FaceEditor;
let ofPhotos: FaceEditor;
let portrait: Portrait<FaceEditor>;
beforeAll(async () => {
  await writeTinyBundle(folder);
  await writeTinyBundle(photoFolder, undefined, undefined, [], { kind: tinyStyle, encoder: true });
  editor = await openBundle(folder, { threads: 1 });
  ofPhotos = await openBundle(photoFolder, { threads: 1 });
  portrait = await ofPhotos.openPortrait(photo, { box, quick: true });
});
afterAll(async () => {
  await portrait.release();
  await ofPhotos.release();
  await editor.release();
});

const strip = { seed: 7, steps: 2 };
const patch = { left: 0, top: 0, width: 1, height: 1, pixels: new Uint8Array(3) };
const hash = async () => '';
const recipe = () => editor.recipe(smile);
const move = { attribute: 'Young', kind: 'relative', strength: 1 } as const;
const smile = { seed: 7, moves: ['Smiling=1'] };

test.each<[string, (text: never) => unknown, string]>([
  ['sample', text => editor.sample(text), 'seed must be a whole number from 0 to 9007199254740991; got "7"'],
  ['psi of sample', text => editor.sample(7, text), 'psi must be from 0 to 2; got "7"'],
  ['steps of a strip', text => editor.strip({ ...smile, steps: text }), 'a strip must have a whole .*; got "7"'],
  [
    'cropFace',
    text => cropFace(photo, box, text),
    'resolution of a crop must be a whole number from 1 to 16384; got "7"',
  ],
  ['cpuDevice', text => cpuDevice(text), 'threads must be a whole number from 1; got "7"'],
  ['encodeGrid', text => encodeGrid(new Uint8Array(12), { resolution: 2, columns: text }), 'columns of .*; got "7"'],
  ['quality of encodePhoto', text => encodePhoto(photo, file, { xmp: '', quality: text }), 'quality must .*; got "7"'],
  ['face of openPortrait', text => ofPhotos.openPortrait(photo, { face: text }), 'face must be a number; got "7"'],
  [
    'quick of openPortrait',
    text => ofPhotos.openPortrait(photo, { box, quick: text }),
    'quick must be true or false; got "7"',
  ],
  ['nearest of resolve', text => editor.resolve(smile, { nearest: text }), 'nearest must be true or false; got "7"'],
])('a number or a switch that is text is told in quotes: %s', async (_, call, message) => {
  await expect(Promise.resolve().then(() => call('7' as never))).rejects.toThrow(new RegExp(`^${message}$`));
});

test("a range's end that is text is told in quotes, since only whole ranges are written so", () => {
  for (const [end, range] of Object.entries({ to: { to: 'Young=1' }, from: { from: 'Young=1', to: move } })) {
    expect(() => editor.strip({ ...strip, moves: [range as never] })).toThrow(
      new UserError(`${end} of a move's range must be an object; got "Young=1"`),
    );
  }
});

test.each<[string, unknown, unknown, string]>([
  ['one distance', [1], 2, 'distances must be two numbers; got 1'],
  ['no distances', [], 2, 'distances must be two numbers; got none'],
  ['a distance that is no number', [Number.NaN, 1], 2, 'distances must be two numbers; got NaN, 1'],
  ['distances that are text', ['a', 'b'], 2, 'distances must be two numbers; got "a", "b"'],
  ['distances that are no list', null, 2, 'distances must be a list; got null'],
  ...[Number.POSITIVE_INFINITY, Number.NaN, 0, 1.5, -1].map((count): [string, unknown, unknown, string] => {
    return [`a count of ${count}`, [-1, 1], count, `count must be a whole number from 1; got ${count}`];
  }),
  ['a count that is text', [-1, 1], '2', 'count must be a whole number from 1; got "2"'],
])('spreadOverRange refuses %s', (_, distances, count, message) => {
  const spread = () => editor.spreadOverRange('Young', distances as never, smile, count as never);
  expect(spread).toThrow(new UserError(message));
});

test('spreadOverRange leaves out the side whose distance is infinite the other way', () => {
  const strengths = (low: number, high: number) =>
    editor.spreadOverRange('Young', [low, high], smile, 2).map(({ strength }) => Math.sign(strength));
  expect(strengths(Number.POSITIVE_INFINITY, 9)).toEqual([1, 1]);
  expect(strengths(-9, Number.NEGATIVE_INFINITY)).toEqual([-1, -1]);
});

test.each<[string, (none: never) => unknown, string]>([
  ['edit', none => editor.edit(none), 'an edit must be an object'],
  ['strip', none => editor.strip(none), 'an edit must be an object'],
  ['recipe', none => editor.recipe(none), 'an edit must be an object'],
  ['resolve', none => editor.resolve(none), 'an edit must be an object'],
  ['resolveStrip', none => editor.resolveStrip(none), 'an edit must be an object'],
  ['moves of a strip', none => editor.strip({ ...strip, moves: [none] }), "a move's range must be an object"],
  [
    'the end of a range',
    none => editor.strip({ ...strip, moves: [{ to: none, from: undefined }] }),
    "to of a move's range must be an object",
  ],
  ['stripOf', none => stripOf(none), 'a recipe must be an object'],
  ['moves of stripOf', none => stripOf({ ...recipe(), moves: none }), "a recipe's moves must be a list"],
  [
    'edit of a recipe whose bundle is none',
    none => editor.edit({ ...smile, bundle: none ?? null } as never),
    "a recipe's bundle must be an object",
  ],
  ['render', none => editor.render(none), 'latents must be a list'],
  ['render of several', none => editor.render([none]), 'a latent of tiny must have 16 numbers'],
  ['openPortraitFile', none => editor.openPortraitFile(none, none), 'the portrait must be a Uint8Array'],
  ['the photo of a portrait', none => ofPhotos.openPortraitFile(portrait.file, none), 'a photo must be an object'],
  ['options of openPortrait', none => ofPhotos.openPortrait(photo, none ?? null), 'options must be an object'],
  [
    'onProgress of openPortrait',
    none => ofPhotos.openPortrait(photo, { box, onProgress: none ?? null }),
    'onProgress must be a function',
  ],
  [
    'signal of openPortrait',
    none => ofPhotos.openPortrait(photo, { box, signal: none ?? null }),
    'signal must be an AbortSignal',
  ],
  ['pasteBack of a portrait', none => portrait.pasteBack(none), 'an edit must be an object'],
  ['patch of a portrait', none => portrait.patch(none), 'before and after must be square pictures of one size, .*'],
  ['options of resolve', none => editor.resolve(smile, none ?? null), 'options must be an object'],
  [
    'options of resolveStrip',
    none => editor.resolveStrip({ ...smile, steps: 2 }, none ?? null),
    'options must be an object',
  ],
  ['signal of resolve', none => editor.resolve(smile, { signal: none ?? null }), 'signal must be an AbortSignal'],
  ['the square of cropFace', none => cropFace(photo, none, 8), 'the square of a face must be an object'],
  [
    'the resolution of cropFace',
    none => cropFace(photo, box, `${none}` as never),
    'resolution of a crop must be a whole number from 1 to 16384',
  ],
  [
    'pastePatch',
    none => pastePatch(photo, box, none, none),
    'before and after must be square pictures of one size, .*',
  ],
  ['the photo of withPatch', none => withPatch(none, none), 'a photo must be an object'],
  ['the patch of withPatch', none => withPatch(photo, none), 'a patch must be an object'],
  ['boxFromClicks', none => boxFromClicks([1, 2], none, [3, 4]), 'a point must be a list'],
  [
    'a place of boxFromClicks that is text',
    none => boxFromClicks([`${none}`, '20'] as never, [40, 20], [30, 40]),
    'x of a point must be a number',
  ],
  ['boxFromPoints', none => boxFromPoints(none), 'points must be an object'],
  ['a point of boxFromPoints', none => boxFromPoints({ leftEye: none } as never), 'leftEye must be a list'],
  ['the pixels of withPatch', none => withPatch(photo, { ...patch, pixels: none }), "a patch's pixels must be .*"],
  ['probabilityOf', none => probabilityOf(none, 1), 'what is known of an attribute must be an object'],
  ['the logit of probabilityOf', none => probabilityOf({}, `${none}` as never), 'a logit must be a number'],
  ['logitOf', none => logitOf(none, 0.5), 'what is known of an attribute must be an object'],
  ['the probability of logitOf', none => logitOf({}, `${none}` as never), 'a probability must be a number'],
  ['formatMove', none => formatMove(none), 'a move must be an object'],
  ['openDevice', none => openDevice(none), 'options of a device must be an object'],
  [
    'the device of FaceEditor.open',
    none => FaceEditor.open(none, editor.bundle, { hash }),
    'a device must be an object',
  ],
  [
    'the bundle of FaceEditor.open',
    none => FaceEditor.open(cpuDevice(1), none, { hash }),
    'a bundle must be an object',
  ],
  [
    'a bundle that was not read',
    none => FaceEditor.open(cpuDevice(1), { contents: none } as never, { hash }),
    'the contents of a bundle must be an object',
  ],
  [
    'the services of FaceEditor.open',
    none => FaceEditor.open(cpuDevice(1), editor.bundle, none),
    'services must be an object',
  ],
  ['the device of FaceFinder.open', none => FaceFinder.open(none, async () => none), 'a device must be an object'],
  [
    'a device by its name',
    none => FaceFinder.open({ name: none } as never, async () => none),
    "a device's sessionOptions must be an object",
  ],
  [
    'a device that says nothing of what it can do',
    none => FaceFinder.open({ ...cpuDevice(1), target: none }, async () => none),
    "a device's target must be an object",
  ],
  [
    'what finds faces for FaceEditor.open',
    none => FaceEditor.open(cpuDevice(1), editor.bundle, { hash, findFaces: none ?? null }),
    'findFaces must be a function',
  ],
  [
    'the place of loadBundle',
    none => loadBundle(cpuDevice(1), name => readFile(join(folder, name)), hashBytes, none ?? null),
    'place must be text',
  ],
  [
    'a file of loadBundle',
    none => loadBundle(cpuDevice(1), async () => none, hash, 'mine'),
    'mine/bundle.json must be a Uint8Array',
  ],
  [
    'a network of loadBundle',
    none =>
      loadBundle(
        cpuDevice(1),
        async name => (name === 'bundle.json' ? readFile(join(folder, name)) : none),
        hashBytes,
        'mine',
      ),
    'mine/[a-z]+.[a-z]+ must be a Uint8Array',
  ],
  [
    'a network of FaceFinder.open',
    none => FaceFinder.open(cpuDevice(1), async () => none),
    'detector.onnx must be a Uint8Array',
  ],
  [
    'a hash of loadBundle',
    none =>
      loadBundle(
        cpuDevice(1),
        name => readFile(join(folder, name)),
        async () => none,
      ),
    'what hash returns must be text',
  ],
  ['FaceFinder.open', none => FaceFinder.open(cpuDevice(1), none), 'read must be a function'],
  ['loadBundle', none => loadBundle(cpuDevice(1), none, none), 'read must be a function'],
  ['cpuDevice', none => cpuDevice(`${none}` as never), 'threads must be a whole number from 1'],
  ['readPhoto', none => readPhoto(none), 'the photo must be a Uint8Array'],
  ['the photo of encodePhoto', none => encodePhoto(none, none, none), 'a photo must be an object'],
  ['the file of encodePhoto', none => encodePhoto(photo, none, none), "a photo's file must be an object"],
  ['options of encodePhoto', none => encodePhoto(photo, file, none), 'options of a photo must be an object'],
  ['XMP of encodePhoto', none => encodePhoto(photo, file, { xmp: none }), 'xmp must be text'],
  [
    'quality of encodePhoto',
    none => encodePhoto(photo, file, { quality: `${none}` as never, xmp: '' }),
    'quality must be a whole number from 1 to 100',
  ],
  ['cropFace', none => cropFace(none, none, 8), 'a photo must be an object'],
  ['parseMoveRange', none => parseMoveRange(none), 'a move must be text'],
  ['parsePoints', none => parsePoints(none), 'points must be text'],
  ['parseRecipes', none => parseRecipes(none), 'the recipe must be text'],
  ['formatRecipe', none => formatRecipe(none), 'a recipe must be an object'],
  [
    'the latent of a recipe',
    none => formatRecipe({ ...recipe(), seed: undefined, latent: none ?? null } as never),
    "a recipe's latent must be an object",
  ],
  ['a move of a recipe', none => formatRecipe({ ...recipe(), moves: [none] }), "a recipe's move must be an object"],
  [
    'the strip of a recipe',
    none => formatRecipe({ ...recipe(), strip: none ?? null }),
    "a recipe's strip must be an object",
  ],
  [
    "from of a recipe's strip",
    none => formatRecipe({ ...recipe(), strip: { from: none, steps: 2, scale: 1 } }),
    "from of a recipe's strip must be a list",
  ],
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

test('a network of the face finder that is none is named', async () => {
  const page = new TextEncoder().encode('<html>not found</html>');
  await expect(FaceFinder.open(cpuDevice(1), async () => page)).rejects.toThrow(
    /^detector\.onnx must be a network of the face finder: [^\n]+\. Copy it again$/,
  );
});
