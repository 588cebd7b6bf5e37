// An installation that is not whole: help and doctor run all the same, and all else is one line with the way out.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../helpers/temp-folder.ts';

const root = resolve(import.meta.dirname, '../../..');
const folder = temporaryFolder();

/** Makes a package behave as where npm could not install its program. */
const hook = join(folder, 'without.cjs');
writeFileSync(
  hook,
  `const Module = require('node:module');
const load = Module._load;
Module._load = function (name, ...rest) {
  if (name === process.env.WITHOUT) throw new Error('Could not load the "' + name + '" module\\nPossible solutions: …');
  return load.call(this, name, ...rest);
};`,
);

function runWithout(missing: string, ...args: string[]) {
  const env = { ...process.env, WITHOUT: missing, NODE_OPTIONS: `--require ${hook}` };
  // A service that starts after all would otherwise never end.
  return spawnSync(process.execPath, [join(root, 'bin/face-tuning.js'), ...args], {
    env,
    encoding: 'utf8',
    timeout: 300_000,
  });
}

test.each(['onnxruntime-node', 'sharp'])('without %s help and doctor run, and say how to get it', missing => {
  expect(runWithout(missing, '--help')).toMatchObject({ status: 0, stderr: '' });
  const { status, stdout } = runWithout(missing, 'doctor');
  expect(status).toBe(0);
  expect(stdout).toMatch(new RegExp(`${missing} +does not load: Could not load the "${missing}" module\n`));
  expect(stdout).toMatch(
    /Run npm install --ignore-scripts where face-tuning is installed, without --omit=optional\..*none for Alpine/,
  );
  expect(stdout).toMatch(/\nserve +has its packages\n--queue +has its packages\n/);
  const found = JSON.parse(runWithout(missing, 'doctor', '--json').stdout);
  expect(found.packages).toContainEqual({ name: missing, missing: `Could not load the "${missing}" module` });
});

test.each([
  ['onnxruntime-node', ['edit', '--bundle', 'models/celeba-64', '--move', 'Young=1', '--out', join(folder, 'a.png')]],
  ['onnxruntime-node', ['demo', '--out', join(folder, 'demo')]],
  ['sharp', ['serve', '--bundle', 'models/celeba-64', '--port', '0', '--threads', '1']],
  ['sharp', ['edit', '--bundle', 'models/celeba-64', '--move', 'Young=1', '--out', join(folder, 'b.png')]],
])('without %s, %j is one line', (missing, args) => {
  const { status, stderr } = runWithout(missing, ...args);
  expect(stderr.trimEnd().split('\n').at(-1)).toMatch(
    new RegExp(`^error: ${missing} must have a program for \\w+ \\w+; Could not load .*Run npm install.*doctor. shows`),
  );
  expect(stderr).not.toMatch(/\n +at /);
  expect(status).toBe(2);
});

/** A copy of the launcher, in a folder that is whatever the test makes of it. */
function launcherIn(name: string, engines: string, program?: string) {
  const place = join(folder, name);
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(place, path)), { recursive: true });
    writeFileSync(join(place, path), text);
  };
  write('package.json', JSON.stringify({ type: 'module', engines: { node: engines } }));
  mkdirSync(join(place, 'bin'), { recursive: true });
  copyFileSync(join(root, 'bin/face-tuning.js'), join(place, 'bin/face-tuning.js'));
  if (program !== undefined) write('dist/node/cli/main.js', program);
  const run = () => spawnSync(process.execPath, [join(place, 'bin/face-tuning.js')], { encoding: 'utf8' });
  return { place, write, run };
}

test('an old Node is told which one is needed', () => {
  const { run } = launcherIn('old', '>=99.1', 'console.log("ran")');
  expect(run()).toMatchObject({
    status: 2,
    stdout: '',
    stderr: `error: face-tuning needs Node 99.1 or later; this is ${process.versions.node}. Install a newer one\n`,
  });
});

test('packages that are not installed are named', () => {
  const { run, place } = launcherIn('bare', '>=20.19', 'import "commander";');
  expect(run()).toMatchObject({
    status: 2,
    stderr: `error: commander is not installed; run npm install in ${place}/\n`,
  });
});

test('a program that is older than its sources is compiled again, and only then', () => {
  const { run, place, write } = launcherIn('pulled', '>=20.19', 'console.log("old")');
  write('dist/node/tsconfig.tsbuildinfo', '{}');
  write('src/core/a.ts', '');
  write('src/node/a.ts', '');
  const past = new Date(Date.now() - 60_000);
  for (const path of ['src/core/a.ts', 'src/node/a.ts']) utimesSync(join(place, path), past, past);
  expect(run()).toMatchObject({ status: 0, stdout: 'old\n', stderr: '' });
  write(
    'node_modules/typescript/bin/tsc',
    `const { writeFileSync } = require('node:fs');
     writeFileSync('dist/node/cli/main.js', 'console.log("new")');
     writeFileSync('dist/node/tsconfig.tsbuildinfo', '{}');`,
  );
  write('node_modules/package.json', '{}');
  const future = new Date(Date.now() + 2_000);
  utimesSync(join(place, 'src/core/a.ts'), future, future);
  expect(run()).toMatchObject({ stdout: 'new\n', stderr: expect.stringMatching(/^face-tuning: compiling .*newer/) });
});
