// The stage `import boundaries` on InterFaceGAN's published boundaries, and on files that are none.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { toFloat64 } from '../../../../src/core/formats/nd-array.ts';
import { decodeNpyHeader, encodeNpy } from '../../../../src/core/formats/npy.ts';
import { cosine } from '../../../../src/core/math/linear-algebra.ts';
import { readBoundaryDetails } from '../../../../src/node/artefacts/boundaries.ts';
import { readNpy } from '../../../../src/node/files/files.ts';
import { silentLog } from '../../../../src/node/log/log.ts';
import { openRun } from '../../../../src/node/runs/run-folder.ts';
import { importBoundaries } from '../../../../src/node/stages/import-boundaries/stage.ts';
import { sharedFolder } from '../../../helpers/shared.ts';
import { temporaryFolder } from '../../../helpers/temp-folder.ts';

const folder = temporaryFolder();
let runs = 0;
async function run(options: object) {
  const out = join(folder, `run-${runs++}`);
  const context = { log: silentLog, signal: new AbortController().signal };
  await importBoundaries.run(importBoundaries.options.parse({ out, ...options }), context);
  return openRun(out, 'import boundaries');
}
const normalIn = async (path: string) => toFloat64((await readNpy(path)).data);

describe.skipIf(sharedFolder === undefined)("InterFaceGAN's published boundaries", () => {
  const published = join(sharedFolder ?? '', 'interfacegan');
  const original = (name: string) => normalIn(join(published, `pggan_celebahq_${name}_boundary.npy`));

  test('are imported under our names, conditioned, and exported as they were', async () => {
    const exported = join(folder, 'exported');
    const finished = await run({
      boundaries: [published],
      condition: ['Young:Male', 'Young:Male+Eyeglasses'],
      export: exported,
    });
    const { directions, latentSize } = await readBoundaryDetails(finished);
    expect(latentSize).toBe(512);
    const fitted = directions.filter(({ controllable }) => controllable).map(({ attribute }) => attribute);
    expect(fitted.slice(0, 4)).toEqual(['Eyeglasses', 'Male', 'Smiling', 'Young']);
    expect(fitted.slice(4)).toEqual(expect.arrayContaining(['pose', 'quality', 'age_c_gender']));

    // Age points to the old, Young to the young.
    const young = await normalIn(finished.file('Young_boundary.npy'));
    expect(cosine(young, await original('age'))).toBeCloseTo(-1, 12);
    expect(cosine(young, await normalIn(finished.file('Male_boundary.npy')))).toBeCloseTo(-0.486, 3);
    for (const [ours, theirs] of [
      ['Young_c_Male', 'age_c_gender'],
      ['Young_c_Male_Eyeglasses', 'age_c_gender_eyeglasses'],
    ]) {
      const conditioned = await normalIn(finished.file(`${ours}_boundary.npy`));
      expect(-cosine(conditioned, await original(theirs!))).toBeGreaterThan(0.9999);
    }

    for (const name of ['age', 'gender', 'smile', 'pose', 'age_c_gender']) {
      const path = join(exported, `${name}_boundary.npy`);
      expect(await normalIn(path)).toEqual(await original(name));
      expect(decodeNpyHeader(readFileSync(path))).toMatchObject({
        dtype: 'float64',
        shape: [1, 512],
        fortranOrder: false,
      });
    }
    expect(readdirSync(exported)).toHaveLength(15 + 2);
  });

  const python = '/usr/bin/python3';
  const numpy =
    existsSync(python) &&
    (() => {
      try {
        execFileSync(python, ['-c', 'import numpy'], { stdio: 'ignore' });
        return true;
      } catch {
        return false;
      }
    })();
  if (!numpy)
    console.warn('skipped: exported boundaries in NumPy, because /usr/bin/python3 with NumPy is not installed');

  test.skipIf(!numpy)('are read by NumPy as InterFaceGAN reads them', async () => {
    const exported = join(folder, 'for-numpy');
    await run({ boundaries: [published], export: exported });
    const script = `
import numpy, sys
a, b = (numpy.load(path) for path in sys.argv[1:])
assert a.shape == (1, 512) and a.dtype == numpy.float64 and abs(numpy.linalg.norm(a) - 1) < 1e-9
print(numpy.abs(a - b).max())`;
    const paths = [join(exported, 'age_boundary.npy'), join(published, 'pggan_celebahq_age_boundary.npy')];
    expect(Number(execFileSync(python, ['-c', script, ...paths], { encoding: 'utf8' }))).toBe(0);
  });
});

test('an attribute may have a name that every object knows', async () => {
  const given = join(folder, 'constructor_boundary.npy');
  writeFileSync(given, encodeNpy({ shape: [1, 8], data: new Float32Array(8).with(1, 4) }));
  const finished = await run({ boundaries: [given] });
  expect(await normalIn(finished.file('constructor_boundary.npy'))).toHaveLength(8);
});

