// Bundles: what was written is read, and one changed byte anywhere is refused by the file's name.
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { attributeIndex } from '../../../src/core/attributes.ts';
import {
  type BundleIndex,
  bundleFiles,
  indexedDirections,
  isSameModel,
  readBundle,
} from '../../../src/core/editor/bundle.ts';
import { UserError } from '../../../src/core/errors.ts';
import { encodeNpy } from '../../../src/core/formats/npy.ts';
import { hashBytes } from '../../../src/node/artefacts/bundle.ts';
import { survivesMutations } from '../../helpers/fuzz.ts';
import { type Files, makeTinyBundle, noBoundary, readerOf } from '../../helpers/tiny-bundle.ts';

/** A bundle with all files that one can have. */
const make = (changes?: Files) => makeTinyBundle(changes, undefined, undefined, [], { field: true });

let files: Files;
beforeAll(async () => {
  files = await make();
});

const open = (bundle: Files) => readBundle(readerOf(bundle), hashBytes, 'models/tiny');
const text = (bundle: Files) => new TextDecoder().decode(bundle[bundleFiles.index]!);
const withIndex = (index: string) => ({ ...files, [bundleFiles.index]: new TextEncoder().encode(index) });

/** Text of an index that was changed by whoever could seal it again. */
async function sealed(index: BundleIndex): Promise<string> {
  index.sha256 = '0'.repeat(64);
  const unsealed = JSON.stringify(index);
  return unsealed.replace(index.sha256, await hashBytes(new TextEncoder().encode(unsealed)));
}

test('a model is known by the hashes of its earlier forms too, and by the first digits of either', async () => {
  const [earlier, other] = ['ab'.repeat(32), 'cd'.repeat(32)];
  const bundle = await open(await makeTinyBundle({}, undefined, undefined, [], { formerly: [earlier] }));
  expect(bundle.formerly).toEqual([earlier]);
  for (const hash of [bundle.sha256, earlier]) {
    expect([isSameModel(bundle, hash), isSameModel(bundle, hash.slice(0, 12))]).toEqual([true, true]);
  }
  expect(isSameModel(bundle, other)).toBe(false);
  expect(isSameModel(await open(files), earlier)).toBe(false);
});

test('all files are asked for before the first is there, and stand in their order whichever comes first', async () => {
  const read = readerOf(files);
  const asked: string[] = [];
  const bundle = await readBundle(
    async name => {
      asked.push(name);
      const [bytes, waited] = [await read(name), name === bundleFiles.index ? 1 : Object.keys(files).length];
      while (asked.length < waited) await new Promise(done => setTimeout(done));
      if (name === bundleFiles.generator) await new Promise(done => setTimeout(done, 20));
      return bytes;
    },
    hashBytes,
    'models/tiny',
  );
  expect(Object.keys(bundle.contents)).toEqual(asked.slice(1));
  expect(asked).toHaveLength(Object.keys(files).length);
});

test('what was written is read', async () => {
  const bundle = await open(files);
  expect(bundle).toMatchObject({ name: 'tiny', resolution: 8, latentSize: 16, place: 'models/tiny' });
  expect(bundle.movable.length).toBe(39);
  expect(bundle.directions[attributeIndex(noBoundary)]).toMatchObject({ boundary: null, controllable: false });
  expect(bundle.directions[attributeIndex('Young')]).toMatchObject({ boundary: { intercept: 0.39 } });
  expect(Object.keys(bundle.contents)).toEqual([
    'generator.safetensors',
    'classifier.safetensors',
    'boundaries.npy',
    'field.safetensors',
    'samples.webp',
    'MODEL_CARD.md',
  ]);
});

test('one name for one content: the index covers every other file', async () => {
  const other = await make({ [bundleFiles.modelCard]: new TextEncoder().encode('# other\n') });
  const [first, again, changed] = await Promise.all([files, await make(), other].map(open));
  expect(again!.sha256).toBe(first!.sha256);
  expect(changed!.sha256).not.toBe(first!.sha256);
});

