// Runs the same training step in PyTorch, in a process that takes turns with ours.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../src/core/errors.ts';

/** This file lies three folders deep both in src and in dist. */
const reference = fileURLToPath(new URL('../reference/pytorch_train_step.py', import.meta.url));
/** PyTorch as it comes, and with all that its users can tune. */
const rivals = {
  eager: ['--second-order', 'plain', '--layout', 'contiguous', '--memory', 'return'],
  tuned: [],
};
export const rivalNames = Object.keys(rivals);
/** A PyTorch process that runs a round of so many steps whenever it is asked to. */
export async function openRival(python, given, threads, name, steps) {
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
  const child = spawn(python, command, { env });
  const failed = once(child, 'error').then(([error]) => Promise.reject(error));
  const ended = once(child, 'close').then(() => Promise.reject(new Error('it ended')));
  child.stdin.on('error', () => {}); // told by its end
  const errors = [];
  createInterface(child.stderr).on('line', line => errors.push(line));
  const lines = createInterface(child.stdout);
  const rounds = [];
  let peak = 0;
  const rival = {
    rounds,
    async round() {
      const answer = once(lines, 'line');
      child.stdin.write('\n');
      try {
        const [line] = await Promise.race([answer, failed, ended]);
        const { milliseconds, peakMegabytes } = JSON.parse(line);
        rounds.push(milliseconds.reduce((a, b) => a + b) / 1000);
        peak = peakMegabytes;
      } catch (error) {
        const why = errors.at(-1) ?? error.message;
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
//# sourceMappingURL=rival.js.map
