// Stage `export`: ONNX files that give what the editor gives, and a description that fits them.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bundleNetworks } from '../../../../src/core/editor/networks.ts';
import type { GanArchitecture } from '../../../../src/core/models/gan-architecture.ts';
import { BatchRunner, encoderOnnx, repeatRows } from '../../../../src/core/models/inference.ts';
import { Program } from '../../../../src/core/runtime/program.ts';
import { openBundle } from '../../../../src/node/artefacts/bundle.ts';
import { cpuDevice } from '../../../../src/node/devices/device.ts';
import { silentLog } from '../../../../src/node/log/log.ts';
import { firstLatents } from '../../../../src/node/stages/bundle/stored-networks.ts';
import { exportNetworks } from '../../../../src/node/stages/export/stage.ts';
import { temporaryFolder } from '../../../helpers/temp-folder.ts';
import { writeTinyBundle } from '../../../helpers/tiny-bundle.ts';
import { tinyGan, tinyStyle } from '../../../helpers/tiny-networks.ts';

const folder = temporaryFolder();
const size = 16;

async function exported(kind: GanArchitecture, weights: 'float32' | 'float16', name = `${kind.kind}-${weights}`) {
  const [bundle, out] = [join(folder, name), join(folder, `${name}-onnx`)];
  await writeTinyBundle(bundle, size, undefined, [], { kind });
  const config = exportNetworks.options.parse({ bundle, weights, out });
  const summary = await exportNetworks.run(config, { log: silentLog, signal: new AbortController().signal });
  return { bundle, out, summary };
}

async function run(path: string, rows: Float32Array): Promise<Float32Array> {
  const runner = new BatchRunner(await Program.open(cpuDevice(1), readFileSync(path)), 16);
  const output = await runner.run(rows);
  await runner.release();
  return output;
}

const largest = (a: Float32Array, b: Float32Array) => Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));

test.each([
  [tinyGan, 'float32'],
  [tinyGan, 'float16'],
  [tinyStyle, 'float32'],
  [tinyStyle, 'float16'],
] as const)('the files give what the editor gives: $0.kind, %s', async (kind, weights) => {
  const { bundle, out } = await exported(kind, weights);
  const editor = await openBundle(bundle, { threads: 1 });
  const z = firstLatents(4, size);
  const mapping = join(out, 'mapping.onnx');
  expect(existsSync(mapping)).toBe(kind.kind === 'style');
  const latents = kind.kind === 'style' ? await run(mapping, z) : z;
  const images = await run(join(out, 'generator.onnx'), repeatRows(latents, size, editor.layers));
  const shown = await editor.render([0, 1, 2, 3].map(seed => editor.sample(seed)));
  // The bundle's own weights are in half precision, so that the two forms hold the same.
  expect(largest(images, shown)).toBeLessThan(1e-4);
  expect(largest(await run(join(out, 'classifier.onnx'), images), await editor.score(shown))).toBeLessThan(1e-3);
  await editor.release();
});

test('a bundle that opens photos gives its encoder too', async () => {
  const [bundle, out] = [join(folder, 'photos'), join(folder, 'photos-onnx')];
  await writeTinyBundle(bundle, size, undefined, [], { kind: tinyStyle, encoder: true });
  const context = { log: silentLog, signal: new AbortController().signal };
  const { files } = await exportNetworks.run(exportNetworks.options.parse({ bundle, out }), context);
  expect(files).toContain('encoder.onnx');
  const editor = await openBundle(bundle, { threads: 1 });
  const shown = await editor.render([editor.sample(5)]);
  const { architecture, weights } = bundleNetworks(editor.bundle).encoder!;
  const own = join(folder, 'own-encoder.onnx');
  writeFileSync(own, encoderOnnx(architecture, weights, cpuDevice(1).target));
  const latents = await run(join(out, 'encoder.onnx'), shown);
  expect(latents).toHaveLength(editor.layers * size);
  expect(largest(latents, await run(own, shown))).toBeLessThan(1e-4);
  await editor.release();
});

test('the description says shapes, meanings and the order of the logits', async () => {
  const { out, summary } = await exported(tinyStyle, 'float32', 'described');
  expect(summary).toMatchObject({ files: ['generator.onnx', 'mapping.onnx', 'classifier.onnx', 'networks.json'] });
  const { networks, logits, bundle } = JSON.parse(readFileSync(join(out, 'networks.json'), 'utf8'));
  expect(bundle.name).toBe('tiny');
  expect(networks['generator.onnx'].input.shape).toBe('[n, 3, 16]');
  expect(networks['generator.onnx'].output.shape).toBe('[n, 3, 8, 8]');
  expect(networks['mapping.onnx'].output.shape).toBe('[n, 16]');
  expect(networks['classifier.onnx'].output.shape).toBe('[n, 40]');
  expect(logits[39]).toEqual({ attribute: 'Young', threshold: 39 / 40, slope: 1, intercept: 0 });
});
