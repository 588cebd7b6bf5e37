// Photos on the command line: a portrait on disk, edits of it, of a photo in one step and of a folder, and their recipes.
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { readRecipeFile } from '../../../../src/node/artefacts/recipes.ts';
import { silentLog } from '../../../../src/node/log/log.ts';
import { readPhoto } from '../../../../src/node/photos/read-photo.ts';
import { editFolder } from '../../../../src/node/stages/edit/photos.ts';
import { edit } from '../../../../src/node/stages/edit/stage.ts';
import { invert } from '../../../../src/node/stages/invert/stage.ts';
import { mistake } from '../../../helpers/mistake.ts';
import { smallDisk } from '../../../helpers/small-disk.ts';
import { temporaryFolder } from '../../../helpers/temp-folder.ts';
import { writeTinyBundle } from '../../../helpers/tiny-bundle.ts';
import { tinyStyle } from '../../../helpers/tiny-networks.ts';

const root = temporaryFolder();
const [bundle, photo, out] = ['bundle', 'me.jpg', 'portrait'].map(name => join(root, name)) as [string, string, string];
/** Eyes and mouth in a picture without a face. */
const points = '24,20 40,20 32,38';
const warnings: string[] = [];
const log = { ...silentLog, warn: (line: string) => warnings.push(line) };
const context = { log, signal: new AbortController().signal };
const editing = (given: Record<string, unknown>) =>
  edit.run(edit.options.parse({ bundle, move: ['Young=2'], force: true, threads: 1, ...given }), context);
const pixelsOf = async (path: string) => (await readPhoto(path)).photo;

beforeAll(async () => {
  await writeTinyBundle(bundle, 16, undefined, [], { kind: tinyStyle, encoder: true });
  const data = Uint8Array.from({ length: 64 * 56 * 3 }, (_, at) => 40 + (Math.floor(at / 3) % 64) * 2 + 20 * (at % 3));
  await sharp(data, { raw: { width: 64, height: 56, channels: 3 } })
    .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
    .toFile(photo);
  await invert.run(invert.options.parse({ photo, points, bundle, out, threads: 1 }), context);
});

describe('invert', () => {
  test('begins nothing for what is no photo', async () => {
    const [text, target] = [join(root, 'text.jpg'), join(root, 'never')];
    writeFileSync(text, 'no photo');
    const given = invert.options.parse({ photo: text, bundle, out: target, threads: 1 });
    await expect(invert.run(given, context)).rejects.toThrow(/text\.jpg must be a whole photo/);
    expect([existsSync(target), existsSync(`${target}.partial`)]).toEqual([false, false]);
  });

  test('keeps all that edits need, with figures and pictures', async () => {
    const figures = JSON.parse(readFileSync(join(out, 'figures.json'), 'utf8'));
    expect(figures.tuned.psnr).toBeGreaterThan(figures.encoded.psnr);
    expect(figures.probabilities.photo).toHaveLength(figures.attributes.length);
    expect(readFileSync(join(out, 'photo.jpg')).equals(readFileSync(photo))).toBe(true);
    const { width, height } = await sharp(join(out, 'steps.png')).metadata();
    expect([width, height]).toEqual([4 * 256 + 3 * 4, 256]);
  });

  test('resumed, keeps the portrait; the same photo gives the same bytes', async () => {
    const [before, other] = [readFileSync(join(out, 'portrait.safetensors')), join(root, 'again')];
    await invert.run(invert.options.parse({ photo, points, bundle, out, threads: 1, resume: true }), context);
    await invert.run(invert.options.parse({ photo, points, bundle, out: other, threads: 1 }), context);
    expect(readFileSync(join(other, 'portrait.safetensors')).equals(before)).toBe(true);
  });

  test('takes the photo as a plain word, and refuses what it cannot open in one line', async () => {
    const words = ['--bundle', bundle, '--out', join(root, 'no')];
    expect(mistake('invert', photo, ...words)).toBe(
      `${photo}: no face was found in the photo. Say by a box or by points where it is, or choose another`,
    );
    expect(mistake('invert', photo, ...words, '--points', '1,2 3')).toMatch(/^points must be 3 .* or 5 .* pairs/);
    expect(mistake('invert', photo, ...words, '--points', points, '--face', '2')).toMatch(/Leave it out$/);
    expect(mistake('invert', bundle, ...words)).toMatch(/./);
    expect(mistake('invert', photo, '--photo', 'other.jpg', ...words)).toBe(
      `--photo must be given once; got ${photo} and --photo other.jpg`,
    );
    const pggan = join(root, 'pggan');
    await writeTinyBundle(pggan);
    expect(mistake('invert', photo, '--points', points, '--bundle', pggan, '--out', join(root, 'no'))).toMatch(
      /photos need a bundle with a style generator; that of tiny is of kind pggan\. Choose another bundle$/,
    );
    expect(existsSync(join(root, 'no'))).toBe(false);
  });
});

