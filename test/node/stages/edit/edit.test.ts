// Stage `edit`: strips and single images from a bundle, each with the recipe inside that makes it again.
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { formatRecipe, formatRecipes, parseRecipes, readRecipes } from '../../../../src/core/editing/recipe.ts';
import { probabilityOf } from '../../../../src/core/editor/probability.ts';
import { encodeNpy } from '../../../../src/core/formats/npy.ts';
import { openBundle } from '../../../../src/node/artefacts/bundle.ts';
import { type Log, silentLog } from '../../../../src/node/log/log.ts';
import { encodeGrid } from '../../../../src/node/presentation/image-grid.ts';
import { runFiles, schemaVersion } from '../../../../src/node/runs/manifest.ts';
import type { FaceChange } from '../../../../src/node/stages/edit/changes.ts';
import { edit } from '../../../../src/node/stages/edit/stage.ts';
import { temporaryFolder } from '../../../helpers/temp-folder.ts';
import { noBoundary, writeTinyBundle } from '../../../helpers/tiny-bundle.ts';
import { tinyStyle } from '../../../helpers/tiny-networks.ts';

const folder = temporaryFolder();
const bundle = join(folder, 'tiny');
beforeAll(() => writeTinyBundle(bundle));

const run = (options: object, log: Log = silentLog) =>
  edit.run(edit.options.parse({ bundle, threads: 1, ...options }), { log, signal: new AbortController().signal });
const pixels = (png: Uint8Array) => sharp(png).raw().toBuffer();

test('a strip a seed, with the residuals', async () => {
  const out = join(folder, 'strip.png');
  const summary = await run({ seed: [7, 8], move: ['Young=-0.5'], lock: ['Male', 'Eyeglasses'], steps: 5, out });
  expect(summary).toMatchObject({ out, faces: 2, frames: 5, residuals: { Young: expect.any(Number) } });
  const { width, height } = await sharp(out).metadata();
  expect([width, height]).toEqual([5 * 24 + 4 * 2, 2 * 24 + 2]);
});

test('the recipe inside makes the last frame again', async () => {
  const out = join(folder, 'face.png');
  await run({ seed: [7], move: ['Young=0.5..-0.5'], lock: ['Male'], steps: 1, scale: 1, out });
  const png = readFileSync(out);
  const recipes = readRecipes(png);
  expect(recipes).toMatchObject([{ seed: 7, bundle: { name: 'tiny' }, locks: ['Male'], geometry: 'sphere' }]);
  const editor = await openBundle(bundle, { threads: 1 });
  const images = await editor.render([editor.edit(recipes[0]!).latent]);
  expect(await pixels(png)).toEqual(await pixels(await encodeGrid(images, { resolution: 8, columns: 1 })));
  await editor.release();
});

test('recipes that move different attributes are repeated together, each residual under its own name', async () => {
  const [one, two, both] = ['one', 'two', 'both'].map(name => join(folder, `${name}.json`)) as [string, string, string];
  await run({ seed: [7], move: ['Male=0.4', 'Young=0.5'], lock: ['Smiling'], steps: 1, out: one });
  await run({ seed: [8], move: ['Young=0.5'], lock: ['Male'], steps: 1, out: two });
  const recipes = [one, two].flatMap(path => parseRecipes(readFileSync(path, 'utf8'), path));
  writeFileSync(both, formatRecipes(recipes));
  const residual = async (recipe: string) =>
    (await run({ recipe, move: [], out: join(folder, `${Math.random()}.png`) })).residuals;
  const [first, second, all] = [await residual(one), await residual(two), await residual(both)];
  expect(Object.keys(all).sort()).toEqual(['Male', 'Young']);
  expect(all.Male).toBeCloseTo(first.Male!, 12);
  expect(all.Young).toBeCloseTo((first.Young! + second.Young!) / 2, 12);
});

test('a recipe of a generated face is refused beside a photo, before that is looked at', async () => {
  const recipe = join(folder, 'seed.json');
  await run({ seed: [7], move: ['Young=1'], out: recipe });
  const out = join(folder, 'me.jpg');
  for (const given of [{ photo: 'me.jpg' }, { portrait: ['portraits/me'] }]) {
    const [flag] = Object.keys(given);
    await expect(run({ recipe, move: [], ...given, out })).rejects.toThrow(
      `seed.json is of generated faces, which have no photo; got --${flag} too. Leave that out`,
    );
  }
});