describe('what is refused, by the file’s name', () => {
  test('a changed byte, in any file and anywhere in it', async () => {
    for (const name of Object.keys(files)) {
      const places = fc.record({ at: fc.nat(files[name]!.length - 1), by: fc.integer({ min: 1, max: 255 }) });
      const refused = fc.asyncProperty(places, async ({ at, by }) => {
        const bytes = files[name]!.map((byte, i) => (i === at ? byte ^ by : byte));
        await expect(open({ ...files, [name]: bytes })).rejects.toThrow(`models/tiny/${name}`);
      });
      await fc.assert(refused, { numRuns: 100 });
    }
  });

  // A PGGAN has no encoder.
  test.each(Object.values(bundleFiles).filter(name => name !== bundleFiles.encoder))('%s missing', async name => {
    const { [name]: _, ...others } = files;
    await expect(open(others)).rejects.toThrow(`cannot read ${name}`);
  });

  test('a file cut short', async () => {
    const cut = { ...files, [bundleFiles.generator]: files[bundleFiles.generator]!.subarray(1) };
    await expect(open(cut)).rejects.toThrow(/models\/tiny\/generator\.safetensors must have \d+ bytes; got/);
  });

  test('another version, with what to do', async () => {
    const saying = (version: number) => text(files).replace('"schemaVersion": 2', `"schemaVersion": ${version}`);
    await expect(open(withIndex(saying(3)))).rejects.toThrow(
      'models/tiny/bundle.json must have schema version 2; got 3. Update face-tuning',
    );
    await expect(open(withIndex(saying(1)))).rejects.toThrow(
      'models/tiny/bundle.json must have schema version 2; got 1. Convert it with tools/convert-bundle.mjs',
    );
  });

  test('an index that reaches outside its folder', async () => {
    const reaching = text(files).replace('"generator.safetensors"', '"../../secret"');
    await expect(open(withIndex(reaching))).rejects.toThrow(UserError);
  });

  test('boundaries of another shape or length, though their hash is right', async () => {
    const flat = await makeTinyBundle({ 'boundaries.npy': encodeNpy({ shape: [640], data: new Float64Array(640) }) });
    await expect(open(flat)).rejects.toThrow('models/tiny/boundaries.npy must have shape [40, 16]; got [640]');
    const long = encodeNpy({ shape: [40, 16], data: new Float64Array(640).fill(1) });
    await expect(open(await makeTinyBundle({ 'boundaries.npy': long }))).rejects.toThrow(/must have length 1; got 4/);
  });

  test('suggested locks that it does not have', async () => {
    const suggesting = (lock: string, extra: readonly string[] = []) =>
      makeTinyBundle({}, undefined, details => ({ ...details, suggestedLocks: [lock] }), extra).then(open);
    await expect(suggesting('Male')).resolves.toBeDefined();
    await expect(suggesting('Brightness', ['Brightness'])).resolves.toBeDefined();
    await expect(suggesting('Brightness')).rejects.toThrow(/bundle\.json.*suggest locks that the bundle does not have/);
  });

  test('a bundle without a network', async () => {
    const index = JSON.parse(text(files));
    delete index.files[bundleFiles.classifier];
    await expect(open(withIndex(await sealed(index)))).rejects.toThrow('models/tiny must hold classifier.safetensors');
  });

  test('an architecture that is none, and networks for images of two sizes', async () => {
    const changed = async (change: (index: BundleIndex) => void) => {
      const index = JSON.parse(text(files));
      change(index);
      return open(withIndex(await sealed(index)));
    };
    await expect(
      changed(index => {
        index.generator.architecture.resolution = 48;
      }),
    ).rejects.toThrow(
      /bundle\.json: generator\.architecture\.resolution must be a power of two from 4 to 1024; got 48/,
    );
    await expect(
      changed(index => {
        index.classifier.architecture.resolution = 16;
      }),
    ).rejects.toThrow(/classifier\.architecture\.resolution must be the generator's; got 16/);
    await expect(
      changed(index => {
        index.generator.architecture.fmapMax = 0.5;
      }),
    ).rejects.toThrow(/bundle\.json: generator\.architecture/);
  });

  test('nothing worse than a UserError, whatever is damaged in the index', async () => {
    await survivesMutations(files[bundleFiles.index]!, index => open({ ...files, [bundleFiles.index]: index }));
  });
});

test('the one list of directions goes back into the two of an index, word for word', async () => {
  const bundle = await open(await makeTinyBundle({}, undefined, undefined, ['Brightness']));
  expect(bundle.directions).toHaveLength(41);
  expect(bundle.directions[40]).toEqual({
    attribute: 'Brightness',
    boundary: { intercept: 0 },
    controllable: true,
    origin: 'a test',
  });
  expect(bundle.movable.at(-1)!.attribute).toBe('Brightness');
  const { attributes, extra } = JSON.parse(text(await makeTinyBundle({}, undefined, undefined, ['Brightness'])));
  expect(JSON.stringify(indexedDirections(bundle.directions))).toBe(JSON.stringify({ attributes, extra }));
});