describe('edit of a portrait', () => {
  test('writes the whole photo with a recipe that names the portrait and not the photo', async () => {
    const target = join(root, 'old.jpg');
    const { changes } = await editing({ portrait: [out], lock: ['Male'], out: target });
    expect(changes[0]!.moves[0]!.attribute).toBe('Young');
    const [before, after] = [await pixelsOf(photo), await pixelsOf(target)];
    expect([after.width, after.height]).toEqual([64, 56]);
    expect(after.pixels).not.toEqual(before.pixels);
    const [recipe] = await readRecipeFile(target);
    expect(recipe).toMatchObject({ portrait: expect.stringMatching(/^[0-9a-f]{64}$/), locks: ['Male'] });
    expect(readFileSync(target, 'latin1')).toContain('compositeWithTrainedAlgorithmicMedia');
  });

  test('leaves the pixels outside the face to the bit, in a format without loss', async () => {
    const target = join(root, 'old.png');
    await editing({ portrait: [out], move: ['Young=4'], out: target });
    const [before, after] = [await pixelsOf(photo), await pixelsOf(target)];
    const differs = (x: number, y: number) =>
      [0, 1, 2].some(c => before.pixels[(y * 64 + x) * 3 + c] !== after.pixels[(y * 64 + x) * 3 + c]);
    const places = Array.from({ length: 64 * 56 }, (_, at) => [at % 64, Math.floor(at / 64)] as const);
    const changed = places.filter(([x, y]) => differs(x, y));
    expect(changed.length).toBeGreaterThan(20);
    const { box } = JSON.parse(readFileSync(join(out, 'figures.json'), 'utf8'));
    const reach = (box.side / 2) * 1.02; // it is turned a little
    const isInside = ([x, y]: readonly [number, number]) =>
      Math.max(Math.abs(x + 0.5 - box.x), Math.abs(y + 0.5 - box.y)) < reach;
    expect(changed.every(isInside)).toBe(true);
    expect(places.every(isInside)).toBe(false);
  });

  test('draws strips and films, and repeats them from their recipes', async () => {
    const [strip, again] = [join(root, 'strip.png'), join(root, 'again.png')];
    await editing({ portrait: [out], move: ['Young=-2..2'], steps: 3, scale: 4, out: strip });
    const { width, height } = await sharp(strip).metadata();
    expect([width, height]).toEqual([3 * 32 + 2 * 2, 32]);
    await editing({ portrait: [out], recipe: strip, move: [], out: again });
    expect(readFileSync(again).equals(readFileSync(strip))).toBe(true);
    const [whole, repeated] = [join(root, 'whole.png'), join(root, 'repeated.png')];
    await editing({ portrait: [out], out: whole });
    await editing({ portrait: [out], recipe: whole, move: [], out: repeated });
    expect(readFileSync(repeated).equals(readFileSync(whole))).toBe(true);
    await expect(editing({ recipe: strip, move: [], out: again })).rejects.toThrow(/Give its folder with --portrait$/);
    await expect(
      editing({ photo, points, quick: true, recipe: whole, move: [], out: again, force: true }),
    ).rejects.toThrow(
      /^\S+whole\.png is of the portrait [0-9a-f]{12}…; \S+ gave another\. Give the options by which it was found, such as --quick/,
    );
    const film = join(root, 'film.webp');
    await editing({ portrait: [out], steps: 3, out: film });
    const { pages, xmp } = await sharp(film).metadata();
    expect(pages).toBe(3);
    expect(xmp?.toString()).toContain('compositeWithTrainedAlgorithmicMedia');
  });

  test('options that contradict each other are refused', async () => {
    const target = join(root, 'no.jpg');
    const no = (given: Record<string, unknown>) => expect(editing({ out: target, ...given })).rejects;
    await no({ portrait: [out], photo }).toThrow(/got --portrait and --photo\. Leave all but one out$/);
    await no({ portrait: [out, out] }).toThrow(/a whole photo is of one portrait; got 2/);
    await no({ portrait: [out], scale: 2 }).toThrow(/--scale is for frames/);
    const absent = join(root, 'absent');
    // Before the photo is opened, whose face takes long to find.
    await no({ photo: absent, scale: 2 }).toThrow(/--scale is for frames/);
    await no({ photo: absent, loop: 2 }).toThrow(/--loop is for animations/);
    await no({ photos: absent, scale: 2 }).toThrow(/--scale is for frames/);
    await no({ photos: absent, loop: 2 }).toThrow(/--loop is for animations; --photos writes whole photos/);
    await no({ photos: absent, steps: 7 }).toThrow(/--photos writes whole photos, not strips of 7 steps/);
    await no({ seed: [1], face: 2 }).toThrow(/--face is for photos; give --photo or --photos too/);
    await no({ portrait: [out], quick: true }).toThrow(/--quick is for photos/);
    await no({ portrait: [out], psi: 0.5 }).toThrow(/--psi truncates faces of --seed, not those of --portrait/);
    await no({ seed: [1] }).toThrow(/--out must end in/);
    expect(existsSync(target)).toBe(false);
  });
});

