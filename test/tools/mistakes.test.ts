// Tools for maintainers end in one line where they are given what is not there.
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../helpers/temp-folder.ts';

const absent = join(temporaryFolder(), 'absent');

test.each([
  ['add-encoder', absent, absent, `${absent}-made`],
  ['add-field', absent, `${absent}-made`],
  ['amend-bundle', absent, `${absent}-made`, '--name', 'a'],
  ['amend-bundle', '--nam', 'a'],
  ['convert-bundle', absent, `${absent}-made`],
  ['convert-bundle', 'models/starter', `${absent}-made`],
  ['refit-bundle', absent, `${absent}-made`, '2048'],
  ['refit-bundle', 'models/starter', `${absent}-made`, '2048', 'models/starter'],
  ['release-checkpoint', absent, `${absent}-made`],
])('%s %s', (tool, ...given) => {
  const root = resolve(import.meta.dirname, '../..');
  const args = [`tools/${tool}.mjs`, ...given];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(/^error: [^\n]+\n$/);
  expect(stderr).toContain(given[0]);
});