test('a photo is never replaced by its own edit, whatever link leads to it', async () => {
  const photo = join(folder, 'only.jpg');
  writeFileSync(photo, 'the only one');
  symlinkSync(photo, join(folder, 'link.jpg'));
  for (const out of [photo, join(folder, 'link.jpg')]) {
    await expect(run({ bundle, photo, move: ['Young=1'], out, force: true })).rejects.toThrow(
      `--out must be another file than --photo; got ${out} for both`,
    );
  }
  expect(readFileSync(photo, 'utf8')).toBe('the only one');
});

test('neither a picture nor a folder of photos is written into a run', async () => {
  const portrait = join(folder, 'portrait-of-one');
  mkdirSync(portrait);
  writeFileSync(join(portrait, runFiles.manifest), JSON.stringify({ schemaVersion, stage: 'invert' }));
  const [out, deep] = [join(portrait, 'photo.jpg'), join(portrait, 'edits', 'of-today')];
  const rule = '--out must lie outside runs, which are replaced as a whole;';
  const refused = (path: string) => `${rule} ${path} lies in ${portrait}. Give another`;
  await expect(run({ portrait: [portrait], move: ['Young=1'], out, force: true })).rejects.toThrow(refused(out));
  await expect(run({ photos: folder, move: ['Young=1'], out: deep })).rejects.toThrow(refused(deep));
  expect(existsSync(join(portrait, 'edits'))).toBe(false);
});

test('a recipe of a photo is refused with a folder and without a portrait, before any work', async () => {
  const recipe = join(folder, 'photo.json');
  const conditions = { moves: [], locks: [], geometry: 'linear' as const };
  const portrait = 'a'.repeat(64);
  writeFileSync(recipe, formatRecipe({ portrait, ...conditions, bundle: { name: 'tiny', sha256: 'b'.repeat(64) } }));
  const asked = { bundle: join(folder, 'absent'), recipe, move: [] };
  await expect(run({ ...asked, photos: 'holiday', out: join(folder, 'edited') })).rejects.toThrow(
    `--recipe repeats the edit of one photo, not of a folder; got ${recipe} with --photos holiday. Give that one with`,
  );
  await expect(run({ ...asked, out: join(folder, 'me.jpg') })).rejects.toThrow(
    `${recipe} is of the portrait aaaaaaaaaaaa…, which must be given. Give its folder with --portrait`,
  );
});

test('a model that opens no photos is told before any photo is looked at', async () => {
  const photos = join(folder, 'no-photos');
  mkdirSync(photos);
  for (const given of [{ photo: join(folder, 'absent.jpg') }, { photos }]) {
    await expect(run({ ...given, move: ['Young=1'], out: join(folder, 'never.jpg') })).rejects.toThrow(
      'photos need a bundle with a style generator',
    );
  }
});

