// A bundle of version 1, which held ONNX files, becomes one of version 2 with the same weights and faces.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bundleNetworks } from '../../src/core/editor/networks.ts';
import { fromHalves, toHalves } from '../../src/core/formats/half.ts';
import { createRandom, normals } from '../../src/core/math/random.ts';
import { classifierOnnx, generatorOnnx } from '../../src/core/models/inference.ts';
import type { Weights } from '../../src/core/models/weights.ts';
import { hashBytes, openBundle } from '../../src/node/artefacts/bundle.ts';
import { temporaryFolder } from '../helpers/temp-folder.ts';
import { makeTinyBundle } from '../helpers/tiny-bundle.ts';
import { tinyClassifier, tinyClassifierWeights, tinyGan, tinyGeneratorWeights } from '../helpers/tiny-networks.ts';

/** Weights of which no two tensors are equal: a compiled file holds equal ones once. */
function distinct(weights: Weights): Weights {
  const random = createRandom(3);
  const tensors = Object.entries(weights).map(([path, { shape, data }]) => {
    return [path, { shape, data: normals(random, data.length) }] as const;
  });
  return Object.fromEntries(tensors);
}

/** Whether a weight is the old one, or that in half precision. */
function isKept(after: Weights, before: Weights): boolean {
  return Object.entries(after).every(([path, { data }]) => {
    const old = before[path]!.data;
    const halves = fromHalves(toHalves(old));
    return data.every((value, i) => value === old[i] || value === halves[i]);
  });
}

test('weights, directions and name are kept, and the old hash is known', async () => {
  const folder = temporaryFolder();
  const [from, to, architectures] = ['old', 'new', 'architectures.json'].map(name => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const made = await makeTinyBundle({}, undefined, undefined, ['Brightness']);
  const { name, attributes, extra } = JSON.parse(new TextDecoder().decode(made['bundle.json']));
  const weights = { generator: distinct(tinyGeneratorWeights), classifier: distinct(tinyClassifierWeights) };
  const target = { fusedMatMul: false };
  const files: Record<string, Uint8Array> = {
    'generator.onnx': generatorOnnx(tinyGan, weights.generator, target),
    'classifier.onnx': classifierOnnx(tinyClassifier, weights.classifier, target),
    'boundaries.npy': made['boundaries.npy']!,
    'samples.webp': made['samples.webp']!,
    'MODEL_CARD.md': made['MODEL_CARD.md']!,
  };
  const listed = await Promise.all(
    Object.entries(files).map(async ([file, bytes]) => {
      return [file, { bytes: bytes.length, sha256: await hashBytes(bytes) }] as const;
    }),
  );
  const space = { resolution: tinyGan.resolution, latentSize: tinyGan.latentSize };
  const facts = { schemaVersion: 1, name, ...space, attributes, extra, files: Object.fromEntries(listed) };
  const index = JSON.stringify({ ...facts, sha256: 'ab'.repeat(32) });
  mkdirSync(from);
  for (const [file, bytes] of Object.entries(files)) writeFileSync(join(from, file), bytes);
  writeFileSync(join(from, 'bundle.json'), index);
  writeFileSync(architectures, JSON.stringify({ generator: tinyGan, classifier: tinyClassifier }));

  execFileSync(process.execPath, ['tools/convert-bundle.mjs', from, to, architectures], { stdio: 'pipe' });
  const editor = await openBundle(to, { threads: 1 });
  await editor.release();
  const { bundle } = editor;
  expect([bundle.name, bundle.formerly]).toEqual([name, ['ab'.repeat(32)]]);
  expect(bundle.directions.map(({ attribute }) => attribute).slice(39)).toEqual(['Young', 'Brightness']);
  const { generator, classifier } = bundleNetworks(bundle);
  expect(isKept(generator.weights, weights.generator)).toBe(true);
  expect(isKept(classifier.weights, weights.classifier)).toBe(true);
});
