// The tool that builds the studio refuses a path that Vite would cut off, before Vite ends in a stack.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../helpers/temp-folder.ts';

const folder = temporaryFolder();

test.each(['a#b', 'a?b'])('in a folder called %s', name => {
  const tools = join(folder, name, 'tools');
  mkdirSync(tools, { recursive: true });
  copyFileSync(resolve(import.meta.dirname, '../../tools/build-studio.mjs'), join(tools, 'build-studio.mjs'));
  const { status, stderr } = spawnSync(process.execPath, [join(tools, 'build-studio.mjs')], { encoding: 'utf8' });
  expect(status).toBe(2);
  expect(stderr).toMatch(
    /^error: the studio cannot be built in a folder whose path has "[#?]"; got .*Move the checkout\n$/,
  );
});