test('a run’s own attributes keep their names, whatever InterFaceGAN means by these', async () => {
  const given = join(folder, 'scarf_boundary.npy');
  writeFileSync(given, encodeNpy({ shape: [1, 8], data: new Float32Array(8).fill(0).with(0, 3).with(1, 4) }));
  const first = await run({ boundaries: [given] });
  const details = readFileSync(first.file('boundaries.json'), 'utf8').replaceAll('scarf', 'age');
  writeFileSync(first.file('boundaries.json'), details);
  renameSync(first.file('scarf_boundary.npy'), first.file('age_boundary.npy'));
  const again = await run({ boundaries: [first.file('')] });
  const { directions } = await readBoundaryDetails(again);
  expect(directions.filter(({ controllable }) => controllable).map(({ attribute }) => attribute)).toEqual(['age']);
  expect(await normalIn(again.file('age_boundary.npy'))).toEqual(await normalIn(first.file('age_boundary.npy')));
  writeFileSync(first.file('boundaries.json'), JSON.stringify({ ...JSON.parse(details), latentSize: 'eight' }));
  await expect(run({ boundaries: [first.file('')] })).rejects.toThrow(
    /boundaries\.json must describe the boundaries of attributes: latentSize must be a number; got "eight"\. Fit them/,
  );
});

/** A folder as InterFaceGAN's repository has it: boundaries of three generators, of one also of inner latents. */
function wholeFolder(): string {
  const whole = temporaryFolder();
  const published = ['pggan_celebahq', 'stylegan_celebahq', 'stylegan_ffhq'];
  for (const [g, generator] of published.entries()) {
    for (const [a, name] of ['age', 'gender', 'pose'].entries()) {
      const data = new Float32Array(8).fill(0).with(g + a, 2);
      const inner = generator === 'stylegan_ffhq' ? [`${name}_w`] : [];
      for (const stem of [name, ...inner]) {
        writeFileSync(join(whole, `${generator}_${stem}_boundary.npy`), encodeNpy({ shape: [1, 8], data }));
      }
    }
  }
  return whole;
}

describe("InterFaceGAN's whole folder", () => {
  const whole = wholeFolder();
  const taken = async (options: object) => {
    const { directions } = await readBoundaryDetails(await run({ boundaries: [whole], ...options }));
    return directions.filter(({ controllable }) => controllable).map(({ attribute }) => attribute);
  };

  test('is asked which generator it is for, and then read', async () => {
    await expect(taken({})).rejects.toThrow(
      'boundaries must be of one generator; these are of pggan_celebahq, stylegan_celebahq, stylegan_ffhq. ' +
        'Choose with --of pggan_celebahq',
    );
    await expect(taken({ of: 'stylegan_fhq' })).rejects.toThrow(/got stylegan_fhq\. Did you mean "stylegan_ffhq"\?/);
    expect(await taken({ of: 'pggan_celebahq' })).toEqual(['Male', 'Young', 'pose']);
  });

  test('keeps boundaries of inner latents out, and refuses one that is given by its name', async () => {
    expect(await taken({ of: 'stylegan_ffhq' })).toEqual(['Male', 'Young', 'pose']);
    const inner = join(whole, 'stylegan_ffhq_age_w_boundary.npy');
    await expect(run({ boundaries: [inner] })).rejects.toThrow(/must be of latents z; its name says that it is of w/);
  });

  test('is read file by file, as a shell writes out a pattern', async () => {
    const files = readdirSync(whole).filter(name => name.startsWith('stylegan_celebahq'));
    expect(await taken({ boundaries: files.map(name => join(whole, name)) })).toEqual(['Male', 'Young', 'pose']);
  });
});

test("boundaries as InterFaceGAN's own training names them", async () => {
  const trained = temporaryFolder();
  const data = new Float32Array(8).fill(1);
  const save = (path: string) => writeFileSync(path, encodeNpy({ shape: [1, 8], data }));
  for (const name of ['pggan_celebahq_smile', 'hat']) {
    mkdirSync(join(trained, name));
    save(join(trained, name, 'boundary.npy'));
  }
  save(join(trained, 'boundary_Eyeglasses.npy'));
  const all = await readBoundaryDetails(await run({ boundaries: [trained] }));
  const named = all.directions.filter(({ controllable }) => controllable).map(({ attribute }) => attribute);
  expect(named).toEqual(['Eyeglasses', 'Smiling', 'hat']);
  const one = await readBoundaryDetails(await run({ boundaries: [join(trained, 'hat', 'boundary.npy')] }));
  expect(one.directions.slice(40).map(({ attribute }) => attribute)).toEqual(['hat']);
});

function write(name: string, data: Float32Array): string {
  const path = join(folder, name);
  writeFileSync(path, encodeNpy({ shape: [data.length, 1], data }));
  return path;
}

test.each<[string, object, RegExp]>([
  ['an empty folder', { boundaries: [temporaryFolder()] }, /must hold files named <attribute>_boundary\.npy; got none/],
  [
    'another name',
    { boundaries: [write('z.npy', new Float32Array(9))] },
    /z\.npy must be named <attribute>_boundary\.npy/,
  ],
  [
    'a matrix',
    { boundaries: [write('x_boundary.npy', new Float32Array(9))] },
    /must have shape \[1, d\]; got \[9, 1\]/,
  ],
  [
    'no direction',
    { boundaries: [write('y_boundary.npy', new Float32Array(1))] },
    /must hold a direction; its length is 0/,
  ],
])('%s is one line', async (_, options, message) => {
  await expect(run(options)).rejects.toThrow(message);
});
