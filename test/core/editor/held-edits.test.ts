// Edits whose locks a field holds: what holds, what recipes say, and what is refused.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ScoredDirection } from '../../../src/core/directions/scored.ts';
import { seenLatent } from '../../../src/core/editing/distances.ts';
import { formatRecipe, parseRecipe } from '../../../src/core/editing/recipe.ts';
import type { FaceEditor } from '../../../src/core/editor/face-editor.ts';
import { loadBundle } from '../../../src/core/editor/face-editor.ts';
import { bundleNetworks } from '../../../src/core/editor/networks.ts';
import { length } from '../../../src/core/math/linear-algebra.ts';
import { Field } from '../../../src/core/models/field.ts';
import { hashBytes } from '../../../src/node/artefacts/bundle.ts';
import { cpuDevice } from '../../../src/node/devices/device.ts';
import { makeTinyBundle, readerOf } from '../../helpers/tiny-bundle.ts';
import { tinyStyle } from '../../helpers/tiny-networks.ts';

const size = 32;
const locks = ['Male', 'Smiling', 'Eyeglasses'];
const open = async (options: Parameters<typeof makeTinyBundle>[4], byField: readonly string[] = []) => {
  const known = (details: ScoredDirection) => {
    return byField.includes(details.attribute) ? { ...details, hold: 'field' as const } : details;
  };
  return loadBundle(cpuDevice(1), readerOf(await makeTinyBundle({}, size, known, ['dimples'], options)), hashBytes);
};

let editor: FaceEditor;
let style: FaceEditor;
let plain: FaceEditor;
beforeAll(async () => {
  editor = await open({ field: true });
  style = await open({ field: true, kind: tinyStyle, psi: 0.8 }, ['Young', 'Bangs']);
  plain = await open({});
});
afterAll(async () => {
  for (const each of [editor, style, plain]) await each.release();
});

function fieldOf({ bundle }: FaceEditor): Field {
  const { architecture, weights } = bundleNetworks(bundle).field!;
  return new Field(architecture, weights);
}

test('locked scores of the field stay, moved ones go where the move says, with both kinds of latents', () => {
  for (const each of [editor, style]) {
    const field = fieldOf(each);
    const start = seenLatent(each.sample(3), each.geometry);
    for (const strength of [-1.5, 1.5]) {
      const moves = [{ attribute: 'Young', kind: 'relative', strength } as const];
      const { latent, steps } = each.edit({ seed: 3, moves, locks, hold: 'field' });
      const [before, after] = [start, latent].map(at => field.values(at, [...locks, 'Young']));
      for (const [k, lock] of locks.entries()) expect(after![k], lock).toBeCloseTo(before![k]!, 4);
      expect(Math.sign(after![3]! - before![3]!)).toBe(Math.sign(strength));
      expect(steps).toMatchObject([{ attribute: 'Young', strength }]);
      expect(steps[0]!.residual).toBeGreaterThan(0.05);
      if (each.geometry === 'sphere') expect(length(latent)).toBeCloseTo(Math.sqrt(size), 9);
    }
  }
});

test('a distance is a strength along the curve, that of a straight line there, and directions that the field does not know hold by their boundary', () => {
  const request = { seed: 4, moves: ['Wearing_Necktie=@0.8'], locks: ['Male', 'dimples'], hold: 'field' } as const;
  const before = editor.edit({ ...request, moves: [] });
  const after = editor.edit(request);
  const [straight] = editor.edit({ ...request, hold: 'linear' }).steps;
  expect(after.steps).toMatchObject([{ attribute: 'Wearing_Necktie', strength: straight!.strength }]);
  expect(after).toEqual(editor.edit({ ...request, moves: [`Wearing_Necktie=${straight!.strength}`] }));
  expect(after.distances.dimples).toBeCloseTo(before.distances.dimples!, 4);
  expect(editor.edit({ ...request, moves: ['dimples=1'], locks: ['Male'] }).distances.dimples).toBeGreaterThan(
    before.distances.dimples!,
  );
});

test.each(['linear', 'field'] as const)('edits spread over a range are those at their strengths (%s)', hold => {
  for (const each of [editor, style]) {
    // On a curve, moves made together end a little elsewhere than one after the other.
    const moves = hold === 'field' ? [] : ['Male=0.4'];
    const request = { seed: 5, moves, locks: ['Smiling', 'Eyeglasses'], hold };
    const here = each.edit(request).distances.Young!;
    const wide = each.spreadOverRange('Young', [here - 1, here + 1], request, 4);
    const strengths = wide.map(({ strength }) => strength);
    expect(strengths).toEqual(strengths.toSorted((a, b) => a - b));
    for (const sign of [-1, 1]) {
      const side = wide.filter(({ strength }) => Math.sign(strength) === sign);
      expect(side.length).toBeGreaterThan(1);
      expect(side.length).toBeLessThanOrEqual(4);
      // The farthest one meets the distance, where neither the sphere's edge nor the end of the walk comes first.
      const farthest = each.edit({ latent: side.at(sign < 0 ? 0 : -1)!.latent, moves: [], locks: [] });
      const gone = sign * (farthest.distances.Young! - here);
      expect(gone).toBeLessThan(1.05);
      if (each.geometry === 'linear' && hold === 'linear') expect(gone).toBeCloseTo(1, 6);
    }
    for (const { strength, latent } of wide) {
      const there = each.edit({ ...request, moves: [...request.moves, `Young=${strength}`] }).latent;
      const apart = Math.hypot(...latent.map((x, at) => x - there[at]!));
      expect(apart, `${strength}`).toBeLessThan(hold === 'field' ? 0.02 : 1e-6);
    }
    const counts = [1, 3, 4].map(count => each.spreadOverRange('Young', [here - 1, here + 1], request, count).length);
    expect(counts).toEqual([2, expect.any(Number), wide.length]);
  }
});

