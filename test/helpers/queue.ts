// A queue as tests use it: tiny networks in a folder that all see, workers as processes of their own, stages in this one.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Log } from '../../src/node/log/log.ts';
import { silentLog } from '../../src/node/log/log.ts';
import { synthesize } from '../../src/node/stages/synthesize/stage.ts';
import { tinyGan } from './tiny-networks.ts';
import { writeTinyClassifier, writeTinyGenerator } from './tiny-runs.ts';

const program = resolve(import.meta.dirname, '../../bin/face-tuning.js');

/** Writes the runs `gan` and `classifier` into the folder. */
export async function writeNetworks(folder: string): Promise<void> {
  await writeTinyGenerator(join(folder, 'gan'), tinyGan);
  await writeTinyClassifier(join(folder, 'classifier'));
}

export interface TestWorker {
  readonly process: ChildProcess;
  /** All that it has written to standard error. */
  said(): string;
  /** Ends it where it has not ended. */
  kill(): Promise<void>;
}

/** Starts a worker of one thread. Whoever starts it kills it, as with `startRedis`. */
export function startWorker(url: string, shared: string, started = program): TestWorker {
  const flags = ['worker', '--queue', url, '--shared', shared, '--threads', '1'];
  const child = spawn(process.execPath, [started, ...flags], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', chunk => {
    said += chunk;
  });
  return {
    process: child,
    said: () => said,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

export interface HeardLog extends Log {
  readonly lines: string[];
}

/** @param onProgress hears how much is done. */
export function heardLog(onProgress: (done: number) => void = () => {}): HeardLog {
  const lines: string[] = [];
  return {
    lines,
    info: line => lines.push(line),
    warn: line => lines.push(line),
    progress: () => ({ ...silentLog.progress('', 0, ''), update: onProgress }),
  };
}

/** @returns the options of a stage by a queue, in a folder that all see; none for a stage that works alone. */
export function queued(queue: string | undefined, shared: string) {
  return queue === undefined ? {} : { queue, shared };
}

/** Runs `synthesize` in this process on the networks in the folder. */
export function runSynthesize(
  folder: string,
  { queue, ...options }: { readonly queue?: string | undefined; readonly [option: string]: unknown },
  { log = silentLog as Log, signal = new AbortController().signal } = {},
) {
  const networks = { generator: join(folder, 'gan'), classifier: join(folder, 'classifier') };
  const config = synthesize.options.parse({ ...networks, threads: 1, ...queued(queue, folder), ...options });
  return synthesize.run(config, { log, signal });
}

/** @returns all files of a run but those that depend on the clock. */
export function artefacts(run: string): Record<string, string> {
  const names = readdirSync(run).filter(name => !['manifest.json', 'timings.jsonl'].includes(name));
  return Object.fromEntries(names.map(name => [name, readFileSync(join(run, name)).toString('base64')]));
}

/** Waits until the condition holds. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  patience = 40_000,
): Promise<void> {
  for (let waited = 0; !(await condition()); waited += 50) {
    if (waited > patience) throw new Error(`waited in vain: ${what}`);
    await setTimeout(50);
  }
}