test('edit of a photo in one step is that of its portrait', async () => {
  const [once, twice] = [join(root, 'once.png'), join(root, 'twice.png')];
  await editing({ photo, points, out: once });
  await editing({ portrait: [out], out: twice });
  expect(readFileSync(once).equals(readFileSync(twice))).toBe(true);
});

test('edit of a folder writes what it can and says why it cannot the rest', async () => {
  const [folder, target] = [join(root, 'photos'), join(root, 'edited')];
  mkdirSync(folder);
  copyFileSync(photo, join(folder, 'a.jpg'));
  copyFileSync(photo, join(folder, 'c.jpg'));
  writeFileSync(join(folder, 'b.jpg'), 'no photo');
  writeFileSync(join(folder, 'notes.txt'), 'no photo either');
  writeFileSync(join(folder, 'IMG_1.HEIC'), 'a phone’s');
  warnings.length = 0;
  const wish = { photos: folder, points, quick: true };
  const result = await editing({ ...wish, move: ['Young=p99'], nearest: true, out: target });
  const said = warnings.join('\n');
  expect(said).toMatch(/left out: IMG_1\.HEIC\. Export such pictures as JPEG first/);
  expect(said).toMatch(/a\.jpg: out of reach: /);
  expect(result.photos!.map(({ problem }) => problem === undefined)).toEqual([true, false, true]);
  expect(result.photos![1]!.problem).toContain('b.jpg must be a whole photo');
  expect(edit.print!(result).split('\n')[0]).toBe('2 of 3 photos edited');
  expect((await pixelsOf(join(target, 'c.jpg'))).width).toBe(64);
  // The same command goes on; another one would leave what is there under the names of what it was to make.
  await editing({ ...wish, move: ['Young=p99'], nearest: true, out: target, force: false });
  const before = readFileSync(join(target, 'a.jpg'));
  for (const move of [['Male=1'], ['Young=1'], ['Young=p99', 'Male=1']]) {
    await expect(editing({ ...wish, move, nearest: true, out: target, force: false })).rejects.toThrow(
      /^--out must hold no other edits of these photos; \S+a\.jpg is one by Young=\S+\. Choose another --out, or give --force/,
    );
  }
  expect(readFileSync(join(target, 'a.jpg')).equals(before)).toBe(true);
  await expect(editing({ photos: folder, points, out: folder })).rejects.toThrow(/another folder than --photos/);
  const spoilt = join(root, 'spoilt');
  mkdirSync(spoilt);
  writeFileSync(join(spoilt, 'b.jpg'), 'no photo');
  await expect(editing({ ...wish, photos: spoilt, out: join(root, 'none') })).rejects.toThrow(
    /^none of 1 photo was edited: .*b\.jpg must be a whole photo/,
  );
});

test('a strip that fits into no picture is refused before its face is searched', async () => {
  const spoilt = join(root, 'spoilt.jpg');
  writeFileSync(spoilt, 'no photo, which would be told next');
  const strip = { bundle: 'models/celeba-64', steps: 99, scale: 32, out: join(root, 'strip.png') };
  await expect(editing({ photo: spoilt, ...strip })).rejects.toThrow(/a picture must have at most 65535 pixels a side/);
});

const disk = smallDisk('size=64k');

test.skipIf(disk === undefined)('a full disk stops the edits of a folder at once', async () => {
  const folder = join(root, 'many');
  mkdirSync(folder);
  for (const name of ['a.jpg', 'b.jpg', 'c.jpg']) copyFileSync(photo, join(folder, name));
  const tried: string[] = [];
  const editOne = async (path: string) => {
    tried.push(path);
    return new Uint8Array(2 ** 20);
  };
  await expect(editFolder(folder, join(disk!, 'edited'), editOne, context)).rejects.toThrow(
    /^cannot write .*a\.jpg: the disk is full; free some space and run again$/,
  );
  expect(tried).toHaveLength(1);
});
