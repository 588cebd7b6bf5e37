// Measures the support vector machine beside LIBLINEAR: how long each takes to reach the same objective.
import { execFile } from 'node:child_process';
import { open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { defaultSvmOptions, fitSvm, type Svm } from '#dist/core/directions/fit/svm.js';
import { UserError } from '#dist/core/errors.js';
import { dot, length, scaled } from '#dist/core/math/linear-algebra.js';
import { createRandom } from '#dist/core/math/random.js';
import { quantile } from '#dist/core/math/statistics.js';
import { normaliseLatents, sampleLatents } from '#dist/core/models/latents.js';
import type { Column } from '#dist/node/presentation/table.js';
import type { StageContext } from '#dist/node/stages/framework/stage.js';

interface ProblemKind {
  readonly name: string;
  readonly count: number;
  readonly size: number;
  /** Deviation of the noise on each latent's distance, whose sign is the label: 0.16 mislabels 5 %, 0.5 15 %. */
  readonly noise: number;
  /** Latents nearer to the planted boundary are drawn again: the rest is separable, as confident faces are. */
  readonly margin: number;
  /** The planted boundary's distance from the origin: 1.28 leaves one positive in ten. */
  readonly offset: number;
}

const small = { count: 20_000, size: 128, noise: 0, margin: 0, offset: 0 };

const svmProblems: readonly ProblemKind[] = [
  { ...small, name: '20,000 × 128, 5 % mislabelled', noise: 0.16 },
  { ...small, name: '20,000 × 128, 15 % mislabelled', noise: 0.5 },
  { ...small, name: '20,000 × 128, one in ten positive', noise: 0.3, offset: -1.28 },
  { ...small, name: '20,000 × 128, confident ends', margin: 1.28 },
  { ...small, name: '100,000 × 512, 10 % mislabelled', count: 100_000, size: 512, noise: 0.32 },
];

interface Problem {
  readonly size: number;
  /** [count, size], rounded to three decimals, so that LIBLINEAR's text holds the same numbers. */
  readonly features: Float32Array;
  readonly labels: Uint8Array;
}

export interface SvmResult {
  readonly problem: string;
  /** Processor time of the fit until its primal objective is at most LIBLINEAR's plus a thousandth of it. */
  readonly seconds: number;
  readonly passes: number;
  /** Processor time until the fit ends by itself, with the defaults of `fit`. */
  readonly secondsToEnd: number;
  readonly passesToEnd: number;
  readonly objectiveAtEnd: number;
  readonly peakMB: number;
  readonly liblinear?: { readonly seconds: number; readonly objective: number; readonly ratio: number };
}

export const svmColumns: readonly Column<SvmResult>[] = [
  { title: 'problem', value: row => row.problem },
  { title: 'LIBLINEAR, s', value: row => row.liblinear?.seconds, decimals: 3 },
  { title: 'ours to its objective + 0.1 %, s', value: row => row.seconds, decimals: 3 },
  { title: 'passes', value: row => row.passes },
  { title: 'ours to its', value: row => row.liblinear?.ratio, decimals: 2 },
  { title: 'ours to its own end, s', value: row => row.secondsToEnd, decimals: 3 },
  { title: 'passes', value: row => row.passesToEnd },
  { title: 'objective', value: row => row.objectiveAtEnd, decimals: 2 },
  { title: "LIBLINEAR's", value: row => row.liblinear?.objective, decimals: 2 },
  { title: 'peak MB', value: row => row.peakMB, decimals: 0 },
];

/**
 * @param liblinear the program `liblinear-train`; without it the objective to reach is that of our own fit's end.
 * @param rounds how often each is timed, in turn; the results are medians.
 */
export async function benchSvm(
  liblinear: string | undefined,
  rounds: number,
  { log, signal }: StageContext,
  kinds: readonly ProblemKind[] = svmProblems,
): Promise<SvmResult[]> {
  const results: SvmResult[] = [];
  for (const kind of kinds) {
    const problem = draw(kind);
    const rival = liblinear === undefined ? undefined : await openLiblinear(liblinear, problem);
    try {
      results.push(await measure(kind.name, problem, rival, rounds, signal));
    } finally {
      await rival?.close();
    }
    log.info(`${kind.name}: ${results.at(-1)!.seconds.toFixed(3)} s`);
  }
  return results;
}

async function measure(
  name: string,
  problem: Problem,
  rival: Liblinear | undefined,
  rounds: number,
  signal: AbortSignal,
): Promise<SvmResult> {
  const runs: Fitted[] = [];
  const liblinear: number[] = [];
  let objective = rival === undefined ? fitted(problem).svm.primalObjective : Number.NaN;
  for (let round = 0; round < rounds; round++) {
    signal.throwIfAborted();
    if (rival !== undefined) {
      const { seconds, solution } = await rival.fit();
      liblinear.push(seconds);
      objective = primalObjective(problem, solution);
    }
    runs.push(fitted(problem, 1.001 * objective));
  }
  const median = (values: readonly number[]) => quantile(values, 0.5);
  const last = runs.at(-1)!; // all are alike but for their times
  return {
    problem: name,
    seconds: median(runs.map(run => run.secondsToGoal)),
    passes: last.passesToGoal,
    secondsToEnd: median(runs.map(run => run.seconds)),
    passesToEnd: last.svm.iterations,
    objectiveAtEnd: last.svm.primalObjective,
    peakMB: process.resourceUsage().maxRSS / 1024,
    ...(rival && {
      liblinear: {
        seconds: median(liblinear),
        objective,
        ratio: median(runs.map((run, round) => run.secondsToGoal / liblinear[round]!)),
      },
    }),
  };
}

function draw({ count, size, noise, margin, offset }: ProblemKind): Problem {
  const random = createRandom(1);
  const direction = sampleLatents(random, 1, size);
  const normal = scaled(direction, 1 / length(direction));
  const features = new Float32Array(count * size);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; ) {
    const latent = normaliseLatents(sampleLatents(random, 1, size), size);
    const distance = dot(normal, latent) + offset;
    if (Math.abs(distance) < margin) continue;
    labels[i] = distance + noise * random.normal() > 0 ? 1 : 0;
    features.set(
      latent.map(value => Math.round(value * 1000) / 1000),
      i * size,
    );
    i++;
  }
  return { size, features, labels };
}