test('what is asked of a photo is checked before that is looked at', async () => {
  const photos = join(folder, 'with-encoder');
  await writeTinyBundle(photos, 16, undefined, [], { kind: tinyStyle, encoder: true, psi: 0.8 });
  const asked = { bundle: photos, photo: join(folder, 'absent.jpg'), out: join(folder, 'me.jpg') };
  await expect(run({ ...asked, move: ['Smilling=p90'] })).rejects.toThrow('Smilling');
  await expect(run({ ...asked, move: ['Smiling=1'], lock: ['Mail'] })).rejects.toThrow('Mail');
  await expect(run({ ...asked, move: ['Smiling=1'], hold: 'field' })).rejects.toThrow('which has no field');
  await expect(run({ ...asked, move: ['Young=@1', 'Young=2'] })).rejects.toThrow('must have one target distance');
  await expect(run({ ...asked, move: ['Smiling=p90', 'Smiling=1'] })).rejects.toThrow(
    'must have one wanted probability',
  );
  await expect(run({ ...asked, move: ['Young=-2..2'] })).rejects.toThrow(
    'a whole photo is one picture, so each move has one end; got --move Young=-2..2. Give one, or --steps for a strip in a .png',
  );
  await expect(run({ ...asked, move: ['Young=1'], steps: 3 })).rejects.toThrow(
    `--out must end in .png, .webp, .gif, .json for 3 steps; got ${asked.out}. Leave --steps out for the whole photo`,
  );
  const { photo: _, ...none } = asked;
  await expect(run({ ...none, photos: folder, move: ['Young=-2..2'] })).rejects.toThrow('a whole photo is one picture');
  const recipe = join(folder, 'of-another.json');
  const face = { portrait: 'a'.repeat(64), moves: [], locks: [], geometry: 'linear' as const, hold: 'linear' as const };
  writeFileSync(recipe, formatRecipe({ ...face, bundle: { name: 'other', sha256: 'b'.repeat(64) } }));
  await expect(run({ ...asked, recipe, move: [] })).rejects.toThrow('needs the bundle that it was made with');
  await expect(run({ ...asked, recipe, move: [], portrait: ['p'] })).rejects.toThrow(
    'a recipe needs its photo from one place; got --portrait and --photo',
  );
  await expect(run({ ...asked, move: ['Smiling=1'] })).rejects.toThrow('absent.jpg');
});

test('a way along a curve that is too long for any photo is refused before that is looked at', async () => {
  const curved = join(folder, 'with-field');
  await writeTinyBundle(curved, 16, undefined, [], { kind: tinyStyle, encoder: true, psi: 0.8, field: true });
  const asked = { bundle: curved, photo: join(folder, 'absent.jpg'), out: join(folder, 'far.jpg') };
  const far = { ...asked, move: ['Young=7', 'Young=7'] };
  await expect(run({ ...far, hold: 'field' })).rejects.toThrow(
    'must be at most 12 σ; that of Young is 14.0. Move less',
  );
  await expect(run({ ...far, hold: 'linear' })).rejects.toThrow('absent.jpg');
  const strip = { ...asked, move: ['Young=-13..1'], steps: 3, out: join(folder, 'far.png') };
  await expect(run({ ...strip, hold: 'field' })).rejects.toThrow('that of Young is 13.0');
});

test('locks that the field holds: another face than in a straight line, and the recipe makes it again', async () => {
  const held = join(folder, 'held');
  await writeTinyBundle(held, 32, undefined, [], { field: true });
  const options = { bundle: held, seed: [7], move: ['Young=1'], lock: ['Male', 'Smiling'], steps: 3 };
  const [byField, straight, again] = ['by-field.png', 'straight.png', 'again.png'].map(name => join(folder, name));
  const summary = await run({ ...options, hold: 'field', out: byField });
  expect(summary.residuals.Young).toBeGreaterThan(0.05);
  await run({ ...options, hold: 'linear', out: straight });
  expect(readFileSync(byField!).equals(readFileSync(straight!))).toBe(false);
  expect(readRecipes(readFileSync(byField!))).toMatchObject([{ hold: 'field' }]);
  await run({ bundle: held, recipe: byField, move: [], out: again });
  expect(readFileSync(again!).equals(readFileSync(byField!))).toBe(true);
  await expect(run({ ...options, bundle, hold: 'field', out: join(folder, 'none.png') })).rejects.toThrow(
    'hold must be linear for tiny, which has no field',
  );
});

test('a direction that the classifier does not know is moved, and told without a probability', async () => {
  const [lit, out] = [join(folder, 'lit'), join(folder, 'lit.png')];
  await writeTinyBundle(lit, undefined, undefined, ['Brightness']);
  const warnings: string[] = [];
  const log = { ...silentLog, warn: (line: string) => warnings.push(line) };
  const summary = await run({ bundle: lit, seed: [7], move: ['Brightness=0.5', 'Young=-0.5'], out }, log);
  const [{ moves }] = summary.changes as [FaceChange];
  expect(moves.map(({ attribute, probability }) => [attribute, probability !== undefined])).toEqual([
    ['Brightness', false],
    ['Young', true],
  ]);
  expect(moves[0]!.distance[1]).toBeGreaterThan(moves[0]!.distance[0]);
  expect(warnings).toEqual([]);
  expect(edit.print!(summary)).toMatch(/Brightness +0\.50/);
  const suggested = run({ bundle: lit, move: ['Brightness=1'], lock: ['suggested'], out: join(folder, 'no.png') });
  await expect(suggested).rejects.toThrow(/tiny knows no locks to suggest for Brightness/);
});

