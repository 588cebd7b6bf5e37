// Runs commands that must fail as every mistake of a user does: one clear line on standard error, exit code 2.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect } from 'vitest';

export const launcher = resolve(import.meta.dirname, '../../bin/face-tuning.js');

/** Runs a command that must fail. @returns the line it says. */
export function mistake(...argv: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, ...argv], { encoding: 'utf8' });
  const said = stderr.split('\n').filter(line => !/^(warning: skipped|\d+ of \d+ pictures?|prepare)/.test(line));
  expect({ status, stdout, lines: said.length, end: said[1] }, stderr).toEqual({
    status: 2,
    stdout: '',
    lines: 2,
    end: '',
  });
  expect(said[0]).toMatch(/^error: /);
  return said[0]!.slice('error: '.length);
}
