// The stage `fit` on made-up faces whose attributes are planted: files, table, and what has no boundary.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { attributeIndex, attributeNames } from '../../../../src/core/attributes.ts';
import { UserError } from '../../../../src/core/errors.ts';
import { toFloat64 } from '../../../../src/core/formats/nd-array.ts';
import { encodeNpy } from '../../../../src/core/formats/npy.ts';
import { cosine, dot } from '../../../../src/core/math/linear-algebra.ts';
import { createRandom, normals } from '../../../../src/core/math/random.ts';
import { Field } from '../../../../src/core/models/field.ts';
import { normaliseLatents, sampleLatents } from '../../../../src/core/models/latents.ts';
import { readBoundaryDetails } from '../../../../src/node/artefacts/boundaries.ts';
import { readField } from '../../../../src/node/artefacts/field.ts';
import { readJson, readNpy, writeJson, writeWhole } from '../../../../src/node/files/files.ts';
import { type Log, silentLog } from '../../../../src/node/log/log.ts';
import { openRun, withRun } from '../../../../src/node/runs/run-folder.ts';
import { fit } from '../../../../src/node/stages/fit/stage.ts';
import { temporaryFolder } from '../../../helpers/temp-folder.ts';

const [count, size] = [4000, 16];
const attributes = attributeNames.length;
const folder = temporaryFolder();
const random = createRandom(1);
const latents = normaliseLatents(sampleLatents(random, count, size), size);
const planted = attributeNames.map(() => normals(random, size));
const thresholds = attributeNames.map((_, a) => a / 40);
const absent = attributeIndex('Bald');

/** Logits of nearly noiseless planted attributes; nobody is bald. */
const logits = Float32Array.from({ length: count * attributes }, (_, at) => {
  const [face, a] = [Math.floor(at / attributes), at % attributes];
  if (a === absent) return -5;
  return dot(planted[a]!, latents.subarray(face * size, (face + 1) * size)) + random.normal() / 10;
});

async function makeSynthesis(name: string, files: Record<string, Uint8Array>): Promise<string> {
  const out = join(folder, name);
  await withRun(out, { stage: 'synthesize', config: { seed: 1 }, inputs: {} }, async run => {
    for (const [file, bytes] of Object.entries(files)) await writeWhole(run.file(file), bytes);
    await writeJson(run.file('synthesis.json'), { thresholds, frequencies: {}, count });
    return {};
  });
  return out;
}

const run = (options: object, signal = new AbortController().signal, log = silentLog) =>
  fit.run(fit.options.parse({ field: false, ...options }), { log, signal });
const z = encodeNpy({ shape: [count, size], data: latents });

let synthesis: string;
beforeAll(async () => {
  synthesis = await makeSynthesis('synthesis', {
    'z.npy': z,
    'logits.npy': encodeNpy({ shape: [count, attributes], data: logits }),
  });
});

test('how bright the faces are becomes a direction beyond the 40, beside the same 40', async () => {
  const towardLight = normals(createRandom(7), size);
  const light = Float32Array.from({ length: count }, (_, face) =>
    Math.tanh(0.5 + 0.1 * dot(towardLight, latents.subarray(face * size, (face + 1) * size))),
  ); // as brightness is: bounded, and nowhere near zero
  const bright = await makeSynthesis('bright', {
    'z.npy': z,
    'logits.npy': encodeNpy({ shape: [count, attributes], data: logits }),
    'brightness.npy': encodeNpy({ shape: [count, 1], data: light }),
  });
  const [lit, dark] = [join(folder, 'lit'), join(folder, 'dark')];
  await run({ synthesis: bright, out: lit, control: false });
  await run({ synthesis, out: dark, control: false });
  const finished = await openRun(lit, 'fit');
  const { directions } = await readBoundaryDetails(finished);
  expect(directions.slice(40)).toMatchObject([
    { attribute: 'Brightness', origin: expect.stringContaining('how bright') },
  ]);
  const normal = toFloat64((await readNpy(finished.file('Brightness_boundary.npy'))).data);
  expect(cosine(normal, towardLight)).toBeGreaterThan(0.9);
  expect(readFileSync(join(lit, 'boundaries.npy'))).toEqual(readFileSync(join(dark, 'boundaries.npy')));
});

test('some attributes are fitted to pairs, as all are by --samples matched, and the others as before', async () => {
  const outs = ['usual', 'pairs', 'some-pairs'].map(name => join(folder, name)) as [string, string, string];
  await run({ synthesis, out: outs[0], control: false });
  await run({ synthesis, out: outs[1], control: false, samples: 'matched' });
  await run({ synthesis, out: outs[2], control: false, matched: ['Young'] });
  const boundary = (out: string, name: string) => readFileSync(join(out, `${name}_boundary.npy`));
  expect(boundary(outs[2], 'Young')).toEqual(boundary(outs[1], 'Young'));
  expect(boundary(outs[2], 'Young')).not.toEqual(boundary(outs[0], 'Young'));
  expect(boundary(outs[2], 'Male')).toEqual(boundary(outs[0], 'Male'));
  expect(boundary(outs[2], 'Male')).not.toEqual(boundary(outs[1], 'Male'));
});

