// Bundles: what was written is read, and one changed byte anywhere is refused by the file's name.
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { attributeIndex } from '../../../src/core/attributes.ts';
import { bundleFiles, readBundle } from '../../../src/core/bundle/bundle.ts';
import { UserError } from '../../../src/core/errors.ts';
import { encodeNpy } from '../../../src/core/formats/npy.ts';
import { hashBytes } from '../../../src/node/io/bundle.ts';
import { survivesMutations } from '../../helpers/fuzz.ts';
import { type Files, makeTinyBundle, noBoundary, readerOf } from '../../helpers/tiny-bundle.ts';

let files: Files;
beforeAll(async () => {
  files = await makeTinyBundle();
});

const open = (bundle: Files) => readBundle(readerOf(bundle), hashBytes, 'models/tiny');
const text = (bundle: Files) => new TextDecoder().decode(bundle[bundleFiles.index]!);
const withIndex = (index: string) => ({ ...files, [bundleFiles.index]: new TextEncoder().encode(index) });

test('what was written is read', async () => {
  const bundle = await open(files);
  expect(bundle).toMatchObject({ name: 'tiny', resolution: 8, latentSize: 16, place: 'models/tiny' });
  expect(bundle.boundaries.length).toBe(39);
  expect(bundle.attributes[attributeIndex(noBoundary)]).toMatchObject({ boundary: null, controllable: false });
  expect(bundle.attributes[attributeIndex('Young')]).toMatchObject({ boundary: { intercept: 0.39 } });
  expect(Object.keys(bundle.contents)).toEqual([
    'generator.onnx',
    'classifier.onnx',
    'boundaries.npy',
    'samples.webp',
    'MODEL_CARD.md',
  ]);
});

test('one name for one content: the index covers every other file', async () => {
  const other = await makeTinyBundle({ [bundleFiles.modelCard]: new TextEncoder().encode('# other\n') });
  const [first, again, changed] = await Promise.all([files, await makeTinyBundle(), other].map(open));
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

  test.each(Object.values(bundleFiles))('%s missing', async name => {
    const { [name]: _, ...others } = files;
    await expect(open(others)).rejects.toThrow(`cannot read ${name}`);
  });

  test('a file cut short', async () => {
    const cut = { ...files, 'generator.onnx': files['generator.onnx']!.subarray(1) };
    await expect(open(cut)).rejects.toThrow(/models\/tiny\/generator\.onnx must have \d+ bytes; got/);
  });

  test('another version, with what to do', async () => {
    const later = text(files).replace('"schemaVersion": 1', '"schemaVersion": 2');
    await expect(open(withIndex(later))).rejects.toThrow(
      'models/tiny/bundle.json must have schema version 1; got 2. Update face-tuning',
    );
  });

  test('an index that reaches outside its folder', async () => {
    const reaching = text(files).replace('"generator.onnx"', '"../../secret"');
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
    delete index.files['classifier.onnx'];
    index.sha256 = '0'.repeat(64);
    const unsealed = JSON.stringify(index);
    const sealed = unsealed.replace(index.sha256, await hashBytes(new TextEncoder().encode(unsealed)));
    await expect(open(withIndex(sealed))).rejects.toThrow('models/tiny must hold classifier.onnx');
  });

  test('nothing worse than a UserError, whatever is damaged in the index', async () => {
    await survivesMutations(files[bundleFiles.index]!, index => open({ ...files, [bundleFiles.index]: index }));
  });
});
