// The pipeline with a style generator: all of its stages, and again from the finished generator of the first.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { openBundle } from '../../../../src/node/artefacts/bundle.ts';
import { silentLog } from '../../../../src/node/log/log.ts';
import { openRun } from '../../../../src/node/runs/run-folder.ts';
import { pipeline } from '../../../../src/node/stages/pipeline/stage.ts';
import { temporaryFolder } from '../../../helpers/temp-folder.ts';
import { makeTinyCeleba } from '../../../helpers/tiny-celeba.ts';
import { tinyGan } from '../../../helpers/tiny-networks.ts';
import { writeTinyGenerator } from '../../../helpers/tiny-runs.ts';

const root = temporaryFolder();
const [first, again] = [join(root, 'first'), join(root, 'again')];
const generator = join(first, 'gan');

async function run(options: object): Promise<string[]> {
  const lines: string[] = [];
  const log = { ...silentLog, info: (line: string) => lines.push(line) };
  const config = pipeline.options.parse({ celeba: join(root, 'celeba'), threads: 1, ...options });
  await pipeline.run(config, { log, signal: new AbortController().signal });
  return lines;
}

beforeAll(async () => {
  await makeTinyCeleba(join(root, 'celeba'), 120, 18, 22);
  await run({ preset: 'tiny-style', out: first });
});

test('every stage works with a style generator, up to the report', async () => {
  const html = readFileSync(join(first, 'report.html'), 'utf8').replaceAll(/data:image\/png;base64,[^"]+/g, '');
  expect(/NaN|undefined|\[object/.test(html)).toBe(false);
  const editor = await openBundle(join(first, 'bundle'), { threads: 1 });
  expect([editor.geometry, editor.layers, editor.bundle.psi]).toEqual(['linear', 3, 0.7]);
  await editor.release();
});

test('a finished generator takes the place of training one, and makes the same of the same', async () => {
  const lines = await run({ preset: 'tiny', out: again, generator });
  expect(lines).toContain(`train gan: left out, as ${generator} is given; the options of tiny for it do not apply`);
  expect(existsSync(join(again, 'gan'))).toBe(false);
  for (const file of ['synthesis/u.npy', 'synthesis/logits.npy', 'boundaries/boundaries.npy']) {
    expect(readFileSync(join(again, file))).toEqual(readFileSync(join(first, file)));
  }
  expect((await openRun(join(again, 'synthesis'), 'synthesize')).manifest.inputs.generator!.path).toBe(generator);
  expect(existsSync(join(again, 'report.html'))).toBe(true);
});

test('the largest seed leaves one to the judge', async () => {
  const given = { preset: 'celeba-64', celeba: join(root, 'celeba'), out: 'out' };
  expect(pipeline.options.safeParse({ ...given, seed: 2 ** 32 }).success).toBe(false);
  const config = pipeline.options.parse({ ...given, seed: 2 ** 32 - 1 });
  expect((await pipeline.steps!(config)).map(step => step.config.seed)).toContain(2 ** 32);
});

test('what would be done with a PGGAN trains no encoder, as what is done does not', async () => {
  const pggan = join(root, 'pggan');
  await writeTinyGenerator(pggan, tinyGan);
  const stagesWith = async (given: object) => {
    const config = pipeline.options.parse({ preset: 'tiny-style', celeba: join(root, 'celeba'), out: 'out', ...given });
    return (await pipeline.steps!(config)).map(({ stage }) => stage.name);
  };
  expect(await stagesWith({})).toContain('train encoder');
  expect(await stagesWith({ generator: pggan })).not.toContain('train encoder');
});

test('one of other images is refused before any work', async () => {
  const out = join(root, 'refused');
  await expect(run({ preset: 'smoke', out, generator })).rejects.toThrow(
    /--generator must make images of the preset's 16×16; got 8 with .*gan. Choose another --preset/,
  );
  const coloured = join(root, 'coloured');
  await writeTinyGenerator(coloured, { ...tinyGan, normalisation: 'chromaticity' });
  await expect(run({ preset: 'tiny', out, generator: coloured })).rejects.toThrow(
    /--generator must make images of normalisation range, .*; got chromaticity with .*coloured/,
  );
  expect(existsSync(out)).toBe(false);
});