describe('of a style generator', () => {
  const style = join(folder, 'style');
  beforeAll(() => writeTinyBundle(style, 16, undefined, undefined, { kind: tinyStyle, psi: 0.7 }));

  test('recipes keep truncation, geometry and layers, and repeat their edit to the byte', async () => {
    const [out, again] = [join(folder, 'style.png'), join(folder, 'style-again.png')];
    const more = { move: ['Young=-1', 'Smiling=1'], layers: ['coarse', 'Smiling=1-2'], lock: ['Male'], steps: 3 };
    await run({ bundle: style, seed: [7, 8], ...more, out });
    const layers = { Young: [0, 0], Smiling: [1, 2] };
    expect(readRecipes(readFileSync(out))[0]).toMatchObject({ seed: 7, psi: 0.7, geometry: 'linear', layers });
    await run({ bundle: style, recipe: out, out: again });
    expect(readFileSync(again)).toEqual(readFileSync(out));
  });

  test('--psi is of faces from seeds, and of models that have it', async () => {
    const out = join(folder, 'psi.json');
    await run({ bundle: style, move: ['Young=-1'], psi: 1, out });
    expect(parseRecipes(readFileSync(out, 'utf8'))[0]).toMatchObject({ psi: 1 });
    await expect(run({ move: ['Young=-1'], psi: 0.8, out: join(folder, 'x.json') })).rejects.toThrow(
      /psi must be 1 for tiny/,
    );
    await expect(run({ bundle: style, recipe: out, psi: 0.5, out: join(folder, 'x.json') })).rejects.toThrow(
      /--recipe says what is edited and how; got --psi too/,
    );
  });

  test('latents with a row a layer are edited as they are', async () => {
    const [file, out] = [join(folder, 'rows.npy'), join(folder, 'rows.json')];
    const data = Float64Array.from({ length: 2 * 3 * 16 }, (_, i) => Math.sin(i));
    writeFileSync(file, encodeNpy({ shape: [2, 3, 16], data }));
    await run({ bundle: style, latent: file, row: [1], move: ['Young=-1'], out });
    expect(parseRecipes(readFileSync(out, 'utf8'))[0]).toMatchObject({ latent: [...data.subarray(48)] });
    await expect(run({ bundle: style, latent: file, psi: 1, move: ['Young=-1'], out, force: true })).rejects.toThrow(
      /--psi truncates faces of --seed, not those of --latent/,
    );
    await expect(run({ latent: file, move: ['Young=-1'], out, force: true })).rejects.toThrow(
      /must hold a latent \[16\] or several \[n, 16\] of float32/,
    );
  });

  test('latents farther out than any truncation are told, as their faces are none', async () => {
    const file = join(folder, 'far.npy');
    const warningsOf = async (scale: number) => {
      const warnings: string[] = [];
      writeFileSync(
        file,
        encodeNpy({ shape: [2, 16], data: Float64Array.from({ length: 32 }, (_, i) => (i < 16 ? 1 : scale)) }),
      );
      const options = { bundle: style, latent: file, move: ['Young=0.1'], out: join(folder, 'far.json'), force: true };
      await run(options, { ...silentLog, warn: line => warnings.push(line) });
      return warnings.filter(line => line.includes('far.npy'));
    };
    expect(await warningsOf(3)).toEqual([]);
    expect(await warningsOf(100)).toEqual([
      `the latents of ${file} reach a length of 400, where those of ψ 2, the largest, have 2 · √16 = 8.00; so far from ` +
        'the mean, faces fall apart',
    ]);
  });

  test('layers without a name are those of an attribute that is moved twice, too', async () => {
    const written = async (layers: string) => {
      const out = join(folder, 'twice.json');
      await run({ bundle: style, move: ['Young=-1', 'Young=-0.5'], layers: [layers], out, force: true });
      return readFileSync(out, 'utf8');
    };
    expect(await written('coarse')).toBe(await written('Young=coarse'));
  });

  test('layers of nothing that moves, and unknown ones, are refused', async () => {
    const out = join(folder, 'y.json');
    const layered = (layers: string) => run({ bundle: style, move: ['Young=-1'], layers: [layers], out });
    await expect(layered('Smiling=fine')).rejects.toThrow(
      /--layers must be of a move; got Smiling=fine with moves of Young/,
    );
    const twice = (...layers: string[]) => run({ bundle: style, move: ['Young=-1'], layers, out });
    await expect(twice('coarse', 'middle')).rejects.toThrow(
      '--layers must be one range for each move; got coarse and middle for Young. Give rows, such as 0-5',
    );
    await expect(twice('Young=coarse', 'Young=middle')).rejects.toThrow('got coarse and middle for Young');
    await expect(layered('Young=coarse=fine')).rejects.toThrow(/layers must be all, .*coarse=fine/);
    await expect(layered('finest')).rejects.toThrow(/layers must be all, coarse, middle, fine, or rows/);
  });
});

