// The editor over a bundle: it does what core's functions do, the same in Node's runtime and in the browser's.
import { join } from 'node:path';
import * as runtime from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { editLatent } from '../../../src/core/editing/edit.ts';
import { parseMove } from '../../../src/core/editing/moves.ts';
import { formatRecipe, parseRecipe } from '../../../src/core/editing/recipe.ts';
import { bundleFiles } from '../../../src/core/editor/bundle.ts';
import { type FaceEditor, loadBundle } from '../../../src/core/editor/face-editor.ts';
import { bundleNetworks } from '../../../src/core/editor/networks.ts';
import { probabilityOf } from '../../../src/core/editor/probability.ts';
import { UserError } from '../../../src/core/errors.ts';
import type { NdArray } from '../../../src/core/formats/nd-array.ts';
import { encodeSafetensors } from '../../../src/core/formats/safetensors.ts';
import { toUint8 } from '../../../src/core/images/pixels.ts';
import { mappingOnnx } from '../../../src/core/models/inference.ts';
import type { Device } from '../../../src/core/runtime/device.ts';
import { Program } from '../../../src/core/runtime/program.ts';
import { hashBytes, openBundle } from '../../../src/node/artefacts/bundle.ts';
import { cpuDevice } from '../../../src/node/devices/device.ts';
import { firstLatents } from '../../../src/node/stages/bundle/stored-networks.ts';
import { wasmDevice } from '../../../src/web/worker/device.ts';
import { makeTinyBundle, noBoundary, readerOf } from '../../helpers/tiny-bundle.ts';
import { tinyGeneratorWeights, tinyStyle } from '../../helpers/tiny-networks.ts';

const cpu = cpuDevice(1);
const open = async (device: Device, changes = {}) =>
  loadBundle(device, readerOf(await makeTinyBundle(changes)), hashBytes, 'models/tiny');

let editor: FaceEditor;
beforeAll(async () => {
  editor = await open(cpu);
});
afterAll(() => editor.release());

const locks = ['Male', 'Eyeglasses'];

test('a seed is always the same face, and another seed another', () => {
  expect(editor.sample(7)).toEqual(editor.sample(7));
  expect(editor.sample(7)).not.toEqual(editor.sample(8));
  expect(editor.sample(7).length).toBe(16);
});

test('an edit is that of core, from a seed as from its latent', () => {
  const edited = editor.edit({ seed: 7, moves: ['Young=-0.5'], locks });
  const { movable: directions } = editor.bundle;
  const moves = [{ attribute: 'Young', kind: 'relative', strength: -0.5 } as const];
  expect(edited).toEqual(editLatent({ latent: editor.sample(7), directions, moves, locks }));
  expect(editor.edit({ latent: editor.sample(7), moves: [parseMove('Young=-0.5')], locks })).toEqual(edited);
  expect(edited.steps[0]!.conditionedNormal).toEqual(editor.condition('Young', locks).conditionedNormal);
});

test('a key that holds undefined counts as left out', async () => {
  const latent = [...editor.sample(7)];
  const [plain, loose] = [{}, { seed: undefined, psi: undefined, portrait: undefined }].map(
    keys => ({ ...keys, latent, moves: ['Young=-0.5'] }) as const,
  );
  expect(editor.edit(loose as never)).toEqual(editor.edit(plain!));
  expect(editor.recipe(loose as never)).toEqual(editor.recipe(plain!));
  expect(editor.recipe({ latent: undefined, seed: 7, moves: [] } as never)).toMatchObject({ seed: 7 });
  const unreachable = { ...loose, moves: ['Smiling=p99.9'] } as never;
  await expect(editor.resolve(unreachable)).rejects.toThrow('Smiling=p99.9 of this latent');
});

test('a strip ends where the edit does, and its recipe makes that edit again', () => {
  const strip = editor.strip({ seed: 7, moves: ['Young=0.5..-0.5'], locks, steps: 5 });
  const recipe = editor.recipe({ seed: 7, moves: ['Young=-0.5'], locks });
  expect(strip.length).toBe(5);
  expect(editor.edit(parseRecipe(formatRecipe(recipe)))).toEqual(strip.at(-1));
  expect(recipe.bundle).toEqual({ name: 'tiny', sha256: editor.bundle.sha256 });
  // With another model the same numbers would be another face.
  const foreign = { ...recipe, bundle: { name: 'other', sha256: 'a'.repeat(64) } };
  expect(() => editor.edit(foreign)).toThrow(
    /^the recipe needs the model that it was made with, "other" with SHA-256 a/,
  );
  expect(() => editor.recipe(foreign)).toThrow(/^the recipe needs the model that it was made with/);
  // A part of the hash, and be it none of it, is not the model's either.
  for (const sha256 of ['', recipe.bundle.sha256.slice(0, 8)]) {
    const cut = { ...recipe, bundle: { name: 'tiny', sha256 } };
    expect(() => editor.edit(cut)).toThrow(/^the recipe needs the model/);
  }
});

