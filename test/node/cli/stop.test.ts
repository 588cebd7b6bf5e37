// Checks that a training saves a checkpoint when its terminal closes or nobody reads its output any more.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { launcher } from '../../helpers/mistake.ts';
import { temporaryFolder } from '../../helpers/temp-folder.ts';
import { writeTinyDataset } from '../../helpers/tiny-runs.ts';

const root = temporaryFolder();
const dataset = join(root, 'dataset');
beforeAll(async () => {
  const pixels = Uint8Array.from({ length: 16 * 3 * 8 * 8 }, (_, i) => (i * 37) % 256);
  await writeTinyDataset(dataset, { count: 16, resolution: 8, pixels }, () => 'train');
});

/** A training of some ten seconds that says something at every tenth of it. */
const flagsTo = (out: string) => [
  ...['train', 'gan', '--dataset', dataset, '--out', out, '--fmap-base', '16', '--fmap-max', '8'],
  ...['--latent-size', '8', '--fade-kimg', '1', '--stabilise-kimg', '1', '--kimg', '20', '--tick-kimg', '500'],
  ...['--measure-kimg', '0', '--threads', '1'],
];

/** @returns the exit code, once the training has said something and `stop` has been done to it. */
async function stopped(out: string, stop: (child: ChildProcess) => void): Promise<number | null> {
  const child = spawn(process.execPath, [launcher, ...flagsTo(out)], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>(done => child.on('exit', done));
  child.stderr.once('data', () => stop(child));
  return ended;
}

const checkpoints = (out: string) => readdirSync(`${out}.partial`).filter(name => name.startsWith('checkpoint-'));

test('a closed pipe and a closed terminal, which sends its signal twice, end with a checkpoint', async () => {
  const [piped, hung] = [join(root, 'piped'), join(root, 'hung')];
  const codes = await Promise.all([
    stopped(piped, child => {
      child.stdout!.destroy();
      child.stderr!.destroy(); // `2>&1 | head -1`
    }),
    stopped(hung, child => {
      child.kill('SIGHUP');
      child.kill('SIGHUP');
    }),
  ]);
  expect(codes).toEqual([130, 130]);
  expect([checkpoints(piped).length, checkpoints(hung).length]).toEqual([1, 1]);
  expect(existsSync(`${hung}.lock`)).toBe(false);
}, 90_000);

test.skipIf(process.platform !== 'linux')(
  'under nohup a training outlives its terminal',
  async () => {
    const out = join(root, 'nohup');
    // nohup opens standard input for writing only, which tells it from everything else.
    const command = `exec "${process.execPath}" "${launcher}" "$@" 0>/dev/null`;
    const child = spawn('sh', ['-c', command, 'sh', ...flagsTo(out)], { stdio: ['ignore', 'ignore', 'pipe'] });
    const ended = new Promise(done => child.on('exit', done));
    const saysMore = () => new Promise(done => child.stderr!.once('data', done));
    await saysMore();
    child.kill('SIGHUP');
    await saysMore();
    expect(child.exitCode).toBe(null);
    expect(existsSync(`${out}.lock`)).toBe(true);
    child.kill('SIGINT');
    child.kill('SIGINT'); // npx hands each Ctrl-C on a second time
    expect(await ended).toBe(130);
    expect(checkpoints(out)).toHaveLength(1);
  },
  90_000,
);

test.skipIf(!existsSync('/dev/full'))(
  'a full disk under the log costs no work, and one under the result is one line',
  () => {
    const out = join(root, 'full');
    const flags = flagsTo(out)
      .map(flag => (flag === '20' ? '2.5' : flag))
      .join("' '");
    const trained = spawnSync('sh', ['-c', `"${process.execPath}" "${launcher}" '${flags}' > /dev/null 2> /dev/full`]);
    expect(trained.status).toBe(0);
    expect(existsSync(join(out, 'generator.safetensors'))).toBe(true);
    const told = spawnSync('sh', ['-c', `"${process.execPath}" "${launcher}" doctor --json > /dev/full`], {
      encoding: 'utf8',
    });
    expect(told.status).toBe(2);
    expect(told.stderr).toBe(
      'error: cannot write the result to standard output: the disk is full; free some space and run again\n',
    );
  },
  90_000,
);

test('a result that nobody reads is no error', () => {
  const doctor = `{ "${process.execPath}" "${launcher}" doctor --json; echo "$?" >&2; } | true`; // a pipe's status is true's
  expect(spawnSync('sh', ['-c', doctor], { encoding: 'utf8' }).stderr).toBe('0\n');
});
