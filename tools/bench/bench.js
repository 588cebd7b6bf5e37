// Command `bench`: how fast this machine trains, draws and fits, where the time goes, and how others compare.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { UserError } from '../../src/core/errors.ts';
import { quantile } from '../../src/core/math/statistics.ts';
import { openDevice } from '../../src/node/devices/device.ts';
import { textTable } from '../../src/node/presentation/table.ts';
import { deviceOptions, pathOption } from '../../src/node/stages/framework/options.ts';
import { defineStage } from '../../src/node/stages/framework/stage.ts';
import { openShares } from '../../src/node/stages/train-gan/shares.ts';
import { benchCaseNames, benchCases, openCase } from './cases.ts';
import { openRival, rivalNames } from './rival.ts';
import { benchSvm, svmColumns } from './svm.ts';

const options = z.strictObject({
  case: z
    .enum(['all', ...benchCaseNames, 'svm'])
    .default('all')
    .describe('what is measured; all: each network in a process of its own; svm: the fit of boundaries'),
  rounds: z
    .int()
    .min(1)
    .max(1000)
    .default(7)
    .describe('rounds of eight steps, or of one fit of each problem; medians over them are told'),
  python: pathOption()
    .optional()
    .describe('a Python with PyTorch: its training step takes turns with ours, round by round'),
  liblinear: pathOption()
    .optional()
    .describe("LIBLINEAR's liblinear-train: with --case svm its fit takes turns with ours, to one objective"),
  ...deviceOptions,
});
/** As the command line ends after a user's mistake. */
const exitCodeOfUserError = 2;
/** Steps a round: as many as between two penalties. */
const stepsPerRound = 8;
/** Programs that may take turns with a case, by the names they are shown under. */
const others = { oneSession: 'one session', eager: 'PyTorch eager', tuned: 'PyTorch tuned' };
const columns = [
  { title: 'case', value: row => row.case },
  { title: 'ms a step', value: row => row.millisecondsPerStep, decimals: 1 },
  { title: 'images/s', value: row => row.imagesPerSecond, decimals: 1 },
  { title: 'GFLOP/s', value: row => row.gflopsPerSecond, decimals: 0 },
  { title: 'peak MB', value: row => row.peakMB, decimals: 0 },
  { title: 'inside ONNX Runtime', value: row => row.inside, decimals: 3 },
];
const columnsOf = name => [
  { title: `${others[name]}, images/s`, value: row => row.others[name]?.imagesPerSecond, decimals: 1 },
  { title: 'ours to it', value: row => row.others[name]?.ratio, decimals: 2 },
  { title: 'peak MB', value: row => row.others[name]?.peakMB, decimals: 0 },
];
export const bench = defineStage({
  name: 'bench',
  description:
    'Measure how fast this machine trains, draws faces and fits boundaries, and how PyTorch and LIBLINEAR compare.',
  examples: ['', '--case logistic-64 --rounds 3', '--python python3', '--case svm --liblinear liblinear-train'],
  options,
  async run(config, { signal, log }) {
    await openDevice(config);
    if (config.case === 'svm') return { svm: await benchSvm(config.liblinear, config.rounds, { log, signal }) };
    if (config.case !== 'all')
      return { results: [await measure(config.case, benchCases[config.case], config, signal)] };
    const results = [];
    for (const name of benchCaseNames) {
      signal.throwIfAborted();
      const flags = [`--rounds=${config.rounds}`, `--device=${config.device}`, `--threads=${config.threads}`];
      if (config.python !== undefined) flags.push(`--python=${config.python}`);
      const command = [process.argv[1], 'bench', '--case', name, '--json', ...flags];
      results.push(await measureApart(command, signal));
      log.info(`${name}: ${results.at(-1).imagesPerSecond.toFixed(1)} images/s`);
    }
    return { results };
  },
  print: summary => {
    if ('svm' in summary) return textTable(svmColumns, summary.svm);
    const results = summary.results;
    const compared = Object.keys(others).filter(name => results.some(row => name in row.others));
    const profiles = results.map(({ case: name, operators }) => {
      const most = operators.slice(0, 8).map(([type, share]) => `${type} ${(100 * share).toFixed(0)} %`);
      return `${name}: ${most.join(', ')}`;
    });
    return [textTable([...columns, ...compared.flatMap(columnsOf)], results), '', ...profiles].join('\n');
  },
});
/** In a process of its own, so that one case's memory is not the next one's. */
async function measureApart(command, signal) {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, command, { signal });
    return JSON.parse(stdout).results[0];
  } catch (error) {
    signal.throwIfAborted();
    const { code, stderr } = error;
    if (code !== exitCodeOfUserError || stderr === undefined) throw error;
    throw new UserError(
      stderr
        .trim()
        .split('\n')
        .at(-1)
        .replace(/^error: /, ''),
    );
  }
}
/** Medians over rounds of one case, and of what takes turns with it. */
export async function measure(name, given, config, signal) {
  const device = await openDevice(config);
  let milliseconds = 0; // inside ONNX Runtime
  const timed = watched(device, session => {
    const run = session.run.bind(session);
    session.run = async (...all) => {
      const begun = performance.now();
      const results = await run(...all);
      milliseconds += performance.now() - begun;
      return results;
    };
  });
  const { dataParallel, minibatch } = given.settings;
  const shares = dataParallel && minibatch % config.threads === 0 ? openShares(config.threads) : undefined;
  const opened = [];
  const keep = rival => {
    opened.push(rival);
    return rival;
  };
  try {
    const shared = shares && keep(await openOurs(await openCase(device, given, shares)));
    const sharedMB = shared && peakMB(); // before the other takes memory in the same process
    const workload = await openCase(timed, given);
    const whole = keep(await openOurs(workload));
    const ours = shared ?? whole;
    const against = shared === undefined ? {} : { oneSession: whole };
    if (config.python !== undefined) {
      for (const name of rivalNames) {
        against[name] = keep(await openRival(config.python, given, config.threads, name, stepsPerRound));
      }
    }
    milliseconds = 0;
    for (let round = 0; round < config.rounds; round++) {
      signal.throwIfAborted();
      for (const each of opened) await each.round();
    }
    const inside = milliseconds / 1000 / whole.rounds.reduce((a, b) => a + b);
    const seconds = median(ours.rounds) / stepsPerRound;
    const rate = ({ rounds }) => (minibatch * stepsPerRound) / median(rounds);
    const compared = Object.entries(against).map(([other, rival]) => {
      // Round by round, since a machine's speed drifts.
      const ratio = median(rival.rounds.map((time, round) => time / ours.rounds[round]));
      return [other, { imagesPerSecond: rate(rival), peakMB: rival.megabytes(), ratio }];
    });
    return {
      case: name,
      imagesPerSecond: rate(ours),
      peakMB: sharedMB ?? peakMB(),
      millisecondsPerStep: 1000 * seconds,
      gflopsPerSecond: workload.flops / seconds / 1e9,
      inside,
      operators: await operatorShares(device, given),
      others: Object.fromEntries(compared),
    };
  } finally {
    for (const rival of opened) await rival.end();
    await shares?.close();
  }
}
/** A workload of this process, which takes turns as others do; warm. */
async function openOurs(workload) {
  const ours = {
    rounds: [],
    async round() {
      const begun = performance.now();
      for (let step = 0; step < stepsPerRound; step++) await workload.run();
      ours.rounds.push((performance.now() - begun) / 1000);
    },
    megabytes: () => undefined,
    end: () => workload.release(),
  };
  await ours.round();
  ours.rounds.length = 0;
  return ours;
}
/** The peak memory of this process with all its threads. */
function peakMB() {
  return process.resourceUsage().maxRSS / 1024;
}
/** The device, telling of every session that is made on it. */
function watched(device, onSession) {
  const create = async (...given) => {
    const make = device.runtime.InferenceSession.create;
    const session = await make(...given);
    onSession(session);
    return session;
  };
  return { ...device, runtime: { ...device.runtime, InferenceSession: { create } } };
}
/** Which operators the time goes to, from ONNX Runtime's own profile of one more round. */
async function operatorShares(device, given) {
  const folder = await mkdtemp(join(tmpdir(), 'face-tuning-bench-'));
  try {
    const sessionOptions = { ...device.sessionOptions, enableProfiling: true, profileFilePrefix: join(folder, 'run') };
    const sessions = [];
    const profiled = watched({ ...device, sessionOptions }, session => sessions.push(session));
    const workload = await openCase(profiled, given);
    for (let step = 0; step < stepsPerRound; step++) await workload.run();
    for (const session of sessions) session.endProfiling();
    await workload.release();
    const times = new Map();
    for (const file of await readdir(folder)) {
      const events = JSON.parse(await readFile(join(folder, file), 'utf8'));
      for (const { cat, name, dur, args } of events) {
        if (cat !== 'Node' || !name.endsWith('kernel_time')) continue;
        times.set(args.op_name, (times.get(args.op_name) ?? 0) + dur);
      }
    }
    const total = [...times.values()].reduce((a, b) => a + b, 0);
    return [...times].map(([type, time]) => [type, time / total]).sort((a, b) => b[1] - a[1]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
function median(values) {
  return quantile(values, 0.5);
}
//# sourceMappingURL=bench.js.map
