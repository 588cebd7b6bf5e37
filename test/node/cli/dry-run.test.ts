// Checks that a dry run finds what a command would refuse, and writes nothing.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { encodeNpy } from '../../../src/core/formats/npy.ts';
import { programFromStages } from '../../../src/node/cli/command-from-stage.ts';
import { type PlannedStep, planOf } from '../../../src/node/cli/dry-run.ts';
import { stages } from '../../../src/node/cli/stages.ts';
import { silentLog } from '../../../src/node/log/log.ts';
import { withRun } from '../../../src/node/runs/run-folder.ts';
import { exportNetworks } from '../../../src/node/stages/export/stage.ts';
import { temporaryFolder } from '../../helpers/temp-folder.ts';
import { writeTinyBundle } from '../../helpers/tiny-bundle.ts';
import { makeTinyCeleba } from '../../helpers/tiny-celeba.ts';
import { writeTinyDataset } from '../../helpers/tiny-runs.ts';

const { signal } = new AbortController();

/** @returns what each step of a command would do. */
async function planned(...argv: string[]): Promise<PlannedStep[]> {
  let plan: PlannedStep[] = [];
  const program = programFromStages({ name: 'face-tuning', version: '1.2.3' }, stages, async (stage, config) => {
    plan = await planOf(stage, config, { log: silentLog, signal });
  });
  await program.parseAsync(argv, { from: 'user' });
  return plan;
}

/** @returns what the first one would. */
async function would(...argv: string[]): Promise<string> {
  return (await planned(...argv))[0]!.would;
}

test('a missing input is told', async () => {
  const root = temporaryFolder();
  const absent = join(root, 'absent');
  const refusal = `refuse: cannot read ${absent}: no such file or folder; check the path`;
  const out = ['--out', join(root, 'never')];
  expect(await would('train', 'gan', '--dataset', absent, ...out)).toBe(refusal);
  expect(await would('fit', '--latents', root, '--scores', root, absent, ...out)).toBe(refusal); // one of a list
  expect(await would('edit', '--bundle', root, '--photos', absent, ...out)).toBe(refusal);
  expect(await would('serve', '--bundle', absent)).toBe(refusal);
  await expect(would('pipeline', '--celeba', absent, ...out)).rejects.toThrow(refusal.slice('refuse: '.length));
  // An unfinished training needs no more what it set out from.
  const dataset = join(root, 'dataset');
  const pixels = new Uint8Array(3 * 16 * 16);
  await writeTinyDataset(dataset, { resolution: 16, count: 1, pixels }, () => 'train');
  const train = ['train', 'gan', '--dataset', dataset, '--start-from', absent, ...out];
  expect(await would(...train)).toBe(refusal);
  const [, never = ''] = out;
  const inputs = { startFrom: { path: absent, sha256: 'of a checkpoint' } };
  const stopped = withRun(never, { stage: 'train gan', config: {}, inputs }, async run => {
    writeFileSync(run.file('checkpoint-0000001000.safetensors'), '');
    throw new Error('stopped');
  });
  await expect(stopped).rejects.toThrow('stopped');
  expect(await would(...train, '--resume')).toMatch(/^refuse: cannot resume .* preset was not set, is "cpu" now/);
  // A place to write to need not be there.
  await writeTinyBundle(join(root, 'bundle'));
  const edit = ['edit', '--bundle', join(root, 'bundle'), '--move', 'Young=1', '--out', join(absent, 'edit.png')];
  expect(await would(...edit)).toBe(`write ${join(absent, 'edit.png')}`);
});

