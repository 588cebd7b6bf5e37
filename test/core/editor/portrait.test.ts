// A portrait: found in a photo, edited as a seed is, pasted back, kept as a file and named by its hash.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ScoredDirection } from '../../../src/core/directions/scored.ts';
import { meanRow } from '../../../src/core/editing/distances.ts';
import { formatRecipe, parseRecipe } from '../../../src/core/editing/recipe.ts';
import { readBundle } from '../../../src/core/editor/bundle.ts';
import { FaceEditor, loadBundle } from '../../../src/core/editor/face-editor.ts';
import { changesOnPhoto, type Portrait } from '../../../src/core/editor/portrait.ts';
import type { WantedProbability } from '../../../src/core/editor/wanted-probability.ts';
import { UserError } from '../../../src/core/errors.ts';
import { createRandom } from '../../../src/core/math/random.ts';
import { mean } from '../../../src/core/math/statistics.ts';
import type { InversionProgress } from '../../../src/core/portraits/inversion/networks.ts';
import { asPasted, pasteBack } from '../../../src/core/portraits/paste-back.ts';
import type { Photo } from '../../../src/core/portraits/photo.ts';
import { hashBytes } from '../../../src/node/artefacts/bundle.ts';
import { cpuDevice } from '../../../src/node/devices/device.ts';
import { wasmDevice } from '../../../src/web/worker/device.ts';
import { makeTinyBundle, readerOf } from '../../helpers/tiny-bundle.ts';
import { tinyStyle } from '../../helpers/tiny-networks.ts';
import { paintedFace } from '../portraits/photos.ts';

const open = async (options: Parameters<typeof makeTinyBundle>[4], device = cpuDevice(1)) =>
  loadBundle(device, readerOf(await makeTinyBundle({}, 16, undefined, [], options)), hashBytes, 'models/tiny');
const style = { kind: tinyStyle, encoder: true };

/** A smooth picture of 40×30, brighter to the right. */
const photo: Photo = {
  width: 40,
  height: 30,
  channels: 3,
  pixels: Uint8Array.from({ length: 40 * 30 * 3 }, (_, at) => 60 + 3 * (Math.floor(at / 3) % 40) + 20 * (at % 3)),
};
const box = { x: 20, y: 15, side: 16, angle: 10 };

let editor: FaceEditor;
let portrait: Portrait<FaceEditor>;
beforeAll(async () => {
  editor = await open(style);
  portrait = await editor.openPortrait(photo, { box });
});
afterAll(async () => {
  await portrait.release();
  await editor.release();
});

