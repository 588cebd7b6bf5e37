// Runs the compiled program as a shell would: exit codes, and which stream gets what.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { runFiles, schemaVersion } from '../../../src/node/runs/manifest.ts';
import { temporaryFolder } from '../../helpers/temp-folder.ts';
import { makeTinyCeleba } from '../../helpers/tiny-celeba.ts';

const launcher = resolve(import.meta.dirname, '../../../bin/face-tuning.js');
const root = temporaryFolder();

function faceTuning(...argv: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, ...argv], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('help and version succeed on standard output', () => {
  const { version } = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../../package.json'), 'utf8'));
  expect(faceTuning('--version')).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  const help = faceTuning('prepare', '--help');
  expect(help.status).toBe(0);
  expect(help.stdout).toContain('--resolution <number>');
});

test("a user's mistake is one line on standard error and exit code 2", () => {
  const wrong = faceTuning('prepare', '--resoltion', '32');
  expect(wrong).toMatchObject({ status: 2, stdout: '' });
  expect(wrong.stderr).toBe(
    'error: unknown option --resoltion. Did you mean "--resolution"? See face-tuning prepare --help\n',
  );
  const absent = faceTuning('prepare', '--celeba', join(root, 'absent'), '--out', join(root, 'out'));
  expect(absent.status).toBe(2);
  expect(faceTuning('invert', 'a.jpg', 'b.jpg').stderr).toBe(
    'error: face-tuning invert takes one word; got the further word "b.jpg". Quote a value with spaces. See ' +
      'face-tuning invert --help\n',
  );
  expect(absent.stderr).toMatch(/^error: cannot read .*: no such file or folder; check the path\n$/);
});

test('a stage prints its summary on standard output, also as JSON, and its progress on standard error', async () => {
  const tiny = await makeTinyCeleba(join(root, 'celeba'), 20);
  const flags = ['prepare', '--celeba', tiny.folder, '--out', join(root, 'dataset'), '--resolution', '4'];
  const first = faceTuning(...flags);
  expect(first.status).toBe(0);
  expect(first.stdout).toMatch(/dataset: 20 images of 4×4 \(16 train, 2 validation, 2 test\), 0 skipped, .* s\n$/);
  expect(first.stderr).toContain('prepare: 20 pictures in');
  expect(faceTuning(...flags)).toMatchObject({ status: 2, stdout: '' });
  const again = faceTuning(...flags, '--force', '--json');
  expect(JSON.parse(again.stdout)).toMatchObject({ images: 20, splits: { train: 16, validation: 2, test: 2 } });
});

test('a dry run says that a command writes into a folder where it would, and not into a run', () => {
  const out = join(root, 'demonstrated');
  mkdirSync(join(out, 'earlier'), { recursive: true });
  expect(faceTuning('demo', '--out', out, '--dry-run').stdout).toContain(`→ would write into ${out}\n`);
  writeFileSync(join(out, runFiles.manifest), JSON.stringify({ schemaVersion, stage: 'invert' }));
  const refused = faceTuning('demo', '--out', join(out, 'in-it'), '--dry-run');
  expect(refused.stdout).toContain('→ would refuse: --out must lie outside runs');
  expect(refused.status).toBe(2); // as the command itself
});

