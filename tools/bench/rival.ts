// Runs the same training step in PyTorch, in a process that takes turns with ours.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { UserError } from '#dist/core/errors.js';
import type { BenchCase } from './cases.ts';

/** This file lies two folders deep both in tools and in dist. */
const reference = fileURLToPath(new URL('../../tools/reference/pytorch_train_step.py', import.meta.url));

/** PyTorch with its defaults, and with everything that its users can tune. */
const rivals = {
  eager: ['--second-order', 'plain', '--layout', 'contiguous', '--memory', 'return'],
  tuned: [],
} as const;
type RivalName = keyof typeof rivals;
export const rivalNames = Object.keys(rivals) as RivalName[];

/** A program that takes turns with others, round by round. */
export interface Rival {
  /** Seconds of each round so far. */
  readonly rounds: number[];
  round(): Promise<void>;
  /** Peak memory of its process; undefined where the process is not its own. */
  megabytes(): number | undefined;
  end(): void | Promise<void>;
}

/** Starts a PyTorch process that runs a round of `steps` steps whenever it is asked to. */
export async function openRival(
  python: string,
  given: BenchCase,
  threads: number,
  name: RivalName,
  steps: number,
): Promise<Rival> {
  if (!existsSync(reference)) {
    throw new UserError(`--python needs ${reference}, which only a clone of the repository has`);
  }
  const { mode, resolution, settings } = given;
  const { kind, loss, fmapBase, fmapMax, latentSize, minibatch } = settings;
  const shape = { mode, kind, resolution, 'fmap-base': fmapBase, 'fmap-max': fmapMax, 'latent-size': latentSize };
  const training = {
    loss,
    interval: settings.penaltyInterval,
    statistic: settings.minibatchStatistic,
    averages: Math.max(1, settings.averages.length),
  };
  const all = { ...shape, ...training, minibatch, threads, steps, warmup: steps };
  const command = [
    reference,
    ...Object.entries(all).map(([flag, value]) => `--${flag}=${value}`),
    ...(settings.discriminatorSteps === 0 ? ['--simultaneous'] : []),
    ...rivals[name],
    '--serve',
  ];
  const env = { ...process.env, OMP_WAIT_POLICY: 'passive' };
  const child: ChildProcessWithoutNullStreams = spawn(python, command, { env });
  const failed = once(child, 'error').then(([error]) => Promise.reject(error as Error));
  const ended = once(child, 'close').then(() => Promise.reject(new Error('it ended')));
  child.stdin.on('error', () => {}); // its end says so
  const errors: string[] = [];
  createInterface(child.stderr).on('line', line => errors.push(line));
  const lines = createInterface(child.stdout);
  const rounds: number[] = [];
  let peak = 0;
  const rival: Rival = {
    rounds,
    async round() {
      const answer = once(lines, 'line');
      child.stdin.write('\n');
      try {
        const [line] = (await Promise.race([answer, failed, ended])) as [string];
        const { milliseconds, peakMegabytes } = JSON.parse(line) as { milliseconds: number[]; peakMegabytes: number };
        rounds.push(milliseconds.reduce((a, b) => a + b) / 1000);
        peak = peakMegabytes;
      } catch (error) {
        const why = errors.at(-1) ?? (error as Error).message;
        throw new UserError(`--python must be a Python that has PyTorch; ${python} does not run: ${why}`);
      }
    },
    megabytes: () => peak,
    end: () => {
      child.kill();
    },
  };
  ended.catch(() => {});
  failed.catch(() => {});
  try {
    await rival.round(); // ready, and warm
  } catch (error) {
    rival.end();
    throw error;
  }
  rounds.length = 0;
  return rival;
}