describe('finding', () => {
  test('comes closer with every phase', () => {
    const { encoded, refined, tuned } = portrait.figures;
    expect(refined!.psnr).toBeGreaterThan(encoded.psnr + 0.5);
    expect(tuned!.psnr).toBeGreaterThan(refined!.psnr + 0.5);
    expect(portrait.figures.probabilities.photo).toHaveLength(40);
  });

  test('finds a latent whose rows are nearly alike, as those of seeds are, for which directions were fitted', () => {
    const { latent } = portrait.editor.edit({ ...portrait.start, moves: [] });
    const common = meanRow(latent, 16);
    const offsets = mean(latent.map((value, at) => (value - common[at % 16]!) ** 2));
    expect(offsets).toBeGreaterThan(0);
    expect(offsets).toBeLessThan(0.32); // 0.26 here; 0.39 where hardly anything holds the rows together
  });

  test('refuses seeds in its own editor, whose generator was tuned to the photo', () => {
    const seed = { seed: 7, moves: [] };
    const refused = 'the editor of a portrait must edit that portrait; got a seed';
    expect(() => portrait.editor.edit(seed)).toThrow(refused);
    expect(() => portrait.editor.recipe(seed)).toThrow(refused);
  });

  test('is the same to the bit each time', async () => {
    const again = await editor.openPortrait(photo, { box });
    expect(again.sha256).toBe(portrait.sha256);
    await again.release();
  });

  test('tells its phases in order, and stops between two steps', async () => {
    const told: InversionProgress[] = [];
    const controller = new AbortController();
    const onProgress = (progress: InversionProgress) => {
      told.push(progress);
      if (progress.phase === 'tune' && progress.done === 2) controller.abort(new Error('enough'));
    };
    await expect(editor.openPortrait(photo, { box, onProgress, signal: controller.signal })).rejects.toThrow('enough');
    expect([...new Set(told.map(({ phase }) => phase))]).toEqual(['encode', 'refine', 'tune']);
    expect(told.at(-1)).toMatchObject({ phase: 'tune', done: 2 });
  });

  test('in a hurry takes the encoder alone', async () => {
    const quick = await editor.openPortrait(photo, { box, quick: true });
    expect(quick.figures.refined).toBeNull();
    expect(quick.file.length).toBeLessThan(portrait.file.length);
    expect(quick.reconstruction).not.toEqual(portrait.reconstruction);
    await quick.release(); // frees nothing that the editor needs
    await editor.render([editor.sample(7)]);
  });

  test('asks for the face where nothing finds one, and says how many there are', async () => {
    await expect(editor.openPortrait(photo)).rejects.toThrow('the square of the face must be given');
    const files = await makeTinyBundle({}, 16, undefined, [], style);
    const points = { leftEye: [1, 1], rightEye: [2, 1], nose: [1, 1], leftMouth: [1, 2], rightMouth: [2, 2] } as const;
    const finding = await loadBundle(cpuDevice(1), readerOf(files), hashBytes, 'models/tiny', async () => [
      { box, points, score: 0.9 },
    ]);
    await expect(finding.openPortrait(photo, { face: 2 })).rejects.toThrow('the photo has 1 face; got face 2');
    const found = await finding.openPortrait(photo, { quick: true });
    expect(found.box).toEqual(box);
    await finding.release();
  });

  test('refuses squares that are none, and photos of other sizes than they say', async () => {
    for (const wrong of [{ side: 0 }, { side: -5 }, { side: Number.NaN }, { angle: Number.NaN }, { x: Number.NaN }]) {
      await expect(editor.openPortrait(photo, { box: { ...box, ...wrong } })).rejects.toThrow(
        'the square of a face must lie at the photo',
      );
    }
    await expect(editor.openPortrait(photo, { box: { ...box, x: 1234.56789, angle: 1 / 3 } })).rejects.toThrow(
      /around \(1234\.6, \d+(\.\d)?\), turned by 0\.3, in a photo of/,
    );
    for (const wrong of [{ channels: 4 as const }, { width: 40.5 }, { height: 0 }, { channels: undefined as never }]) {
      await expect(editor.openPortrait({ ...photo, ...wrong }, { box })).rejects.toThrow(
        'a photo must have whole sides',
      );
    }
  });

  test('is refused in one line by a bundle of a PGGAN, and by one without an encoder', async () => {
    const sphere = await open({});
    await expect(sphere.openPortrait(photo, { box })).rejects.toThrow(
      /^photos need a bundle with a style generator; .* Choose another bundle$/,
    );
    await sphere.release();
    const bare = await open({ kind: tinyStyle });
    await expect(bare.openPortrait(photo, { box })).rejects.toThrow(/tiny has none. Make the bundle again with one$/);
    await bare.release();
  });
});

test('the generator of a portrait that cannot be opened to its end is released', async () => {
  const device = cpuDevice(1);
  const { InferenceSession, Tensor } = device.runtime;
  let held = 0;
  const create = async (...model: [never]) => {
    const session = await InferenceSession.create(...model);
    const release = session.release.bind(session);
    held++;
    session.release = async () => {
      held--;
      await release();
    };
    return session;
  };
  const counting = { ...device, runtime: { Tensor, InferenceSession: { create } } };
  const bundle = await readBundle(readerOf(await makeTinyBundle({}, 16, undefined, [], style)), hashBytes);
  const failing = await FaceEditor.open(counting, bundle, { hash: () => Promise.reject(new Error('no hash here')) });
  await expect(failing.openPortraitFile(portrait.file, photo)).rejects.toThrow('no hash here');
  expect(held).toBe(2); // generator and classifier
  await expect(failing.openPortrait(photo, { box })).rejects.toThrow('no hash here');
  await failing.release();
  expect(held).toBe(0);
});