test('edits spread over a range hold their locks in the usual way of what they move', () => {
  const request = { seed: 5, moves: [], locks: ['Smiling'] };
  const usual = style.spreadOverRange('Young', [-1, 1], request, 2);
  expect(usual).toEqual(style.spreadOverRange('Young', [-1, 1], { ...request, hold: 'field' }, 2));
  expect(() => style.spreadOverRange('young', [-1, 1], request, 2)).toThrow(/^unknown attribute "young"/);
});

test('with 39 locks an edit is made or the line says which locks stand in the way', () => {
  const others = editor.bundle.movable.map(({ attribute }) => attribute).filter(name => name !== 'Young');
  expect(others.length).toBeGreaterThanOrEqual(39);
  expect(() => editor.edit({ seed: 1, moves: ['Young=1'], locks: others, hold: 'field' })).toThrow(
    /^the locks must leave Young a way to change.*with \w+(, \w+)* and \d+ more locked\. Unlock the first of them/,
  );
});

test('the default is that of what moves, a recipe keeps the way, and one of before is linear', () => {
  const request = { seed: 2, moves: ['Young=1'], locks };
  const both = { ...request, moves: ['Young=1', 'Bangs=1'] };
  expect(style.recipe(both).hold).toBe('field');
  expect(style.recipe({ ...request, moves: ['Young=1', 'Chubby=1'] }).hold).toBe('linear'); // an edit has one way
  expect(style.recipe({ ...request, moves: [] }).hold).toBe('linear');
  expect(style.recipe({ ...request, layers: { Young: 'coarse' } }).hold).toBe('linear');
  expect(style.edit(request)).toEqual(style.edit({ ...request, hold: 'field' }));
  expect(editor.edit(request)).toEqual(editor.edit({ ...request, hold: 'linear' }));
  const recipe = style.recipe(request);
  expect(recipe.hold).toBe('field');
  expect(style.edit(parseRecipe(formatRecipe(recipe)))).toEqual(style.edit(request));
  const text = formatRecipe(style.recipe({ ...request, hold: 'linear' }));
  expect(text).not.toContain('hold');
  expect(style.edit(parseRecipe(text))).toEqual(style.edit({ ...request, hold: 'linear' }));
  const left = { ...request, bundle: undefined }; // a key that holds undefined counts as left out
  expect(style.recipe(left).hold).toBe('field');
});

test('strips and wanted probabilities go along the curve without jumps', async () => {
  const frames = editor.strip({ seed: 5, moves: ['Young=-2..2'], locks, steps: 21, hold: 'field' });
  for (const [i, { latent }] of frames.entries()) {
    if (i > 0) expect(length(latent.map((x, k) => x - frames[i - 1]!.latent[k]!))).toBeLessThan(0.35);
  }
  const resolved = await editor.resolve({ seed: 5, moves: ['Young=p50'], locks, hold: 'field' }, { nearest: true });
  expect(resolved.moves).toMatchObject([{ attribute: 'Young', kind: 'relative' }]);
  expect(editor.edit(resolved).steps).toHaveLength(1);
});

test('what cannot be is one line', () => {
  const request = { seed: 1, moves: ['Young=1'], locks, hold: 'field' } as const;
  for (const way of ['edit', 'recipe'] as const) {
    expect(() => plain[way](request)).toThrow('hold must be linear for tiny, which has no field. Leave it out');
    expect(() => style[way]({ ...request, layers: { Young: 'coarse' } })).toThrow(/^layers can be chosen .* linear/);
    expect(() => style[way]({ ...request, geometry: 'sphere' })).toThrow(/^geometry must be linear for/);
    expect(() => editor[way]({ ...request, geometry: 'linear' })).toThrow(/^geometry must be sphere with hold field/);
  }
  expect(() => editor.edit({ ...request, moves: ['Young=@40'] })).toThrow(
    /^a move along a curve must be at most 12 σ; that of Young is \d+\.\d\. Move less.* in a straight line$/,
  );
});

test('an index that holds by a field it does not have, or has one for other latents, is refused', async () => {
  await expect(open({}, ['Young'])).rejects.toThrow(/bundle\.json.*hold by a field that the bundle does not have/);
});

test('layers of what does not move change nothing', () => {
  const request = { seed: 3, moves: ['Young=1'], hold: 'field' } as const;
  expect(style.edit({ ...request, layers: { Bangs: 'coarse' } })).toEqual(style.edit(request));
  const usual = { seed: 3, moves: ['Young=1'] };
  expect(style.edit({ ...usual, layers: { Bangs: 'coarse' } })).toEqual(style.edit(usual));
  expect(() => style.edit({ ...request, layers: { Young: 'coarse' } })).toThrow('with hold linear only');
});