describe('a wanted probability', () => {
  const probabilities = async (of: FaceEditor, latent: Float64Array) => {
    const logits = await of.score(await of.render([latent]));
    return of.bundle.directions.map((details, i) => probabilityOf(details, logits[i]!));
  };

  test('becomes a strength that is an edit like any other, and its recipe repeats it', async () => {
    // An untrained classifier is sure of nothing: of what it answers to with more, a little more is in reach.
    const chances = async (moves: readonly string[]) =>
      probabilities(editor, editor.edit({ seed: 7, moves: ['Young=-0.2', ...moves], locks }).latent);
    const before = await chances([]);
    const rising = [];
    for (const name of ['Smiling', 'Bangs', 'Chubby', 'Goatee', 'Big_Nose', 'Blurry']) {
      const { index } = editor.attribute(name);
      const after = (await chances([`${name}=0.5`]))[index]!;
      if (after > before[index]!) rising.push({ name, index, percent: Number((100 * after).toFixed(3)) });
    }
    const { name, index, percent } = rising[0]!;
    const resolved = await editor.resolve({ seed: 7, moves: [`${name}=p${percent}`, 'Young=-0.2'], locks });
    expect(resolved.moves).toMatchObject([{ attribute: name, kind: 'relative' }, parseMove('Young=-0.2')]);
    const { latent } = editor.edit(parseRecipe(formatRecipe(editor.recipe(resolved))));
    expect(latent).toEqual(editor.edit(resolved).latent);
    const reached = (await probabilities(editor, latent))[index]!;
    expect(Math.abs(reached - percent / 100)).toBeLessThan(0.0005);
    expect(resolved.wanted[0]!.reached).toBeCloseTo(reached, 5);
  });

  test('needs `resolve` before it is an edit, a strip or a recipe', () => {
    const request = { seed: 7, moves: ['Smiling=p90'] };
    for (const use of [
      () => editor.edit(request),
      () => editor.recipe(request),
      () => editor.strip({ ...request, steps: 2 }),
    ]) {
      expect(use).toThrow(/Smiling=p90 must be solved on the classifier first/);
    }
  });

  test('is refused with the closest where it is out of reach, or takes that', async () => {
    const request = { seed: 7, moves: ['Smiling=p99.9'] };
    await expect(editor.resolve(request)).rejects.toThrow(
      /got Smiling=p99\.9 of seed 7 \(\d+\.\d % is the closest between the distances -4\.0 and 4\.0\)/,
    );
    const { wanted } = await editor.resolve(request, { nearest: true });
    expect(wanted).toMatchObject([{ attribute: 'Smiling', wanted: expect.closeTo(0.999, 9), distances: [-4, 4] }]);
  });

  test('has its attribute to itself', async () => {
    for (const other of ['Smiling=1', 'Smiling=@1', 'Smiling=p80']) {
      await expect(editor.resolve({ seed: 7, moves: ['Smiling=p90', other] })).rejects.toThrow(
        `Smiling must have one wanted probability and no other move; got Smiling=p90 and ${other}`,
      );
    }
  });

  describe('on the starter model', () => {
    let starter: FaceEditor;
    beforeAll(async () => {
      starter = await openBundle(join(import.meta.dirname, '../../../models/starter'), { threads: 1 });
    });
    afterAll(() => starter.release());

    test.each(['Smiling', 'Male'])('of %s is reached within 0.01', async attribute => {
      const { index } = starter.attribute(attribute);
      for (let seed = 0; seed < 4; seed++) {
        for (const percent of [20, 50, 90]) {
          const resolved = await starter.resolve({ seed, moves: [`${attribute}=p${percent}`], locks: ['Eyeglasses'] });
          const reached = (await probabilities(starter, starter.edit(resolved).latent))[index]!;
          expect(Math.abs(reached - percent / 100)).toBeLessThan(0.01);
        }
      }
    });

    test.each(['Male=1', 'Attractive=@1'])('is reached at both ends of a strip beside %s', async other => {
      const { index } = starter.attribute('Young');
      for (let seed = 0; seed < 3; seed++) {
        const request = { seed, moves: ['Young=p20..p70', other], locks: ['Smiling'], steps: 3 };
        const frames = starter.strip(await starter.resolveStrip(request));
        for (const [frame, wanted] of [
          [0, 0.2],
          [2, 0.7],
        ] as const) {
          const reached = await probabilities(starter, frames[frame]!.latent);
          expect(Math.abs(reached[index]! - wanted)).toBeLessThan(0.01);
        }
      }
    });

    test('is reached beside another one, in a strip too', async () => {
      const moves = ['Smiling=p10..p90', 'Male=p80..p20'];
      for (let seed = 0; seed < 3; seed++) {
        const frames = starter.strip(await starter.resolveStrip({ seed, moves, steps: 3 }));
        for (const [frame, smiling, male] of [
          [0, 0.1, 0.8],
          [2, 0.9, 0.2],
        ] as const) {
          const reached = await probabilities(starter, frames[frame]!.latent);
          expect(Math.abs(reached[starter.attribute('Smiling').index]! - smiling)).toBeLessThan(0.01);
          expect(Math.abs(reached[starter.attribute('Male').index]! - male)).toBeLessThan(0.01);
        }
      }
    });
  });
});