describe('editing', () => {
  const request = () => ({ ...portrait.start, moves: ['Young=1.5'], locks: ['Male'] });

  test('changes each row of the latent as it would a seed’s only row', () => {
    const [before, after] = [portrait.editor.edit({ ...portrait.start, moves: [] }), portrait.editor.edit(request())];
    const { conditionedNormal } = after.steps[0]!;
    expect(after.latent.length).toBe(editor.layers * 16);
    after.latent.forEach((value, at) => {
      expect(value - before.latent[at]!).toBeCloseTo(1.5 * conditionedNormal[at % 16]!, 10);
    });
    expect(after.distances.Male).toBeCloseTo(before.distances.Male!, 10);
  });

  test('is named by the portrait’s hash in recipes, which no other editor takes', () => {
    const recipe = parseRecipe(formatRecipe(portrait.editor.recipe(request())));
    expect(recipe).toMatchObject({ portrait: portrait.sha256 });
    expect(portrait.editor.edit(recipe)).toEqual(portrait.editor.edit(request()));
    expect(() => editor.edit(recipe)).toThrow(/is of the portrait [0-9a-f]{12}…, which must be open/);
  });

  test('leaves the photo as it is where nothing was moved, and outside the square', async () => {
    const same = await portrait.pasteBack(portrait.editor.edit({ ...portrait.start, moves: [] }));
    expect([...same.pixels]).toEqual([...photo.pixels]);
    const unedited = await portrait.editor.render([portrait.editor.edit({ ...portrait.start, moves: [] }).latent]);
    expect([...pasteBack(photo, portrait.box, portrait.crop, unedited).pixels]).toEqual([...photo.pixels]);
    const edited = await portrait.pasteBack(portrait.editor.edit({ ...portrait.start, moves: ['Young=4'] }));
    expect([...edited.pixels]).not.toEqual([...photo.pixels]);
    expect([...edited.pixels.subarray(0, 40 * 3 * 3)]).toEqual([...photo.pixels.subarray(0, 40 * 3 * 3)]);
  });
});

test('a probability is looked for as far as generated faces that look the same have room', async () => {
  const calibration: [number, number][] = [
    [-4, -40],
    [4, 40],
  ];
  const known = (details: ScoredDirection): ScoredDirection =>
    details.boundary === null
      ? details
      : { ...details, boundary: { ...details.boundary, calibration, safeRange: [-0.5, 0.5] } };
  const files = await makeTinyBundle({}, 16, known, [], style);
  const calibrated = await loadBundle(cpuDevice(1), readerOf(files), hashBytes);
  const opened = await calibrated.openPortrait(photo, { box, quick: true });
  const { start, editor: own } = opened;
  const { Young } = own.edit({ ...start, moves: [] }).distances;
  const logit = (await calibrated.score(opened.crop))[own.attribute('Young').index]!;
  const seen = Math.min(Math.max(logit / 10, Math.min(Young!, -0.5)), Math.max(Young!, 0.5));
  const room = [Math.min(0, Young! - seen) - 0.5, Math.max(0, Young! - seen) + 0.5];
  expect(Math.abs(Young! - seen)).toBeGreaterThan(0.01);
  expect(own.direction('Young').boundary!.safeRange).toEqual(room.map(end => expect.closeTo(end, 6)));
  expect(calibrated.direction('Young').boundary!.safeRange).toEqual([-0.5, 0.5]);
  const wish = { ...start, moves: ['Young=p99.9'] };
  const [{ distances }] = (await own.resolve(wish, { nearest: true })).wanted as [WantedProbability];
  expect(distances).toEqual(own.direction('Young').boundary!.safeRange);
  await calibrated.release();
});

test('a photo that is opened by another one’s editor has the same safe ranges', async () => {
  const [own, other] = [await editor.openPortrait(photo, { box }), await portrait.editor.openPortrait(photo, { box })];
  for (const attribute of editor.attributes) {
    expect(other.editor.direction(attribute)).toEqual(own.editor.direction(attribute));
  }
  for (const each of [own, other]) await each.release();
});

test('what is drawn and scored is the photo with the change, not the face that stands for it', async () => {
  const { editor: own, start, crop, reconstruction } = portrait;
  const apart = (a: Float32Array, b: Float32Array) => Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));
  const [unedited] = [await own.render([own.edit({ ...start, moves: [] }).latent])];
  expect(apart(unedited, crop)).toBeLessThan(1e-5);
  expect(apart(reconstruction, crop)).toBeGreaterThan(0.01);
  const edited = await own.render([own.edit({ ...start, moves: ['Young=2'] }).latent]);
  const { wanted } = await own.resolve({ ...start, moves: ['Smiling=p60'] }, { nearest: true });
  expect(apart(edited, crop)).toBeGreaterThan(0.01);
  expect(wanted[0]!.reached).toBeGreaterThan(0);
});

