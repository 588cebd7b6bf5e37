// The editor over a bundle of a style generator: truncated faces, plain addition, layers, and recipes that keep them.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ScoredDirection } from '../../../src/core/directions/scored.ts';
import { distanceTo } from '../../../src/core/editing/distances.ts';
import { formatRecipe, parseRecipe } from '../../../src/core/editing/recipe.ts';
import { type FaceEditor, loadBundle } from '../../../src/core/editor/face-editor.ts';
import { UserError } from '../../../src/core/errors.ts';
import { hashBytes } from '../../../src/node/artefacts/bundle.ts';
import { cpuDevice } from '../../../src/node/devices/device.ts';
import { wasmDevice } from '../../../src/web/worker/device.ts';
import { makeTinyBundle, readerOf } from '../../helpers/tiny-bundle.ts';
import { tinyGan, tinyStyle } from '../../helpers/tiny-networks.ts';

const size = 16;
const style = { kind: tinyStyle, psi: 0.7 };
/** Smiles are of the first layer alone. */
const withLayers = (details: ScoredDirection): ScoredDirection =>
  details.attribute === 'Smiling' ? { ...details, boundary: { ...details.boundary!, layers: [0, 0] } } : details;
const open = async (options: Parameters<typeof makeTinyBundle>[4] = style, known = withLayers, device = cpuDevice(1)) =>
  loadBundle(device, readerOf(await makeTinyBundle({}, size, known, [], options)), hashBytes, 'models/tiny');

let editor: FaceEditor;
let sphere: FaceEditor;
beforeAll(async () => {
  editor = await open();
  sphere = await open({ kind: tinyGan }, details => details);
});
afterAll(async () => {
  await editor.release();
  await sphere.release();
});

const rowOf = (latent: Float64Array, row: number) => [...latent.subarray(row * size, (row + 1) * size)];

describe('truncation', () => {
  test('scales a face toward the mean, by the bundle’s own where nobody says', () => {
    const whole = editor.sample(7, 1);
    const near = Float32Array.from(whole, x => x * 0.5);
    expect(editor.sample(7, 0.5)).toEqual(near);
    expect(editor.sample(7)).toEqual(Float32Array.from(whole, x => x * 0.7));
    expect(editor.sample(7, 0).every(x => x === 0)).toBe(true);
  });

  test('comes before the edit, which is not truncated', () => {
    const at = (psi: number) => editor.edit({ seed: 7, psi, moves: ['Young=2'], locks: ['Male'] });
    for (const psi of [0.3, 1]) {
      const before = editor.sample(7, psi);
      const { conditionedNormal, strength } = at(psi).steps[0]!;
      expect(strength).toBe(2);
      const expected = Float64Array.from(before, (x, i) => x + 2 * conditionedNormal[i]!);
      expect(Math.max(...at(psi).latent.map((x, i) => Math.abs(x - expected[i]!)))).toBeLessThan(1e-12);
    }
  });

  test('is kept by recipes, said or not; latents have none', () => {
    const request = { seed: 7, moves: ['Young=-1'] };
    expect(editor.recipe(request)).toMatchObject({ seed: 7, psi: 0.7, geometry: 'linear' });
    const recipe = parseRecipe(formatRecipe(editor.recipe({ ...request, psi: 1 })));
    expect(recipe).toMatchObject({ psi: 1 });
    expect(editor.edit(recipe)).toEqual(editor.edit({ ...request, psi: 1 }));
    const { latent } = editor.edit({ latent: editor.sample(7, 1), moves: [] });
    expect([...latent]).toEqual([...editor.sample(7, 1)]);
  });

  test('is refused where a model has none, and out of its range', () => {
    expect(() => sphere.sample(7, 0.8)).toThrow(/psi must be 1 for tiny, whose latents have no mean face/);
    expect(() => editor.sample(7, 3)).toThrow(/psi must be from 0 to 2; got 3/);
    expect(sphere.sample(7, 1)).toEqual(sphere.sample(7));
    expect('psi' in sphere.recipe({ seed: 7, moves: [] })).toBe(false);
  });
});

describe('geometry', () => {
  test('is the model’s: locked distances hold though nothing is rescaled', () => {
    const { latent } = editor.edit({ seed: 7, moves: ['Young=3'], locks: ['Male'] });
    const male = editor.bundle.movable.find(({ attribute }) => attribute === 'Male')!;
    expect(distanceTo(male, latent)).toBeCloseTo(distanceTo(male, editor.sample(7)), 6);
    expect(sphere.recipe({ seed: 7, moves: [] }).geometry).toBe('sphere');
  });

  test('can be plain addition on a sphere too, but no sphere where there is none', () => {
    expect(() => sphere.edit({ seed: 7, geometry: 'linear', moves: ['Young=30'] })).not.toThrow();
    expect(() => editor.edit({ seed: 7, geometry: 'sphere', moves: [] })).toThrow(
      'geometry must be linear for tiny, whose latents lie on no sphere. Leave it out',
    );
  });
});

