#!/usr/bin/env node
// Starts the compiled command line; in a checkout it compiles the sources first, where there is nothing or an older
// program. Old versions of Node must be able to read this file, to be told what is needed.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const at = path => fileURLToPath(new URL(`../${path}`, import.meta.url));
const program = at('dist/node/cli/main.js');
/** The compiler writes it last, and again whenever it has looked at newer sources. */
const builtMark = at('dist/node/tsconfig.tsbuildinfo');

function stop(problem) {
  console.error(`error: ${problem}`);
  process.exit(2);
}

const { engines } = JSON.parse(readFileSync(at('package.json'), 'utf8'));
const [major, minor] = process.versions.node.split('.').map(Number);
const [leastMajor, leastMinor] = engines.node.match(/\d+/g).map(Number);
if (major < leastMajor || (major === leastMajor && minor < leastMinor)) {
  stop(
    `face-tuning needs Node ${leastMajor}.${leastMinor} or later; this is ${process.versions.node}. Install a newer one`,
  );
}

/** Whether a source is newer than the program: after `git pull`, say. A published package has no sources. */
function isOutdated() {
  if (!existsSync(builtMark)) return true;
  const built = statSync(builtMark).mtimeMs;
  return ['src/core', 'src/node'].some(folder =>
    readdirSync(at(folder), { recursive: true, withFileTypes: true }).some(
      entry => entry.isFile() && statSync(`${entry.parentPath ?? entry.path}/${entry.name}`).mtimeMs > built,
    ),
  );
}

const isCheckout = existsSync(at('src/node'));
if (isCheckout && (!existsSync(program) || isOutdated())) {
  console.error(
    `face-tuning: compiling the sources, ${existsSync(program) ? 'which are newer than the program' : 'once'} …`,
  );
  const compiler = at('node_modules/typescript/bin/tsc');
  // The compiler's output goes to standard error: standard output is for results.
  const { status } = spawnSync(process.execPath, [compiler, '-b'], { cwd: at('.'), stdio: ['ignore', 2, 2] });
  if (status !== 0 || !existsSync(program)) {
    stop('the sources do not compile; run npm install in the checkout and try again');
  }
}
try {
  await import(new URL('../dist/node/cli/main.js', import.meta.url).href);
} catch (error) {
  if (error?.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  const [, missing = 'a file'] = /Cannot find (?:package|module) '([^']+)'/.exec(error.message) ?? [];
  stop(`${missing} is not installed; run npm install in ${at('.')}`);
}