test('the classifier sees an edit as it is in the photo, where it fades out toward the edge', async () => {
  const { editor: own, start, crop } = portrait;
  const drawn = await own.render([own.edit({ ...start, moves: ['Young=4'] }).latent]);
  expect(await own.score(drawn)).toEqual(await editor.score(asPasted(drawn, crop)));
  expect(await own.score(drawn)).not.toEqual(await editor.score(drawn));
  expect(await own.score(crop)).toEqual(await editor.score(crop));
});

test('what the generator missed of a photo stays, but under a new shape', () => {
  const [crop, reconstruction] = [paintedFace(32, 0.1), paintedFace(32, 0)]; // it missed a disc
  const drawn = (image: Float32Array) => changesOnPhoto(image.slice(), { crop, reconstruction });
  const same = drawn(reconstruction);
  expect(same.every((value, at) => Math.abs(value - crop[at]!) < 1e-6)).toBe(true);
  // A change of colour alone keeps the disc; one of shape, at the disc's rim, takes it away there.
  const middle = 16 * 32 + 16;
  const brighter = drawn(reconstruction.map(value => value + 0.3));
  expect(brighter[middle]).toBeCloseTo(crop[middle]! + 0.3, 5);
  const rim = 16 * 32 + 9;
  const striped = reconstruction.map((value, at) => value + (Math.floor((at % 1024) / 32) % 4 < 2 ? 0.6 : -0.6));
  expect(crop[rim]! - reconstruction[rim]!).toBeCloseTo(0.1, 5);
  expect(drawn(striped)[rim]).toBeCloseTo(striped[rim]!, 5);
  // Several images at once are drawn as each alone.
  const both = drawn(Float32Array.of(...striped, ...reconstruction));
  expect(both.subarray(0, striped.length)).toEqual(drawn(striped));
  expect(both.subarray(striped.length)).toEqual(same);
});

describe('a portrait’s file', () => {
  test('opens again as the same portrait', async () => {
    const again = await editor.openPortraitFile(portrait.file, photo);
    expect(again.sha256).toBe(portrait.sha256);
    expect(again.figures).toEqual(portrait.figures);
    expect(again.reconstruction).toEqual(portrait.reconstruction);
    await again.release();
  });

  test('opens with a later form of its bundle', async () => {
    const later = await open({ ...style, psi: 0.5, formerly: [editor.bundle.sha256] });
    const again = await later.openPortraitFile(portrait.file, photo);
    expect(again.figures).toEqual(portrait.figures);
    await again.release();
    await later.release();
  });

  test('is refused with another bundle, another photo, and where it is damaged', async () => {
    const other = await open({ ...style, psi: 0.5 });
    await expect(other.openPortraitFile(portrait.file, photo, 'me')).rejects.toThrow(
      /^me was found with bundle "tiny"/,
    );
    await other.release();
    const small = { ...photo, width: 30, height: 40 };
    await expect(editor.openPortraitFile(portrait.file, small)).rejects.toThrow(/a photo of 40×30; got one of 30×40/);
    const turned = { ...photo, pixels: photo.pixels.slice().reverse() };
    await expect(editor.openPortraitFile(portrait.file, turned, 'me')).rejects.toThrow(
      'me was found in another photo of the same size. Give that photo',
    );
    const random = createRandom(3);
    for (let i = 0; i < 100; i++) {
      const broken = portrait.file.slice();
      broken[random.integer(2000)]! ^= 1 << random.integer(8);
      const opened = await editor.openPortraitFile(broken, photo).catch((error: unknown) => error);
      if (opened instanceof Error) expect(opened).toBeInstanceOf(UserError);
    }
  });
});

test("the browser's runtime finds the same face", async () => {
  const browser = await open(style, wasmDevice(1));
  const there = await browser.openPortrait(photo, { box });
  const [a, b] = [portrait.reconstruction, there.reconstruction];
  expect(Math.max(...a.map((value, i) => Math.abs(value - b[i]!)))).toBeLessThan(0.05);
  await there.release();
  await browser.release();
});