test('warns where the locks leave little of a direction', async () => {
  const warnings: string[] = [];
  const log = { ...silentLog, warn: (message: string) => warnings.push(message) };
  // 14 of the 16 directions of this tiny latent are locked.
  const lock = ['Male', 'Bangs', 'Smiling', 'Eyeglasses', 'Chubby', 'Goatee', 'Big_Nose', 'Pale_Skin'];
  lock.push('Wearing_Hat', 'Rosy_Cheeks', 'Attractive', 'Big_Lips', 'Blurry', 'Mustache');
  const { residuals } = await run({ move: ['Young=0.01'], lock, out: join(folder, 'little.png') }, log);
  const { Young: left } = residuals as { Young: number };
  expect(left).toBeLessThan(0.3);
  const share = `${(100 * left).toFixed(0)} %`;
  expect(warnings).toEqual([
    `the locks leave ${share} of the direction of Young: it shows about as a move of ${share} of its length would without them`,
  ]);
});

test('warns of a lock on what is moved itself, which holds it against the other moves alone', async () => {
  const warnings: string[] = [];
  const log = { ...silentLog, warn: (message: string) => warnings.push(message) };
  const options = { seed: [7, 8], move: ['Young=0.1', 'Male=0.1'], out: join(folder, 'own-lock.png') };
  await run({ ...options, lock: ['Young', 'Smiling'] }, log);
  expect(warnings).toEqual(['Young is moved though it is locked: a lock holds against moves of others, not its own']);
});

