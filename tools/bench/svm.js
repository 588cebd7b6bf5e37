// Measures the support vector machine beside LIBLINEAR: how long each takes to one and the same objective.
import { execFile } from 'node:child_process';
import { open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { defaultSvmOptions, fitSvm } from '../../src/core/directions/fit/svm.ts';
import { UserError } from '../../src/core/errors.ts';
import { dot, length, scaled } from '../../src/core/math/linear-algebra.ts';
import { createRandom } from '../../src/core/math/random.ts';
import { quantile } from '../../src/core/math/statistics.ts';
import { normaliseLatents, sampleLatents } from '../../src/core/models/latents.ts';

const small = { count: 20_000, size: 128, noise: 0, margin: 0, offset: 0 };
export const svmProblems = [
  { ...small, name: '20,000 × 128, 5 % mislabelled', noise: 0.16 },
  { ...small, name: '20,000 × 128, 15 % mislabelled', noise: 0.5 },
  { ...small, name: '20,000 × 128, one in ten positive', noise: 0.3, offset: -1.28 },
  { ...small, name: '20,000 × 128, confident ends', margin: 1.28 },
  { ...small, name: '100,000 × 512, 10 % mislabelled', count: 100_000, size: 512, noise: 0.32 },
];
export const svmColumns = [
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
 * @param rounds how often each is timed, in turn; medians are told.
 */
export async function benchSvm(liblinear, rounds, { log, signal }, kinds = svmProblems) {
  const results = [];
  for (const kind of kinds) {
    const problem = draw(kind);
    const rival = liblinear === undefined ? undefined : await openLiblinear(liblinear, problem);
    try {
      results.push(await measure(kind.name, problem, rival, rounds, signal));
    } finally {
      await rival?.close();
    }
    log.info(`${kind.name}: ${results.at(-1).seconds.toFixed(3)} s`);
  }
  return results;
}
async function measure(name, problem, rival, rounds, signal) {
  const runs = [];
  const liblinear = [];
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
  const median = values => quantile(values, 0.5);
  const last = runs.at(-1); // all are alike but for their times
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
        ratio: median(runs.map((run, round) => run.secondsToGoal / liblinear[round])),
      },
    }),
  };
}
function draw({ count, size, noise, margin, offset }) {
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
/** Whether the goal is reached is looked up after 1, 2, … passes, later after every twentieth part more. */
function fitted(problem, goal = Number.NEGATIVE_INFINITY) {
  const { features, size, labels } = problem;
  const samples = { rows: Uint32Array.from(labels.keys()), labels };
  const begun = processorSeconds();
  let [measuring, nextLook] = [0, 1];
  let reached;
  const afterPass = (passes, weights, bias) => {
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
function processorSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
function primalObjective({ features, size, labels }, { weights, bias }) {
  let loss = 0;
  for (const [i, label] of labels.entries()) {
    const value = dot(weights, features.subarray(i * size, (i + 1) * size)) + bias;
    loss += Math.max(0, 1 - (label === 1 ? value : -value));
  }
  return (dot(weights, weights) + bias * bias) / 2 + defaultSvmOptions.C * loss;
}
/**
 * LIBLINEAR prints no times. Its processor time for the whole command is taken, less that of the same command with a
 * tolerance so wide that it ends after the first pass: reading, one pass and writing. So its time lacks a pass.
 */
async function openLiblinear(program, problem) {
  const data = join(tmpdir(), `face-tuning-bench-${process.pid}.txt`);
  const model = `${data}.model`;
  const train = async (...flags) => {
    const command = [program, '-s', '3', '-B', '1', '-c', '1', ...flags, data, model];
    try {
      // The shell's own `times` ends with the user and system time of what it ran.
      const { stdout } = await promisify(execFile)('sh', ['-c', '"$@" >&2 && times', 'sh', ...command], {
        maxBuffer: 2 ** 26,
      });
      const [, , user, system] = [...stdout.matchAll(/(\d+)m([\d.]+)s/g)].map(([, m, s]) => 60 * Number(m) + Number(s));
      return user + system;
    } catch (error) {
      const [line] = String(error.stderr ?? error).split('\n');
      throw new UserError(`--liblinear must be LIBLINEAR's program liblinear-train; ${program} does not run: ${line}`);
    }
  };
  await writeProblem(data, problem);
  return {
    async fit() {
      const withoutFit = await train('-e', '1e30');
      const seconds = (await train()) - withoutFit;
      const [header, values] = (await readFile(model, 'utf8')).split('\nw\n');
      const sign = /^label 1\b/m.test(header) ? 1 : -1; // its first label is the positive one
      const numbers = Float64Array.from(values.trim().split(/\s+/), value => sign * Number(value));
      return { seconds, solution: { weights: numbers.slice(0, -1), bias: numbers.at(-1) } };
    },
    async close() {
      for (const path of [data, model]) await rm(path, { force: true });
    },
  };
}
/** LIBLINEAR's text format: `+1 1:0.123 2:-0.456 …`. */
async function writeProblem(path, { features, size, labels }) {
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
//# sourceMappingURL=svm.js.map