describe('a run', () => {
  const out = join(folder, 'fit');
  let summary: Awaited<ReturnType<typeof run>>;
  beforeAll(async () => {
    summary = await run({ synthesis, out });
  });

  test('finds every planted normal and writes it in three ways', async () => {
    const finished = await openRun(out, 'fit');
    const { directions: found, latentSize } = await readBoundaryDetails(finished);
    const fitted = found.filter(({ controllable }) => controllable);
    expect([fitted.length, latentSize]).toEqual([39, size]);
    const all = toFloat64((await readNpy(finished.file('boundaries.npy'))).data);
    for (const { attribute } of fitted) {
      const a = attributeIndex(attribute);
      const normal = all.slice(a * size, (a + 1) * size);
      expect(cosine(normal, planted[a]!)).toBeGreaterThan(0.9);
      const single = await readNpy(finished.file(`${attribute}_boundary.npy`));
      expect(single).toEqual({ shape: [1, size], data: normal });
    }
    expect(all.subarray(absent * size, (absent + 1) * size).every(x => x === 0)).toBe(true);
  });

  test('says why an attribute has no boundary', async () => {
    const { attributes } = (await readJson(join(out, 'boundaries.json'))) as { attributes: object[] };
    expect(attributes[absent]).toEqual({
      attribute: 'Bald',
      controllable: false,
      reason: 'only 0 of 4000 generated faces are labelled with it; at least 20 are needed',
    });
  });

  test('counts faces above the classifier’s own thresholds', async () => {
    const { attributes: entries } = (await readJson(join(out, 'boundaries.json'))) as {
      attributes: { metrics: { positives: number } }[];
    };
    const young = attributeIndex('Young');
    const above = logits.filter((logit, at) => at % attributes === young && logit > thresholds[young]!).length;
    expect(entries[young]!.metrics.positives).toBe(above);
  });

  test('prints a table with a row for each attribute, and means over those that have a boundary', () => {
    const lines = readFileSync(join(out, 'boundaries.csv'), 'utf8').trimEnd().split('\n');
    expect(lines.length).toBe(41);
    expect(lines[0]).toMatch(/^attribute,data size,training accuracy,test accuracy,f1,/);
    expect(lines[1 + absent]).toMatch(/^Bald,,,.*,false,only 0 of 4000/);
    expect(summary).toMatchObject({ controllable: 39, faces: count });
    expect(summary.meanTestAccuracy).toBeGreaterThan(0.95);
    expect(Math.abs((summary.meanShuffledAccuracy as number) - 0.5)).toBeLessThan(0.06);
    expect(summary.table).toHaveLength(40);
  });

  const artefacts = (path: string) =>
    readdirSync(path)
      .filter(name => !['config.json', 'manifest.json', 'timings.jsonl'].includes(name))
      .map(name => [name, readFileSync(join(path, name)).toString('base64')]);

  test('is the same with three threads', async () => {
    await run({ synthesis, out: `${out}-again`, threads: 3 });
    expect(artefacts(`${out}-again`)).toEqual(artefacts(out));
  });

  test('interrupted after some attributes, it goes on with the next to the same bytes', async () => {
    const interrupted = `${out}-interrupted`;
    const controller = new AbortController();
    const seen: string[] = [];
    const logging = (abortAt: string): Log => ({
      ...silentLog,
      progress: () => ({
        update(_, note) {
          seen.push(note!);
          if (note === abortAt) controller.abort(new Error('Ctrl-C'));
        },
        finish() {},
      }),
    });
    const options = fit.options.parse({ synthesis, out: interrupted, field: false, threads: 1, resume: true });
    const stopped = fit.run(options, { log: logging('Bangs'), signal: controller.signal });
    await expect(stopped).rejects.toThrow('Ctrl-C');
    await fit.run(options, { log: logging(''), signal: new AbortController().signal });
    expect(seen).toEqual([...attributeNames]);
    expect(artefacts(interrupted)).toEqual(artefacts(out));
  });

  test('interrupted in the middle of a line and again after it, it loses no attribute and keeps nothing that is not asked for', async () => {
    const torn = `${out}-torn`;
    const options = fit.options.parse({ synthesis, out: torn, field: false, threads: 1, resume: true });
    const stoppedAt = (name: string) => {
      const controller = new AbortController();
      const update = (_: number, note?: string) => {
        if (note === name) controller.abort(new Error('Ctrl-C'));
      };
      const log = { ...silentLog, progress: () => ({ update, finish() {} }) };
      return fit.run(options, { log, signal: controller.signal });
    };
    const [first, second, third] = attributeNames;
    await expect(stoppedAt(second!)).rejects.toThrow('Ctrl-C');
    const metrics = join(`${torn}.partial`, 'metrics.jsonl');
    const lines = readFileSync(metrics, 'utf8').split('\n');
    writeFileSync(metrics, `${lines[0]}\n${lines[1]!.slice(0, 20)}`); // the power went
    await expect(stoppedAt(third!)).rejects.toThrow('Ctrl-C');
    const kept = readFileSync(metrics, 'utf8').trim().split('\n');
    expect(kept.map(line => JSON.parse(line).attribute)).toEqual([first, second, third]);
    for (const name of ['dimples_boundary.npy', 'curves.json', 'field.safetensors']) {
      writeFileSync(join(`${torn}.partial`, name), 'of options that were dropped since');
    }
    await fit.run(options, { log: silentLog, signal: new AbortController().signal });
    expect(artefacts(torn)).toEqual(artefacts(out));
  });

  test('tells for some attributes what fewer samples are worth', async () => {
    const curved = `${out}-curve`;
    const warnings: string[] = [];
    const log = { ...silentLog, warn: (line: string) => warnings.push(line) };
    const options = { samples: 'all', control: false, maxIterations: 20, curve: ['Young', 'Bald', 'Male'] };
    await run({ synthesis, out: curved, ...options }, undefined, log);
    expect(warnings.at(-1)).toMatch(/^stopped before it converged: the boundary of .*\. Give more --max-iterations$/);
    const curves = (await readJson(join(curved, 'curves.json'))) as Record<string, Record<string, number>[]>;
    expect(Object.keys(curves)).toEqual(['Bald', 'Male', 'Young']);
    expect(curves.Bald).toEqual([]);
    expect(curves.Young!.map(({ samples }) => samples)).toEqual([250, 500, 1000, 2000, curves.Young!.at(-1)!.samples]);
    expect(curves.Young!.at(-1)!.cosine).toBeCloseTo(1, 12);
    expect(curves.Young![0]!.cosine).toBeLessThan(0.999);
    expect(curves.Young![0]!.accuracy).toBeLessThan(curves.Young!.at(-1)!.accuracy!);
    const { attributes: entries } = (await readJson(join(curved, 'boundaries.json'))) as {
      attributes: { metrics: { test: { accuracy: number } } }[];
    };
    expect(curves.Male!.at(-1)!.accuracy).toBe(entries[attributeIndex('Male')]!.metrics.test.accuracy);
  });
});