describe('a recipe repeats its edit to the byte', () => {
  const latents = join(folder, 'latents.npy');
  beforeAll(() => {
    const data = Float64Array.from({ length: 3 * 16 }, (_, i) => Math.sin(i + 1));
    writeFileSync(latents, encodeNpy({ shape: [3, 16], data }));
  });

  test.each<[string, object]>([
    ['several.png', { seed: [7, 8, 9], move: ['Young=-0.5..0.4', 'Smiling=0.3'], lock: ['Male'], scale: 2 }],
    ['distances.png', { seed: [7], move: ['Young=@0.4', 'Male=@-0.1..@0.2'], geometry: 'linear', steps: 4 }],
    ['chances.png', { seed: [3, 4], move: ['Smiling=p20..p30'], nearest: true, steps: 3 }],
    ['latents.png', { latent: latents, row: [2, 0], move: ['Young=-0.5'], steps: 3 }],
    ['moving.webp', { seed: [7, 8], move: ['Young=-0.5..0.5'], steps: 4, delay: 80, loop: 2, pingPong: true }],
  ])('%s', async (name, options) => {
    const [first, again, json] = [name, `again-${name}`, `${name}.json`].map(each => join(folder, each));
    const { changes } = await run({ ...options, out: first });
    const repeated = await run({ recipe: first, out: again });
    expect(readFileSync(again!)).toEqual(readFileSync(first!));
    expect(withoutNames(repeated.changes)).toEqual(withoutNames(changes));
    await run({ recipe: first, out: json });
    await run({ recipe: json, out: again, force: true });
    expect(readFileSync(again!)).toEqual(readFileSync(first!));
  });

  const withoutNames = (changes: unknown) => (changes as FaceChange[]).map(({ face: _, ...change }) => change);

  test('with another size or another number of frames where asked', async () => {
    const [first, larger] = [join(folder, 'small.png'), join(folder, 'larger.png')];
    await run({ move: ['Young=-0.5'], steps: 3, scale: 1, out: first });
    await run({ recipe: first, steps: 5, scale: 2, out: larger });
    expect((await sharp(larger).metadata()).width).toBe(5 * 16 + 4 * 2);
  });

  test('a list by hand, each face with its own moves', async () => {
    const [list, out] = [join(folder, 'list.json'), join(folder, 'list.png')];
    const editor = await openBundle(bundle, { threads: 1 });
    const recipes = [
      editor.recipe({ seed: 7, moves: ['Young=-0.2'], locks: ['Male'] }),
      editor.recipe({ seed: 8, moves: ['Smiling=@0.1'], geometry: 'linear' }),
    ];
    await editor.release();
    writeFileSync(list, formatRecipes(recipes));
    const { changes, frames } = await run({ recipe: list, out });
    expect(frames).toBe(1);
    const moved = (changes as FaceChange[]).map(({ face, moves }) => [
      face,
      ...moves.map(({ attribute }) => attribute),
    ]);
    expect(moved).toEqual([
      ['seed 7', 'Young'],
      ['seed 8', 'Smiling'],
    ]);
    expect(readRecipes(readFileSync(out))).toMatchObject(recipes);
    const strip = { from: [null], steps: 3, scale: 3 };
    writeFileSync(list, formatRecipes([recipes[0]!, { ...recipes[1]!, strip }]));
    await expect(run({ recipe: list, out, force: true })).rejects.toThrow(
      /must have steps, scale and timing in common/,
    );
  });

  test('only with the bundle it was made with', async () => {
    const [first, other] = [join(folder, 'other.png'), join(folder, 'other')];
    await writeTinyBundle(other, 24);
    await run({ move: ['Young=-0.5'], out: first });
    await expect(run({ bundle: other, recipe: first, out: join(folder, 'never.png') })).rejects.toThrow(
      /needs the bundle that it was made with, "tiny" with SHA-256 \w{12}…; .* is "tiny" with SHA-256 \w{12}…\. Give the/,
    );
  });

  test('also with a later form of the bundle it was made with', async () => {
    const { sha256 } = JSON.parse(readFileSync(join(bundle, 'bundle.json'), 'utf8'));
    const [later, first, again] = ['later', 'earlier.png', 'later.png'].map(each => join(folder, each)) as [
      string,
      string,
      string,
    ];
    await run({ move: ['Young=-0.5'], out: first });
    await writeTinyBundle(later, undefined, undefined, undefined, { formerly: [sha256] });
    await run({ bundle: later, recipe: first, out: again });
    expect(await pixels(readFileSync(again))).toEqual(await pixels(readFileSync(first)));
  });

  test('and nothing but it', async () => {
    const out = join(folder, 'both.png');
    await expect(run({ recipe: 'a.png', move: ['Young=1'], seed: [1], out })).rejects.toThrow(
      '--recipe says what is edited and how; got --seed, --move too. Leave one side out',
    );
    await expect(run({ recipe: latents, out })).rejects.toThrow(
      /must be a PNG, WebP, JPEG, AVIF or TIFF picture with a recipe/,
    );
  });
});

