// From a finished style generator to boundaries in its latents u: synthesize and fit, which know no other way for it.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { toFloat32, toFloat64 } from '../../../../src/core/formats/nd-array.ts';
import { cosine, dot } from '../../../../src/core/math/linear-algebra.ts';
import { createRandom, normals } from '../../../../src/core/math/random.ts';
import { generatorRunner } from '../../../../src/core/models/inference.ts';
import { normaliseLatents, sampleLatents, truncated } from '../../../../src/core/models/latents.ts';
import { readBoundaryDetails } from '../../../../src/node/artefacts/boundaries.ts';
import { ganDetailsSchema, readTensors } from '../../../../src/node/artefacts/networks.ts';
import { cpuDevice } from '../../../../src/node/devices/device.ts';
import { readJson, readNpy } from '../../../../src/node/files/files.ts';
import { silentLog } from '../../../../src/node/log/log.ts';
import { openRun } from '../../../../src/node/runs/run-folder.ts';
import { readFaces } from '../../../../src/node/stages/fit/faces.ts';
import { readHandLabels } from '../../../../src/node/stages/fit/hand-labels.ts';
import { fit } from '../../../../src/node/stages/fit/stage.ts';
import { synthesize } from '../../../../src/node/stages/synthesize/stage.ts';
import { temporaryFolder } from '../../../helpers/temp-folder.ts';
import { tinyGan, tinyStyle } from '../../../helpers/tiny-networks.ts';
import { writeTinyClassifier, writeTinyGenerator } from '../../../helpers/tiny-runs.ts';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const context = { log: silentLog, signal: new AbortController().signal };
const { latentSize: size } = tinyStyle;
const count = 700;

const synthesized = async (out: string, options: object = {}) => {
  const given = { generator: at('style'), classifier: at('classifier'), count, threads: 1, out: at(out), ...options };
  await synthesize.run(synthesize.options.parse(given), context);
  return openRun(at(out), 'synthesize');
};
const rowsOf = async (path: string) => toFloat32((await readNpy(path)).data);

beforeAll(async () => {
  await writeTinyGenerator(at('style'), tinyStyle);
  await writeTinyGenerator(at('pggan'), tinyGan);
  await writeTinyClassifier(at('classifier'));
  await synthesized('faces');
  await synthesized('sphere', { generator: at('pggan') });
});

/** u of z, by the generator's own mapping. */
async function mapped(z: Float32Array): Promise<Float32Array> {
  const { details, tensors } = await readTensors(at('style/generator.safetensors'), ganDetailsSchema);
  const runner = await generatorRunner(cpuDevice(1), details, tensors, 20);
  const u = await runner.map(z);
  await runner.release();
  return u;
}

test('synthesize writes u of its draws, and where they lie', async () => {
  const finished = await openRun(at('faces'), 'synthesize');
  const u = await rowsOf(finished.file('u.npy'));
  expect(u.subarray(0, 500 * size)).toEqual(await mapped(sampleLatents(createRandom(0, 0), 500, size)));
  expect(await readJson(finished.file('synthesis.json'))).toMatchObject({ geometry: 'linear', psi: 1, count });
});

test('truncated they are so much nearer the mean, and their faces are others', async () => {
  const near = await synthesized('near', { psi: 0.5 });
  const u = await rowsOf(at('faces/u.npy'));
  expect(await rowsOf(near.file('u.npy'))).toEqual(truncated(u, 0.5));
  expect(await rowsOf(near.file('logits.npy'))).not.toEqual(await rowsOf(at('faces/logits.npy')));
  expect(await readJson(near.file('synthesis.json'))).toMatchObject({ psi: 0.5 });
});

test('three threads make the same bytes', async () => {
  await synthesized('three', { threads: 3 });
  for (const name of ['u.npy', 'logits.npy', 'brightness.npy']) {
    expect(readFileSync(at(`three/${name}`))).toEqual(readFileSync(at(`faces/${name}`)));
  }
});

test('PGGAN keeps z at length √d, and has no truncation', async () => {
  const finished = await openRun(at('sphere'), 'synthesize');
  const drawn = normaliseLatents(sampleLatents(createRandom(0, 0), 500, size), size);
  expect((await rowsOf(finished.file('z.npy'))).subarray(0, 500 * size)).toEqual(drawn);
  expect(await readJson(finished.file('synthesis.json'))).toMatchObject({ geometry: 'sphere' });
  await expect(synthesized('refused', { generator: at('pggan'), psi: 0.8 })).rejects.toThrow(
    /psi must be 1 for .*pggan, whose latents have no mean face to go toward; got 0\.8/,
  );
});

test('labels by seed of a PGGAN are of the faces that edit draws', async () => {
  const faces = await readFaces(await openRun(at('sphere'), 'synthesize'));
  writeFileSync(at('seeds.csv'), 'seed,label,note\n7,1,x\n12,0,x\n');
  const { latents, labels } = await readHandLabels(at('seeds.csv'), faces);
  const drawn = [7, 12].flatMap(seed => [...sampleLatents(createRandom(seed), 1, size)]);
  expect(latents).toEqual(normaliseLatents(Float32Array.from(drawn), size));
  expect([...labels]).toEqual([1, 0]);
});

test('fit reads u as it is, says so, and labels by seed are of the faces that are shown', async () => {
  const normal = normals(createRandom(9), size);
  const seeds = 200;
  const z = Float32Array.from(
    Array.from({ length: seeds }, (_, seed) => [...sampleLatents(createRandom(seed), 1, size)]).flat(),
  );
  const shown = truncated(await mapped(z), 0.7);
  const lines = Array.from({ length: seeds }, (_, seed) => {
    return `${seed},${dot(normal, shown.subarray(seed * size, (seed + 1) * size)) > 0 ? 1 : 0}`;
  });
  writeFileSync(at('dimples.csv'), `seed,label\n${lines.join('\n')}\n`);
  const options = {
    synthesis: at('faces'),
    labels: [at('dimples.csv')],
    name: ['dimples'],
    ratio: 0.1,
    control: false,
  };
  await fit.run(
    fit.options.parse({ ...options, repeats: 1, threads: 1, out: at('fit'), export: at('exported') }),
    context,
  );
  const finished = await openRun(at('fit'), 'fit');
  const { geometry, latentSize, directions } = await readBoundaryDetails(finished);
  expect([geometry, latentSize]).toEqual(['linear', size]);
  expect(directions.slice(40).map(({ attribute }) => attribute)).toEqual(['Brightness', 'dimples']);
  const found = toFloat64((await readNpy(finished.file('dimples_boundary.npy'))).data);
  expect(cosine(found, normal)).toBeGreaterThan(0.75); // these u are not white: the generator is untrained
  expect(await rowsOf(at('exported/u.npy'))).toEqual(await rowsOf(at('faces/u.npy')));
  const reread = { latents: at('exported/u.npy'), scores: [at('exported')], out: at('reread') };
  await expect(fit.run(fit.options.parse(reread), context)).rejects.toThrow(
    /exported\/u\.npy must be of latents z; its name says that it is of u, a style generator's inner latents\. Give/,
  );
  // Seeds say nothing of faces that another generator made.
  rmSync(at('style'), { recursive: true });
  await writeTinyGenerator(at('style'), { ...tinyStyle, fmapMax: 4 });
  await expect(fit.run(fit.options.parse({ ...options, threads: 1, out: at('stale') }), context)).rejects.toThrow(
    /labels by seed need the generator that draws the faces; .* is gone or was made anew since/,
  );
});