describe('what it refuses', () => {
  test('latents and logits of different counts', async () => {
    const bad = await makeSynthesis('short', {
      'z.npy': z,
      'logits.npy': encodeNpy({ shape: [count - 1, attributes], data: logits.subarray(attributes) }),
    });
    const failed = run({ synthesis: bad, out: join(folder, 'x') });
    await expect(failed).rejects.toThrow(UserError);
    await expect(failed).rejects.toThrow(/logits\.npy must have shape \[4000, 40\]; got \[3999, 40\]/);
  });

  test('logits that are not finite', async () => {
    const data = logits.with(5, Number.NaN);
    const bad = await makeSynthesis('nan', {
      'z.npy': z,
      'logits.npy': encodeNpy({ shape: [count, attributes], data }),
    });
    await expect(run({ synthesis: bad, out: join(folder, 'x') })).rejects.toThrow(/must hold finite numbers/);
  });

  test('options out of range, and ones it does not know', () => {
    for (const wrong of [{ ratio: 0 }, { ratio: 0.6 }, { C: 0 }, { seed: -1 }, { ration: 0.02 }]) {
      expect(fit.options.safeParse({ synthesis, out: 'x', ...wrong }).success).toBe(false);
    }
    expect(fit.options.safeParse({ synthesis, out: 'x' }).success).toBe(true);
  });

  test('to go on after Ctrl-C: the run stays unfinished', async () => {
    const out = join(folder, 'aborted');
    await expect(run({ synthesis, out }, AbortSignal.abort(new Error('Ctrl-C')))).rejects.toThrow('Ctrl-C');
    await expect(openRun(out, 'fit')).rejects.toThrow(/unfinished/);
  });
});

test('the field predicts every score, also those that a boundary cannot, and comes back the same from its file', async () => {
  const curved = Float32Array.from(logits, (logit, at) => (at % attributes === 0 ? logit ** 2 / 2 : logit));
  const source = await makeSynthesis('curved', {
    'z.npy': z,
    'logits.npy': encodeNpy({ shape: [count, attributes], data: curved }),
  });
  const runs = await Promise.all(
    [1, 2].map(async threads => {
      const out = join(folder, `field-${threads}`);
      await run({ synthesis: source, out, field: true, threads, repeats: 1, control: false });
      return openRun(out, 'fit');
    }),
  );
  const [bytes, again] = runs.map(each => readFileSync(each.file('field.safetensors')));
  expect(again!.equals(bytes!)).toBe(true);
  const { architecture, weights, r2 } = (await readField(runs[0]!))!;
  expect(architecture.outputs).toEqual(attributeNames);
  expect(r2[0]).toBeGreaterThan(0.6); // a square, of which no straight direction knows anything
  expect(r2[1]).toBeGreaterThan(0.9);
  expect(r2[absent]).toBeNull();
  const field = new Field(architecture, weights);
  const face = latents.subarray(0, size);
  expect(field.values(face, ['Young'])[0]).toBeCloseTo(logits[attributeIndex('Young')]!, -0.3);
});