test('images and logits have their shapes, any number at once', async () => {
  const latents = Array.from({ length: 19 }, (_, seed) => editor.sample(seed));
  const images = await editor.render(latents);
  expect(images.length).toBe(19 * 3 * 8 * 8);
  const scores = await editor.score(images);
  expect(scores.length).toBe(19 * 40);
  const shared = new Float32Array(new SharedArrayBuffer(images.byteLength));
  shared.set(images);
  expect(await editor.score(shared), 'in memory that threads share').toEqual(scores);
});

test("the browser's runtime shows the same faces, within 2 of 255", async () => {
  const browser = await open(wasmDevice(1));
  const latents = Array.from({ length: 8 }, (_, seed) => browser.edit({ seed, moves: ['Smiling=0.3'], locks }).latent);
  const [here, there] = [await editor.render(latents), await browser.render(latents)];
  const [a, b] = [toUint8(here), toUint8(there)];
  expect(Math.max(...a.map((value, i) => Math.abs(value - b[i]!)))).toBeLessThanOrEqual(2);
  const [scores, again] = [await editor.score(here), await browser.score(there)];
  expect(Math.max(...scores.map((value, i) => Math.abs(value - again[i]!)))).toBeLessThan(1e-3);
  await browser.release();
});

test("a program's own device, as the guide describes one, shows the same faces", async () => {
  const sessionOptions = { executionProviders: ['cpu'] };
  const device = { name: 'cpu', runtime, sessionOptions, target: { fusedMatMul: false }, writesInPlace: false };
  const own = await open(device);
  const [here, there] = await Promise.all([editor, own].map(each => each.render([editor.sample(7)])));
  expect(Math.max(...here!.map((value, i) => Math.abs(value - there![i]!)))).toBeLessThan(1e-3);
  await own.release();
});

describe('a style generator', () => {
  const { latentSize } = tinyStyle;
  let styled: FaceEditor;
  beforeAll(async () => {
    const files = await makeTinyBundle({}, latentSize, undefined, [], { kind: tinyStyle });
    styled = await loadBundle(cpu, readerOf(files), hashBytes, 'models/tiny');
  });
  afterAll(() => styled.release());

  test('is sampled through its mapping, as ONNX Runtime computes it', async () => {
    const { generator } = bundleNetworks(styled.bundle);
    const z = firstLatents(8, latentSize);
    const program = await Program.open(cpu, mappingOnnx(generator.architecture, generator.weights, cpu.target));
    const { output } = await program.run({ input: z });
    await program.release();
    const sampled = Array.from({ length: 8 }, (_, seed) => [...styled.sample(seed)]).flat();
    expect(Math.max(...sampled.map((value, i) => Math.abs(value - output![i]!)))).toBeLessThan(1e-5);
    expect(sampled).not.toEqual([...z]);
  });

  test('takes a latent for all layers, or a row a layer', async () => {
    expect(styled.layers).toBe(3);
    const latent = styled.sample(7);
    const rows = Float32Array.from([...latent, ...latent, ...latent]);
    const finest = rows.map((value, at) => (at >= 2 * latentSize ? value + 1 : value));
    const images = await styled.render([latent, rows, finest]);
    const size = 3 * 8 * 8;
    const [one, same, other] = [0, 1, 2].map(i => images.subarray(i * size, (i + 1) * size));
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
    expect((await styled.score(images)).length).toBe(3 * 40);
    await expect(styled.render([new Float32Array(2 * latentSize)])).rejects.toThrow(
      'must have 16 or 3 · 16 numbers; got 32',
    );
  });
});