test('a dry run tells options and effects, and writes nothing', async () => {
  const out = join(root, 'planned');
  const { folder } = await makeTinyCeleba(join(root, 'planned-for'), 1);
  const flags = ['pipeline', '--preset', 'tiny', '--celeba', folder, '--out', out, '--dry-run'];
  const { status, stdout, stderr } = faceTuning(...flags);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^prepare\n {2}celeba +\//);
  expect(stdout).not.toMatch(/refuse|undefined/); // the later steps read what the earlier ones make
  expect(stdout).toContain(`→ would write ${join(out, 'gan')}\n`);
  expect(stdout).toContain(`→ would write ${join(out, 'report.html')}\n`);
  expect(existsSync(out)).toBe(false);

  mkdirSync(join(out, 'gan.partial'), { recursive: true });
  mkdirSync(join(out, 'dataset', 'images'), { recursive: true });
  mkdirSync(join(out, 'classifier'));
  const effects = (...more: string[]) =>
    (JSON.parse(faceTuning(...flags, '--json', ...more).stdout) as { would: string }[]).map(({ would }) => would);
  for (const flag of ['--resume', '--force']) {
    expect(effects(flag)[0]).toMatch(/^refuse: out must be a new folder or an earlier run; .* holds other files/);
  }
  // The pipeline tells its own refusals before any step.
  const refused = faceTuning(...flags);
  expect(refused).toMatchObject({ status: 2, stdout: '' });
  expect(refused.stderr).toMatch(/^error: .*planned is not empty; give --resume to go on with what is in it, /);
  const started = new Date(Date.now() - 3_600_000).toISOString();
  const ended = { finished: null, summary: null, seconds: 0, peakMemoryMB: 0 };
  const manifest = {
    schemaVersion,
    stage: 'train gan',
    packageVersion: '1.0.0',
    seed: 0,
    inputs: {},
    started,
    ...ended,
  };
  writeFileSync(join(out, 'dataset', runFiles.manifest), JSON.stringify(manifest));
  expect(effects('--force').slice(0, 3)).toEqual([
    `replace ${join(out, 'dataset')}`,
    `drop ${join(out, 'gan.partial')} and write ${join(out, 'gan')}`,
    `write ${join(out, 'classifier')}`, // an empty folder is as good as none
  ]);
  expect(effects('--resume').slice(0, 2)).toEqual([
    `refuse: ${join(out, 'dataset')} must be a run of "prepare"; it is one of "train gan". Check the path`,
    `continue ${join(out, 'gan.partial')} and make ${join(out, 'gan')} of it`,
  ]);
  writeFileSync(join(out, 'report.html'), '');
  expect(effects('--resume').at(-1)).toBe(
    `keep ${join(out, 'report.html')} if it is newer than everything it is made from`,
  );
  expect(effects('--force').at(-1)).toBe(`replace ${join(out, 'report.html')}`);

  writeFileSync(join(out, 'gan.partial', runFiles.manifest), JSON.stringify(manifest));
  // Hours of work are not what an option replaces.
  expect(effects('--force')[1]).toBe(
    `rename ${join(out, 'gan.partial')} to ${join(out, 'gan.earlier')} and write ${join(out, 'gan')}`,
  );
});

test('doctor tries every device and finds that the processor works', () => {
  const { status, stdout } = faceTuning('doctor', '--json');
  expect(status).toBe(0);
  const found = JSON.parse(stdout);
  expect(found).toMatchObject({ node: process.versions.node, onnxRuntime: expect.stringMatching(/^\d+\.\d+/) });
  expect(found.devices[0]).toEqual({ device: 'cpu', works: true, usable: true });
  for (const { works, reason } of found.devices) if (!works) expect(reason).toMatch(/^[^\n]{1,200}$/);
});

test('an interrupted stage ends with 130 and leaves nothing that looks finished', async () => {
  const tiny = await makeTinyCeleba(join(root, 'large'), 1500, 10, 10);
  const out = join(root, 'interrupted');
  const flags = ['prepare', '--celeba', tiny.folder, '--out', out, '--resolution', '1024', '--crop', 'none'];
  const child = spawn(process.execPath, [launcher, ...flags], { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.once('data', () => child.kill('SIGINT')); // the stage says that it has begun
  child.stderr.on('data', chunk => {
    errors += chunk;
  });
  const status = await new Promise(done => child.on('exit', done));
  expect(status).toBe(130);
  expect(errors).toContain('stopped');
  expect([existsSync(out), existsSync(`${out}.lock`)]).toEqual([false, false]);
});