test('all that a stage refuses before its run begins is told, and nothing is written', async () => {
  const root = temporaryFolder();
  const [bundle, out] = [join(root, 'bundle'), join(root, 'out')];
  await writeTinyBundle(bundle);
  const calibrate = ['calibrate', '--bundle', bundle, '--out', out];
  expect(await would(...calibrate)).toBe(`write ${out}`);
  expect(await would(...calibrate, '--attributes', 'Mael')).toBe(
    'refuse: --attributes: unknown attribute "Mael". Did you mean "Male"?',
  );
  const edit = ['edit', '--bundle', bundle, '--out', `${out}.png`, '--move'];
  expect(await would(...edit, 'Young=1')).toBe(`write ${out}.png`);
  expect(await would(...edit, 'Yuong=1')).toBe('refuse: unknown attribute "Yuong". Did you mean "Young"?');
  expect(await would('report', '--runs', root, '--out', `${out}.html`)).toMatch(/^refuse: .*synthesis/);
  expect(await would('export', '--bundle', root, '--out', out)).toMatch(/^refuse: cannot read .*bundle\.json/);
  const { folder } = await makeTinyCeleba(join(root, 'celeba'), 20);
  const pipeline = ['pipeline', '--preset', 'tiny', '--celeba', folder, '--out', out];
  expect(await would(...pipeline)).toBe(`write ${join(out, 'dataset')}`);
  const labels = join(root, 'labels.csv');
  writeFileSync(labels, 'picture,smiling\n000001.jpg,maybe\n');
  expect(await would(...pipeline, '--labels', labels)).toMatch(/^refuse: .*a label must be 1 or -1.*got maybe/);
  writeFileSync(join(root, 'age_boundary.npy'), encodeNpy({ shape: [1, 4], data: Float32Array.of(1, 0, 0, 0) }));
  const imported = ['import', 'boundaries', '--boundaries', join(root, 'age_boundary.npy'), '--out', out];
  expect(await would(...imported, '--export', join(root, 'exported'))).toBe(`write ${out}`);
  expect(readdirSync(root).sort()).toEqual(['age_boundary.npy', 'bundle', 'celeba', 'labels.csv']);
});

test('a run that another process is writing is told, and one that was made with other options', async () => {
  const root = temporaryFolder();
  const [bundle, out] = [join(root, 'bundle'), join(root, 'out')];
  await writeTinyBundle(bundle);
  const exported = ['export', '--bundle', bundle, '--out', out];
  writeFileSync(`${out}.lock`, `${process.ppid} ${hostname()}\n`);
  const isWritten = /^refuse: .* is being written by process \d+; wait/;
  for (const flags of [[], ['--force'], ['--resume']]) expect(await would(...exported, ...flags)).toMatch(isWritten);
  const { folder } = await makeTinyCeleba(join(root, 'celeba'), 1);
  mkdirSync(join(root, 'all'));
  writeFileSync(join(root, 'all', 'gan.lock'), `${process.ppid} ${hostname()}\n`);
  const plan = await planned(
    'pipeline',
    '--preset',
    'tiny',
    '--celeba',
    folder,
    '--out',
    join(root, 'all'),
    '--resume',
  );
  expect(plan.find(({ stage }) => stage === 'train gan')?.would).toMatch(isWritten); // what it reads is not there yet
  writeFileSync(`${out}.lock`, `999999999 ${hostname()}\n`);
  expect(await would(...exported)).toBe(`write ${out}`);
  expect(existsSync(`${out}.lock`)).toBe(true); // left for the run to take over
  const config = exportNetworks.options.parse({ bundle, out });
  await exportNetworks.run(config, { log: silentLog, signal });
  expect(await would(...exported, '--resume')).toBe(`keep ${out}`);
  expect(await would(...exported, '--resume', '--weights', 'float16')).toMatch(
    /^refuse: .* was made with other options: weights was "float32", is "float16" now/,
  );
  const index = join(bundle, 'bundle.json');
  const changed = ', as something that it is made from has changed';
  await writeTinyBundle(bundle, 32);
  expect(await would(...exported, '--resume')).toBe(`make ${out} again${changed}`);
  const [unfinished, details] = [`${out}-2`, { stage: 'export', options: exportNetworks.options }];
  const begun = exportNetworks.options.parse({ bundle, out: unfinished });
  const stopped = withRun(unfinished, { ...details, config: begun, inputs: { bundle: index } }, async () => {
    throw new Error('stopped');
  });
  await expect(stopped).rejects.toThrow('stopped');
  const again = ['export', '--bundle', bundle, '--out', unfinished, '--resume'];
  expect(await would(...again)).toBe(`continue ${unfinished}.partial and make ${unfinished} of it`);
  await writeTinyBundle(bundle, 16);
  expect(await would(...again)).toBe(`drop ${unfinished}.partial and write ${unfinished}${changed}`);
});
