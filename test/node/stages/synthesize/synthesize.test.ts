// The stage `synthesize` with untrained networks: any number of threads, any interruption, the same bytes.
import { readdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { attributeNames } from '../../../../src/core/attributes.ts';
import { toFloat32 } from '../../../../src/core/formats/nd-array.ts';
import { faceBrightness } from '../../../../src/core/images/brightness.ts';
import { length } from '../../../../src/core/math/linear-algebra.ts';
import { generatorRunner } from '../../../../src/core/models/inference.ts';
import {
  classifierDetailsSchema,
  ganDetailsSchema,
  readTensors,
  writeTensors,
} from '../../../../src/node/artefacts/networks.ts';
import { cpuDevice } from '../../../../src/node/devices/device.ts';
import { readJson, readNpy } from '../../../../src/node/files/files.ts';
import { type Log, silentLog } from '../../../../src/node/log/log.ts';
import { openRun } from '../../../../src/node/runs/run-folder.ts';
import { synthesize } from '../../../../src/node/stages/synthesize/stage.ts';
import { temporaryFolder } from '../../../helpers/temp-folder.ts';
import { tinyClassifier, tinyGan } from '../../../helpers/tiny-networks.ts';
import { writeTinyClassifier, writeTinyGenerator } from '../../../helpers/tiny-runs.ts';

const folder = temporaryFolder();
const [generator, classifier, out] = ['gan', 'classifier', 'faces'].map(name => join(folder, name)) as [
  string,
  string,
  string,
];
const count = 1200; // three shards, the last one short

const run = (options: object, { log = silentLog, signal = new AbortController().signal } = {}) =>
  synthesize.run(synthesize.options.parse({ generator, classifier, count, threads: 1, ...options }), { log, signal });

const artefacts = (path: string) =>
  readdirSync(path)
    .filter(name => !['config.json', 'manifest.json', 'timings.jsonl'].includes(name))
    .map(name => [name, readFileSync(join(path, name)).toString('base64')]);

beforeAll(async () => {
  await writeTinyGenerator(generator, tinyGan);
  await writeTinyClassifier(classifier);
  await run({ out });
});

test('writes latents at length √d, logits, and how often the classifier sees each attribute', async () => {
  const finished = await openRun(out, 'synthesize');
  const z = await readNpy(finished.file('z.npy'));
  const logits = await readNpy(finished.file('logits.npy'));
  const brightness = await readNpy(finished.file('brightness.npy'));
  expect([z.shape, logits.shape, brightness.shape]).toEqual([
    [count, tinyGan.latentSize],
    [count, attributeNames.length],
    [count, 1],
  ]);
  const rows = toFloat32(z.data);
  for (const face of [0, 499, 500, 1199]) {
    expect(length(rows.subarray(face * 16, (face + 1) * 16))).toBeCloseTo(4, 5);
  }
  const { frequencies, thresholds } = (await readJson(finished.file('synthesis.json'))) as {
    frequencies: Record<string, number>;
    thresholds: number[];
  };
  for (const [a, attribute] of attributeNames.entries()) {
    const above = toFloat32(logits.data).filter((logit, at) => at % 40 === a && logit > thresholds[a]!).length;
    expect(frequencies[attribute]).toBe(above / count);
  }
  expect(Object.values(frequencies).some(share => share > 0 && share < 1)).toBe(true);
});

test('tells how bright each face is, but no chromaticities', async () => {
  const { tensors, details } = await readTensors(join(generator, 'generator.safetensors'), ganDetailsSchema);
  const runner = await generatorRunner(cpuDevice(1), details, tensors, 20);
  const z = toFloat32((await readNpy(join(out, 'z.npy'))).data);
  const expected = faceBrightness(await runner.generate(z.subarray(0, 40 * 16)), 8);
  await runner.release();
  const brightness = toFloat32((await readNpy(join(out, 'brightness.npy'))).data);
  expect(Math.max(...expected.map((value, face) => Math.abs(value - brightness[face]!)))).toBeLessThan(1e-6);
  const [colours, labeller, without] = ['colours', 'colour-classifier', 'dull'].map(name => join(folder, name));
  await writeTinyGenerator(colours!, { ...tinyGan, normalisation: 'chromaticity' });
  await writeTinyClassifier(labeller!, { ...tinyClassifier, normalisation: 'chromaticity' });
  await run({ out: without!, generator: colours!, classifier: labeller!, count: 20 });
  expect(readdirSync(without!)).not.toContain('brightness.npy');
});

test('three threads make the same bytes as one', async () => {
  await run({ out: `${out}-3`, threads: 3 });
  expect(artefacts(`${out}-3`)).toEqual(artefacts(out));
});

test('interrupted after a shard, with half a shard more on the disk, it goes on to the same bytes', async () => {
  const interrupted = `${out}-interrupted`;
  const controller = new AbortController();
  const log: Log = {
    ...silentLog,
    progress: () => ({ update: done => done >= 500 && controller.abort(new Error('Ctrl-C')), finish() {} }),
  };
  await expect(run({ out: interrupted }, { log, signal: controller.signal })).rejects.toThrow('Ctrl-C');
  const latents = join(`${interrupted}.partial`, 'z.npy');
  const shard = readFileSync(latents).length;
  truncateSync(latents, shard + 4000); // as if killed in the middle of the next
  let first: number | undefined;
  const watching: Log = {
    ...silentLog,
    progress: (_label, _total, _unit, done) => {
      first = done;
      return silentLog.progress('', 0, '');
    },
  };
  await run({ out: interrupted, resume: true }, { log: watching });
  expect(first).toBe(500);
  expect(artefacts(interrupted)).toEqual(artefacts(out));
});

test('a network that does not say what it is, is refused in plain words', async () => {
  const path = join(folder, 'foreign.safetensors');
  const described = async (details: object) => {
    await writeTensors(path, {}, details);
    return readTensors(path, classifierDetailsSchema);
  };
  await expect(described({})).rejects.toThrow(
    `${path} does not say what network it holds: architecture is required. Make it again`,
  );
});

test('networks of two resolutions are refused', async () => {
  const other = join(folder, 'other');
  await writeTinyGenerator(other, { ...tinyGan, resolution: 16 });
  await expect(run({ out: `${out}-x`, generator: other })).rejects.toThrow(/must have one resolution; got 16 and 8/);
});
