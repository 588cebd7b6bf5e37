#!/usr/bin/env node
// Starts the compiled command line; in a fresh checkout it compiles the sources first, once.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const program = new URL('../dist/node/cli/main.js', import.meta.url);

if (!existsSync(program)) {
  console.error('face-tuning: compiling the sources, once …');
  const compiler = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
  // The compiler's output goes to standard error: standard output is for results.
  const { status } = spawnSync(process.execPath, [compiler, '-b'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0 || !existsSync(program)) {
    console.error('error: the sources do not compile; run npm install in the checkout and try again');
    process.exit(2);
  }
}
await import(program.href);