describe('what is refused', () => {
  test('an attribute without boundary, to move, to lock and to condition, with the reason', () => {
    const refused = `tiny can neither move nor lock ${noBoundary}: only 3 generated faces have it`;
    expect(() => editor.edit({ seed: 0, moves: [`${noBoundary}=1`] })).toThrow(refused);
    expect(() => editor.edit({ seed: 0, moves: [], locks: [noBoundary] })).toThrow(refused);
    expect(() => editor.condition(noBoundary)).toThrow(refused);
  });

  test('misspelt attributes and latents of another model', async () => {
    expect(() => editor.edit({ seed: 0, moves: ['Yuong=1'] })).toThrow('Did you mean "Young"?');
    expect(() => editor.condition('Mael')).toThrow(UserError);
    await expect(editor.render([new Float32Array(17)])).rejects.toThrow('must have 16 numbers; got 17');
  });

  test('requests that types would not let pass, in one line and before any work', async () => {
    const face = { seed: 7, moves: ['Young=1'] };
    const finite = /must have 16 finite numbers; got/;
    const movedAway = editor.sample(7);
    structuredClone(movedAway, { transfer: [movedAway.buffer as ArrayBuffer] });
    const cases: readonly (readonly [object, string | RegExp])[] = [
      [{ moves: ['Young=1'] }, 'an edit must start from one seed, latent or portrait; got none of them'],
      [{ ...face, latent: editor.sample(7) }, 'got seed and latent'],
      [
        { latent: new Float32Array(16).fill(Number.NaN), moves: [] },
        /finite numbers; got 16, NaN or infinity among them/,
      ],
      [{ latent: [1, 2], moves: [] }, finite],
      [{ latent: { length: 2 ** 40 }, moves: [] }, finite],
      [{ latent: movedAway, moves: [] }, /finite numbers; got 0$/],
      [
        { latent: editor.sample(7), psi: 0.5, moves: [] },
        'psi truncates faces of a seed, not a latent; got 0.5. Leave it out',
      ],
      [{ portrait: 'a'.repeat(64), psi: 1, moves: [] }, 'psi truncates faces of a seed, not a portrait; got 1'],
      [{ seed: 7 }, 'moves must be a list; got undefined'],
      [{ ...face, locks: 'Male' }, 'locks must be a list; got "Male"'],
      [{ ...face, lock: ['Male'] }, 'an edit has no "lock". Did you mean "locks"?'],
      [{ ...face, psi: null }, 'psi must be from 0 to'],
      [{ ...face, hold: null }, 'hold must be linear or field; got "null"'],
      [{ ...face, layers: null }, 'layers must be an object'],
      [{ latent: null, moves: [] }, 'a latent must be a list of numbers; got null'],
      [{ seed: 7, moves: [null] }, 'a move must be text or data; got null'],
      [{ ...face, hold: 'Linear' }, 'hold must be linear or field; got "Linear". Did you mean "linear"?'],
      [{ ...face, geometry: 'flat' }, /geometry must be .*; got "flat"/],
      [{ seed: 7, moves: [{ attribute: 'Young', kind: 'probability', probability: 90 }] }, 'between 0 and 100 %'],
      [
        { seed: 7, moves: [{ attribute: 'Young', strength: 1 }] },
        'must be relative or absolute or probability; got undefined',
      ],
      [{ portrait: 7, moves: [] }, 'a portrait must be text; got 7'],
      [
        { seed: 7, moves: [{ attribute: 'Young', kind: 'relative', strength: '1' }] },
        /a move's strength must be .* "1"$/,
      ],
      [{ seed: 7, moves: [{ attribute: 'Young', kind: 'absolute' }] }, "a move's distance must be a number; got undef"],
      [{ ...face, layers: { Young: 'corse' } }, /^layers must be all, .*; got "corse"\. Did you mean "coarse"\?$/],
      [{ ...face, layers: { Young: 2 } }, /^layers must be all, coarse, .* rows such as 0-2; got 2$/],
      [{ ...face, layers: { Young: [0, 1, 2] } }, /^layers must be all, .*; got \[0,1,2\]$/],
      [{ ...face, layers: { Young: null } }, /^layers must be all, .*; got null$/],
      [{ seed: 7, moves: ['Yuong=1'] }, 'Did you mean "Young"?'],
      [{ seed: 7, moves: ['no beard=1'] }, 'unknown attribute "no beard". Did you mean "No_Beard"?'],
      [{ seed: 7, moves: [], locks: ['Mael'] }, 'Did you mean "Male"?'],
      [{ seed: -1.5, moves: [] }, 'seed must be'],
    ];
    for (const [request, refused] of cases) {
      const given = request as never;
      expect(() => editor.edit(given)).toThrow(refused);
      if (!String(refused).includes('seed must be')) expect(() => editor.recipe(given)).toThrow(refused);
      await expect(editor.resolve(given)).rejects.toThrow(refused);
    }
    for (const steps of [0, 2.5, 1e9, Number.NaN, undefined]) {
      const strip = { ...face, steps } as never;
      expect(() => editor.strip(strip)).toThrow(
        `a strip must have a whole number of steps from 1 to 10000; got ${steps}`,
      );
      await expect(editor.resolveStrip(strip)).rejects.toThrow('a whole number of steps');
    }
    for (const probability of [Number.NaN, 0, 1]) {
      const moves = [{ attribute: 'Smiling', kind: 'probability', probability }];
      await expect(editor.resolve({ seed: 7, moves } as never)).rejects.toThrow('between 0 and 100 %');
    }
    expect(() => editor.edit({ ...face, model: 'mine' } as never)).not.toThrow();
    expect(() => editor.condition('Young', 'Male' as never)).toThrow('locks must be a list; got "Male"');
    const [young, male] = ['Young=1', 'Male=-1'].map(parseMove);
    for (const from of [parseMove('Young=@0'), male]) {
      const ends = { seed: 7, moves: [{ from, to: young }], steps: 3 } as never;
      expect(() => editor.strip(ends)).toThrow(
        /^a move's range must have both ends of one attribute and one kind; got/,
      );
    }
    await expect(editor.score(new Uint8Array(3 * 8 * 8) as never)).rejects.toThrow(/got 192 in Uint8Array$/);
    await expect(editor.score(new Float32Array(100))).rejects.toThrow(
      /images for tiny must be a Float32Array of 3 · \d+ · \d+ numbers each; got 100 in/,
    );
    const { bundle } = editor.recipe(face);
    const spoilt = { latent: [Number.NaN], bundle, moves: [], locks: [], geometry: 'sphere' as const };
    expect(() => formatRecipe(spoilt)).toThrow('a recipe must have finite numbers');
  });

  test('a second release, which would do nothing', async () => {
    const own = await open(cpu);
    await own.release();
    await own.release();
  });

  test('weights that are none, and those of another network', async () => {
    const nonsense = { [bundleFiles.generator]: new TextEncoder().encode('no network') };
    await expect(open(cpu, nonsense)).rejects.toThrow(/^models\/tiny\/generator\.safetensors: the safetensors header/);
    const files = await makeTinyBundle();
    const swapped = { [bundleFiles.generator]: files[bundleFiles.classifier]! };
    await expect(open(cpu, swapped)).rejects.toThrow(
      'models/tiny/generator.safetensors must hold blocks/4/conv0/weight [128, 16], as the architecture in ' +
        'bundle.json has it; it is missing. Make the bundle again',
    );
  });

  test('a weight of another shape or type, and one that is not finite, by its name', async () => {
    const name = 'toRGB/8/weight';
    const withWeight = async (weight: NdArray) => {
      const weights = { ...tinyGeneratorWeights, [name]: weight };
      return open(cpu, { [bundleFiles.generator]: encodeSafetensors(weights) });
    };
    const { shape, data } = tinyGeneratorWeights[name]!;
    const where = 'models/tiny/generator.safetensors';
    await expect(withWeight({ shape: [data.length], data })).rejects.toThrow(
      `${where} must hold ${name} [3, 8, 1, 1], as the architecture in bundle.json has it; got [24]`,
    );
    await expect(withWeight({ shape, data: Float64Array.from(data) })).rejects.toThrow(
      `${where}: ${name} must be of type F16 or F32`,
    );
    const broken = data.map((value, at) => (at === 5 ? Number.NaN : value));
    await expect(withWeight({ shape, data: broken })).rejects.toThrow(
      `${where}: ${name} must be finite; got NaN at 5. Make the bundle again`,
    );
  });
});