test('an attribute may be called as something that every object knows', async () => {
  const named = await open({ ...style, attributes: ['constructor', 'Hat'] });
  const distances = (moves: string[]) => named.edit({ seed: 7, moves, locks: ['Hat'] }).distances;
  const [before, after] = [distances(['constructor=0']), distances(['constructor=1'])];
  expect(after.Hat).toBeCloseTo(before.Hat!, 10);
  expect(after).not.toEqual(before);
  expect(named.recipe({ seed: 7, moves: ['constructor=1'] }).hold).toBe('linear');
  await named.release();
});

describe('layers', () => {
  test('of a direction: its rows move, the others are as they were', () => {
    const { latent } = editor.edit({ seed: 7, moves: ['Smiling=1'] });
    expect(latent.length).toBe(editor.layers * size);
    expect(rowOf(latent, 0)).not.toEqual([...editor.sample(7)]);
    for (const row of [1, 2]) expect(rowOf(latent, row)).toEqual([...editor.sample(7)]);
  });

  test('of a move, instead of its direction’s, by name or rows; recipes keep them', () => {
    const request = { seed: 7, moves: ['Smiling=1', 'Young=1'], layers: { Smiling: 'all', Young: [1, 2] as const } };
    const recipe = parseRecipe(formatRecipe(editor.recipe(request)));
    expect(recipe.layers).toEqual({ Smiling: [0, 2], Young: [1, 2] });
    const edited = editor.edit(request);
    expect(editor.edit(recipe)).toEqual(edited);
    const smiling = editor.edit({ seed: 7, moves: ['Smiling=1'], layers: { Smiling: 'all' } }).latent;
    expect(smiling.length).toBe(size);
    expect(rowOf(edited.latent, 0)).toEqual([...smiling]);
    const end = editor.strip({ ...request, steps: 3 }).at(-1)!;
    expect(end).toEqual(edited);
  });

  test('of a probability are solved in their rows', async () => {
    const wish = { seed: 7, moves: ['Smiling=p99'] };
    const resolved = await editor.resolve(wish, { nearest: true });
    const { latent } = editor.edit(resolved);
    expect(resolved.moves[0]!.kind).toBe('relative');
    for (const row of [1, 2]) expect(rowOf(latent, row)).toEqual([...editor.sample(7)]);
  });

  test('a latent with a row a layer is edited on, row by row', () => {
    const there = editor.edit({ seed: 7, moves: ['Smiling=1'] });
    const back = editor.edit({ latent: there.latent, moves: ['Smiling=-1'] });
    for (let row = 0; row < editor.layers; row++) {
      const seen = rowOf(back.latent, row);
      expect(Math.max(...seen.map((x, i) => Math.abs(x - editor.sample(7)[i]!)))).toBeLessThan(1e-12);
    }
  });

  test('that there are not are refused', () => {
    const moves = ['Young=1'];
    expect(() => editor.edit({ seed: 7, moves, layers: { Young: '2-3' } })).toThrow(/rows from 0 to 2.*got 2-3/);
    expect(() => editor.edit({ seed: 7, moves, layers: { Young: 'coarsest' } })).toThrow(UserError);
    expect(() => editor.edit({ seed: 7, moves, layers: { Yuong: 'fine' } })).toThrow('Did you mean "Young"?');
    expect(() => sphere.edit({ seed: 7, moves, layers: { Young: 'fine' } })).toThrow(/layers must be all/);
  });

  test('images of one row and of that row for every layer are the same', async () => {
    const one = editor.sample(7);
    const all = Float32Array.from({ length: editor.layers * size }, (_, at) => one[at % size]!);
    expect(await editor.render([all])).toEqual(await editor.render([one]));
  });
});

test("the browser's runtime draws the same latent and the same face", async () => {
  const browser = await open(style, withLayers, wasmDevice(1));
  expect(browser.sample(7)).toEqual(editor.sample(7));
  const request = { seed: 7, moves: ['Smiling=1', 'Young=-1'] };
  const [here, there] = [editor.edit(request).latent, browser.edit(request).latent];
  const [a, b] = [await editor.render([here]), await browser.render([there])];
  expect(Math.max(...a.map((value, i) => Math.abs(value - b[i]!)))).toBeLessThan(0.01);
  await browser.release();
});

describe('an index is refused', () => {
  test('with a truncation where latents lie on a sphere', async () => {
    await expect(open({ kind: tinyGan, psi: 0.8 })).rejects.toThrow(/psi.*must be left out|must be left out.*psi/s);
  });

  test('with layers that the generator does not have', async () => {
    const beyond = (details: ScoredDirection): ScoredDirection =>
      details.attribute === 'Smiling' ? { ...details, boundary: { ...details.boundary!, layers: [1, 3] } } : details;
    await expect(open(style, beyond)).rejects.toThrow(/layers that the generator does not have/);
    await expect(open({ kind: tinyGan }, withLayers)).resolves.toBeDefined(); // the one layer of a PGGAN is all of it
  });
});