interface Fitted {
  readonly svm: Svm;
  /** Processor time of the whole fit, without that of measuring. */
  readonly seconds: number;
  /** Until the primal objective was at most the goal; NaN where it never was. */
  readonly secondsToGoal: number;
  readonly passesToGoal: number;
}

/** Checks for the goal after 1, 2, … passes, later whenever the passes have grown by a twentieth. */
function fitted(problem: Problem, goal = Number.NEGATIVE_INFINITY): Fitted {
  const { features, size, labels } = problem;
  const samples = { rows: Uint32Array.from(labels.keys()), labels };
  const begun = processorSeconds();
  let [measuring, nextLook] = [0, 1];
  let reached: { secondsToGoal: number; passesToGoal: number } | undefined;
  const afterPass = (passes: number, weights: Float64Array, bias: number) => {
    if (reached !== undefined || passes < nextLook) return false;
    nextLook = Math.ceil(passes * 1.05);
    const now = processorSeconds();
    if (primalObjective(problem, { weights, bias }) <= goal) {
      reached = { secondsToGoal: now - begun - measuring, passesToGoal: passes };
    }
    measuring += processorSeconds() - now;
    return false;
  };
  const svm = fitSvm(features, size, samples, createRandom(2), {}, { afterPass });
  const seconds = processorSeconds() - begun - measuring;
  return { svm, seconds, ...(reached ?? { secondsToGoal: Number.NaN, passesToGoal: Number.NaN }) };
}

function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function primalObjective(
  { features, size, labels }: Problem,
  { weights, bias }: Pick<Svm, 'weights' | 'bias'>,
): number {
  let loss = 0;
  for (const [i, label] of labels.entries()) {
    const value = dot(weights, features.subarray(i * size, (i + 1) * size)) + bias;
    loss += Math.max(0, 1 - (label === 1 ? value : -value));
  }
  return (dot(weights, weights) + bias * bias) / 2 + defaultSvmOptions.C * loss;
}

interface Liblinear {
  /** @returns what it found, and the time of the fit without reading the file; see `openLiblinear`. */
  fit(): Promise<{ solution: Pick<Svm, 'weights' | 'bias'>; seconds: number }>;
  close(): Promise<void>;
}

/**
 * LIBLINEAR prints no times. Its time is the processor time of the whole command, less that of the same command with a
 * tolerance so wide that it ends after the first pass, which covers reading and writing but also one pass.
 */
async function openLiblinear(program: string, problem: Problem): Promise<Liblinear> {
  const data = join(tmpdir(), `face-tuning-bench-${process.pid}.txt`);
  const model = `${data}.model`;
  const train = async (...flags: string[]) => {
    const command = [program, '-s', '3', '-B', '1', '-c', '1', ...flags, data, model];
    try {
      // The shell's own `times` ends with the user and system time of what it ran.
      const { stdout } = await promisify(execFile)('sh', ['-c', '"$@" >&2 && times', 'sh', ...command], {
        maxBuffer: 2 ** 26,
      });
      const [, , user, system] = [...stdout.matchAll(/(\d+)m([\d.]+)s/g)].map(([, m, s]) => 60 * Number(m) + Number(s));
      return user! + system!;
    } catch (error) {
      const [line] = String((error as { stderr?: string }).stderr ?? error).split('\n');
      throw new UserError(`--liblinear must be LIBLINEAR's program liblinear-train; ${program} does not run: ${line}`);
    }
  };
  await writeProblem(data, problem);
  return {
    async fit() {
      const withoutFit = await train('-e', '1e30');
      const seconds = (await train()) - withoutFit;
      const [header, values] = (await readFile(model, 'utf8')).split('\nw\n') as [string, string];
      const sign = /^label 1\b/m.test(header) ? 1 : -1; // its first label is the positive one
      const numbers = Float64Array.from(values.trim().split(/\s+/), value => sign * Number(value));
      return { seconds, solution: { weights: numbers.slice(0, -1), bias: numbers.at(-1)! } };
    },
    async close() {
      for (const path of [data, model]) await rm(path, { force: true });
    },
  };
}

/** LIBLINEAR's text format: `+1 1:0.123 2:-0.456 …`. */
async function writeProblem(path: string, { features, size, labels }: Problem): Promise<void> {
  const handle = await open(path, 'w');
  try {
    for (let start = 0; start < labels.length; start += 1000) {
      const lines = Array.from(labels.subarray(start, start + 1000), (label, i) => {
        const row = features.subarray((start + i) * size, (start + i + 1) * size);
        return `${label === 1 ? '+1' : '-1'} ${Array.from(row, (value, j) => `${j + 1}:${value.toFixed(3)}`).join(' ')}\n`;
      });
      await handle.writeFile(lines.join(''));
    }
  } finally {
    await handle.close();
  }
}