test('tells what it did to each face', async () => {
  const out = join(folder, 'told.png');
  const summary = await run({ seed: [7, 8], move: ['Young=-0.5'], lock: ['Male'], out });
  const [first, second] = summary.changes as FaceChange[];
  expect([first!.face, second!.face]).toEqual(['seed 7', 'seed 8']);
  const editor = await openBundle(bundle, { threads: 1 });
  const request = { seed: 8, moves: ['Young=-0.5'], locks: ['Male'] };
  const ends = [editor.edit({ ...request, moves: [] }), editor.edit(request)];
  const logits = await editor.score(await editor.render(ends.map(({ latent }) => latent)));
  const { index, details } = editor.attribute('Young');
  const probability = [logits[index]!, logits[40 + index]!].map(logit =>
    expect.closeTo(probabilityOf(details, logit), 5),
  );
  const distance = ends.map(({ distances }) => distances.Young);
  const { attribute, residual, strength } = ends[1]!.steps[0]!;
  expect(second!.moves).toEqual([{ attribute, locked: false, residual, strength, distance, probability }]);
  const gains = second!.unintended.map(change => Math.abs(change.probability[1] - change.probability[0]));
  expect(gains).toEqual([...gains].sort((a, b) => b - a));
  expect(second!.unintended.map(change => change.attribute)).not.toContain('Young');
  const text = edit.print!(summary);
  expect(text).toMatch(/^seed 8 +Young +-0\.50 +0\.\d\d +\S+ → \S+ +0\.\d\d → 0\.\d\d$/m);
  expect(text).toMatch(/^seed 7: \w+( \(locked\))? [+−]0\.\d\d, /m);
  await editor.release();
});

test('a probability out of reach is refused with every face, or taken as near as it goes', async () => {
  const out = join(folder, 'far.png');
  const options = { seed: [7, 8], move: ['Smiling=p99'], steps: 2, out };
  await expect(run(options)).rejects.toThrow(
    /must be within reach of the face; got Smiling=p99 of seed 7 \(.* % is the closest .*\), Smiling=p99 of seed 8 .*--nearest/,
  );
  expect(existsSync(out)).toBe(false);
  const warnings: string[] = [];
  await run({ ...options, nearest: true }, { ...silentLog, warn: message => warnings.push(message) });
  expect(warnings.map(line => line.slice(0, 36))).toEqual([
    'out of reach: Smiling=p99 of seed 7 ',
    'out of reach: Smiling=p99 of seed 8 ',
  ]);
});

test('an animation shows all faces at once, and goes back where asked', async () => {
  const out = join(folder, 'faces.gif');
  const notes: string[] = [];
  const log = { ...silentLog, info: (message: string) => notes.push(message) };
  await run({ seed: [1, 2, 3], move: ['Young=-0.5..0.5'], steps: 4, pingPong: true, delay: 60, loop: 1, out }, log);
  const { pages, delay, width, height } = await sharp(out).metadata();
  expect({ pages, width, height }).toEqual({ pages: 6, width: 2 * 24 + 2, height: 2 * 24 + 2 });
  expect(new Set(delay)).toEqual(new Set([60]));
  expect(notes).toEqual([expect.stringMatching(/GIF carries no recipe/)]);
});

test('what the bundle knows of its attributes: limits, reasons, locks', async () => {
  const known = join(folder, 'known');
  await writeTinyBundle(known, 16, details =>
    details.attribute === 'Young'
      ? {
          ...details,
          boundary: { ...details.boundary!, safeRange: [-0.1, 0.1] },
          controllable: false,
          reason: 'it turns heads',
          suggestedLocks: ['Male', 'Bangs'],
        }
      : details,
  );
  const warnings: string[] = [];
  const log = { ...silentLog, warn: (message: string) => warnings.push(message) };
  const out = join(folder, 'known.json');
  await run({ bundle: known, seed: [7, 8], move: ['Young=@0.5'], lock: ['suggested', 'Smiling'], out }, log);
  expect(warnings).toEqual([
    'Young is not controllable in tiny: it turns heads',
    'Young leaves its safe range, distances -0.1 to 0.1: other attributes may change (seed 7, seed 8)',
  ]);
  expect(parseRecipes(readFileSync(out, 'utf8'))[0]!.locks).toEqual(['Male', 'Bangs', 'Smiling']);
  // A strip leaves it at its first end as well; a face as it is, though outside, has not been moved there.
  const strip = async (move: string, seed = [7]) => {
    warnings.length = 0;
    await run({ bundle: known, seed, move: [move], steps: 3, out: join(folder, `${move}.png`) }, log);
    return warnings.filter(each => each.includes('safe range'));
  };
  expect(await strip('Young=@0.5..@0')).toEqual([expect.stringContaining('(seed 7)')]);
  expect(await strip('Young=@0..@0.05')).toEqual([]);
});

