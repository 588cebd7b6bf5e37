// Runs the compiled pipeline, kills it at random moments, resumes it, and compares what it made with an undisturbed run.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect } from 'vitest';

const program = resolve(import.meta.dirname, '../../bin/face-tuning.js');
const signals = ['SIGINT', 'SIGKILL', 'SIGTERM'] as const;

/** All that depends on the clock stands in these files; everything else must be repeated to the last byte. */
const clocked = ['manifest.json', 'timings.jsonl', 'summary.json', 'report.html'];

export interface Interruptions {
  readonly preset: string;
  readonly celeba: string;
  /** The folder to work in. */
  readonly root: string;
  /** Number of kills in all. */
  readonly kills: number;
  /** Number of kills of one pipeline before it may end. */
  readonly killsInOne: number;
}

/** @returns how often each signal struck. @throws where a resumed pipeline made anything else than an undisturbed one. */
export async function interruptAndCompare({ preset, celeba, root, kills, killsInOne }: Interruptions) {
  // Always the same folder, as its path stands in the configurations.
  const [work, reference] = [join(root, 'work'), join(root, 'reference')];
  const flags = ['pipeline', '--preset', preset, '--celeba', celeba, '--out', work, '--resume'];
  const begun = performance.now();
  await runToEnd(flags);
  const duration = performance.now() - begun;
  renameSync(work, reference);

  const struck: string[] = [];
  while (struck.length < kills) {
    const wanted = Math.min(kills, struck.length + killsInOne);
    while (struck.length < wanted) {
      const signal = signals[struck.length % signals.length]!;
      const delay = (Math.random() * 1.5 * duration) / killsInOne;
      const alive = await runAndKill(flags, signal, delay);
      if (!alive) break; // it was finished before
      struck.push(signal);
    }
    await runToEnd(flags);
    expectSameFiles(work, reference);
    rmSync(work, { recursive: true });
  }
  return Object.fromEntries(signals.map(signal => [signal, struck.filter(each => each === signal).length]));
}

function start(flags: readonly string[]) {
  const child = spawn(process.execPath, [program, ...flags], { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', chunk => {
    errors += chunk;
  });
  const ended = new Promise<{ code: number | null; errors: string }>(done =>
    child.on('close', code => done({ code, errors })),
  );
  return { child, ended };
}

async function runToEnd(flags: readonly string[]): Promise<void> {
  const { code, errors } = await start(flags).ended;
  expect(code, errors).toBe(0);
}

/** @returns whether it was still running when the signal came. */
async function runAndKill(flags: readonly string[], signal: NodeJS.Signals, delay: number): Promise<boolean> {
  const { child, ended } = start(flags);
  await setTimeout(delay);
  const alive = child.exitCode === null && child.kill(signal);
  const { code, errors } = await ended;
  expect(errors).not.toMatch(/^ {4}at /m); // a stack
  if (code !== null && code !== 0) expect(code, errors).toBe(130);
  return alive && code !== 0;
}

function expectSameFiles(actual: string, expected: string): void {
  const names = filesIn(actual);
  expect(names).toEqual(filesIn(expected));
  const different = names
    .filter(name => !clocked.some(file => name.endsWith(file)))
    .filter(name => !readFileSync(join(actual, name)).equals(readFileSync(join(expected, name))));
  expect(different).toEqual([]);
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}