test('a strip of one step is its end alone, whatever the other end would take', async () => {
  const out = join(folder, 'one-step.json');
  await expect(run({ seed: [7], move: ['Smiling=p99.99..p50'], steps: 2, out })).rejects.toThrow('Smiling=p99.99');
  await run({ seed: [7], move: ['Smiling=p99.99..p50'], steps: 1, out });
});

test('what it refuses leaves no file', async () => {
  const out = join(folder, 'refused.png');
  await expect(run({ move: ['Yuong=1'], out })).rejects.toThrow('Did you mean "Young"?');
  await expect(run({ move: ['Young=1'], lock: ['Mael'], out })).rejects.toThrow('Did you mean "Male"?');
  await expect(run({ move: [`${noBoundary}=1`], out })).rejects.toThrow(/only 3 generated faces have it/);
  await expect(run({ move: ['Young=99'], out })).rejects.toThrow(/There is room for/);
  await expect(run({ move: ['Young=1e200'], out })).rejects.toThrow(/There is room for Young \+0\.00/);
  await expect(run({ move: ['Young'], out })).rejects.toThrow(/^a move must be/);
  await expect(run({ move: ['Young=1'], lock: ['suggested'], out })).rejects.toThrow(
    'tiny knows no locks to suggest for Young. Name them, or leave them out',
  );
  await expect(run({ out })).rejects.toThrow('an edit needs --move, such as --move Young=-2, or --recipe');
  await expect(run({ move: ['Young=1'], row: [1], out })).rejects.toThrow('--row chooses rows of --latent');
  await expect(run({ move: ['Young=1'], seed: [1], latent: 'a.npy', out })).rejects.toThrow(/got --seed and --latent/);
  await expect(run({ move: ['Young=0.1'], loop: 3, out })).rejects.toThrow(/^--loop is for animations; --out must end/);
  await expect(run({ move: ['Young=0.1'], out: join(folder, 'face.jpg') })).rejects.toThrow(
    /^--out must end in \.png, \.webp, \.gif, \.json; got .*face\.jpg$/,
  );
  await expect(run({ move: ['Young=1'], bundle: folder, out })).rejects.toThrow(/cannot read .*bundle\.json: no such/);
  expect(existsSync(out)).toBe(false);
});

test('latents that are none leave no file', async () => {
  const [path, out] = [join(folder, 'wrong.npy'), join(folder, 'wrong.png')];
  const editing = async (array: Parameters<typeof encodeNpy>[0], row?: number[]) => {
    writeFileSync(path, encodeNpy(array));
    return run({ latent: path, row, move: ['Young=0.1'], out });
  };
  const two = { shape: [2, 16], data: new Float32Array(32).fill(1) };
  await expect(editing({ shape: [2, 17], data: new Float32Array(34) })).rejects.toThrow(
    /must hold a latent \[16\] or several \[n, 16\] of float32 or float64; got \[2, 17\]/,
  );
  await expect(editing({ shape: [16], data: new Int32Array(16) })).rejects.toThrow(/of float32 or float64; got/);
  await expect(editing(two, [2])).rejects.toThrow(/^--row must be from 0 to 1, the rows of .*; got 2$/);
  await expect(editing({ ...two, data: two.data.with(20, Number.NaN) })).rejects.toThrow(/^row 1 of .* finite numbers/);
  await expect(editing({ shape: [0, 16], data: new Float32Array() })).rejects.toThrow(
    /must hold a latent; it has no rows, by its shape \[0, 16\]/,
  );
  await expect(editing({ ...two, data: two.data.fill(0) })).rejects.toThrow(
    /^row 0 of .* must have a direction; it is all zeros\. Choose others/,
  );
  expect(existsSync(out)).toBe(false);
});

test('an existing file is only replaced when asked', async () => {
  const out = join(folder, 'once.png');
  await run({ move: ['Young=0.1'], out });
  await expect(run({ move: ['Young=0.1'], out })).rejects.toThrow(/exists; give --force/);
  await run({ move: ['Young=0.1'], out, force: true });
});
