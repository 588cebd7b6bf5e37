// Command `bench`: how fast this machine trains, draws and fits, where the time goes, and how others compare.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { InferenceSession } from 'onnxruntime-common';
import { z } from 'zod';
import { UserError } from '#dist/core/errors.js';
import { quantile } from '#dist/core/math/statistics.js';
import type { Device } from '#dist/core/runtime/device.js';
import { openDevice } from '#dist/node/devices/device.js';
import { type Column, textTable } from '#dist/node/presentation/table.js';
import { deviceOptions, pathOption } from '#dist/node/stages/framework/options.js';
import { defineStage } from '#dist/node/stages/framework/stage.js';
import { openShares } from '#dist/node/stages/train-gan/share-threads.js';
import { type BenchCase, benchCaseNames, benchCases, openCase, sharesOf, type Workload } from './cases.ts';
import { openRival, type Rival, rivalNames } from './rival.ts';
import { benchSvm, type SvmResult, svmColumns } from './svm.ts';

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
    .describe('rounds of eight steps, or of one fit of each problem; medians over them are shown'),
  python: pathOption()
    .optional()
    .describe('a Python with PyTorch: its training step takes turns with ours, round by round'),
  liblinear: pathOption()
    .optional()
    .describe("LIBLINEAR's liblinear-train: with --case svm its fit takes turns with ours, to one objective"),
  ...deviceOptions,
});

/** The command line's exit code after a user's mistake. */
const exitCodeOfUserError = 2;

/** A round holds as many steps as lie between two penalties. */
const stepsPerRound = 8;

interface Measured {
  readonly imagesPerSecond: number;
  readonly peakMB: number | undefined;
}

/** Programs that may take turns with a case, by the names they are shown under. */
const others = { oneSession: 'one session', eager: 'PyTorch eager', tuned: 'PyTorch tuned' } as const;
type OtherName = keyof typeof others;

export interface Result extends Measured {
  readonly case: string;
  readonly millisecondsPerStep: number;
  readonly gflopsPerSecond: number;
  /** Share of the time that is spent inside ONNX Runtime, with one session. */
  readonly inside: number;
  /** Share of kernel time by operator, largest first, with one session. */
  readonly operators: readonly (readonly [string, number])[];
  readonly others: Readonly<Partial<Record<OtherName, Measured & { ratio: number }>>>;
}

const columns: readonly Column<Result>[] = [
  { title: 'case', value: row => row.case },
  { title: 'ms a step', value: row => row.millisecondsPerStep, decimals: 1 },
  { title: 'images/s', value: row => row.imagesPerSecond, decimals: 1 },
  { title: 'GFLOP/s', value: row => row.gflopsPerSecond, decimals: 0 },
  { title: 'peak MB', value: row => row.peakMB, decimals: 0 },
  { title: 'inside ONNX Runtime', value: row => row.inside, decimals: 3 },
];
const columnsOf = (name: OtherName): Column<Result>[] => [
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
  async run(config, { signal, log }): Promise<{ results: Result[] } | { svm: SvmResult[] }> {
    await openDevice(config);
    if (config.case === 'svm') return { svm: await benchSvm(config.liblinear, config.rounds, { log, signal }) };
    if (config.case !== 'all')
      return { results: [await measure(config.case, benchCases[config.case], config, signal)] };
    const results: Result[] = [];
    for (const name of benchCaseNames) {
      signal.throwIfAborted();
      const flags = [`--rounds=${config.rounds}`, `--device=${config.device}`, `--threads=${config.threads}`];
      if (config.python !== undefined) flags.push(`--python=${config.python}`);
      const command = [process.argv[1]!, 'bench', '--case', name, '--json', ...flags];
      results.push(await measureApart(command, signal));
      log.info(`${name}: ${results.at(-1)!.imagesPerSecond.toFixed(1)} images/s`);
    }
    return { results };
  },
  print: result => {
    if ('svm' in result) return textTable(svmColumns, result.svm);
    const { results } = result;
    const compared = (Object.keys(others) as OtherName[]).filter(name => results.some(row => name in row.others));
    const profiles = results.map(({ case: name, operators }) => {
      const most = operators.slice(0, 8).map(([type, share]) => `${type} ${(100 * share).toFixed(0)} %`);
      return `${name}: ${most.join(', ')}`;
    });
    return [textTable([...columns, ...compared.flatMap(columnsOf)], results), '', ...profiles].join('\n');
  },
});

/** Measures a case in a process of its own, so that its memory does not count for the next one. */
async function measureApart(command: readonly string[], signal: AbortSignal): Promise<Result> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, command, { signal });
    return (JSON.parse(stdout) as { results: Result[] }).results[0]!;
  } catch (error) {
    signal.throwIfAborted();
    const { code, stderr } = error as { code?: number; stderr?: string };
    if (code !== exitCodeOfUserError || stderr === undefined) throw error;
    throw new UserError(
      stderr
        .trim()
        .split('\n')
        .at(-1)!
        .replace(/^error: /, ''),
    );
  }
}

/** Medians over rounds of one case, and of the programs that take turns with it. */
export async function measure(
  name: string,
  given: BenchCase,
  config: Pick<z.output<typeof options>, 'rounds' | 'python' | 'device' | 'threads'>,
  signal: AbortSignal,
): Promise<Result> {
  const device = await openDevice(config);
  let milliseconds = 0; // spent inside ONNX Runtime
  const timed = watched(device, session => {
    const run = session.run.bind(session) as (...all: unknown[]) => Promise<InferenceSession.ReturnType>;
    session.run = async (...all: unknown[]) => {
      const begun = performance.now();
      const results = await run(...all);
      milliseconds += performance.now() - begun;
      return results;
    };
  });
  const { minibatch } = given.settings;
  const count = sharesOf(given, config);
  const shares = count === undefined ? undefined : openShares(count, config.device, config.threads);
  const opened: Rival[] = [];
  const keep = (rival: Rival) => {
    opened.push(rival);
    return rival;
  };
  try {
    const shared = shares && keep(await openOurs(await openCase(device, given, shares)));
    const sharedMB = shared && peakMB(); // before the other takes memory in the same process
    const workload = await openCase(timed, given);
    const whole = keep(await openOurs(workload));
    const ours = shared ?? whole;
    const against: Partial<Record<OtherName, Rival>> = shared === undefined ? {} : { oneSession: whole };
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
    const rate = ({ rounds }: Rival) => (minibatch * stepsPerRound) / median(rounds);
    const compared = Object.entries(against).map(([other, rival]) => {
      // The ratio is taken round by round, since a machine's speed drifts.
      const ratio = median(rival.rounds.map((time, round) => time / ours.rounds[round]!));
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

/** A workload of this process that takes turns as others do, warmed up. */
async function openOurs(workload: Workload): Promise<Rival> {
  const ours: Rival = {
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
function peakMB(): number {
  return process.resourceUsage().maxRSS / 1024;
}

/** The device, calling back for every session that is made on it. */
function watched(device: Device, onSession: (session: InferenceSession) => void): Device {
  const create = async (...given: unknown[]) => {
    const make = device.runtime.InferenceSession.create as (...all: unknown[]) => Promise<InferenceSession>;
    const session = await make(...given);
    onSession(session);
    return session;
  };
  return { ...device, runtime: { Tensor: device.runtime.Tensor, InferenceSession: { create } } };
}

/** Shares of the time by operator, from ONNX Runtime's own profile of one more round. */
async function operatorShares(device: Device, given: BenchCase): Promise<[string, number][]> {
  const folder = await mkdtemp(join(tmpdir(), 'face-tuning-bench-'));
  try {
    const sessionOptions = { ...device.sessionOptions, enableProfiling: true, profileFilePrefix: join(folder, 'run') };
    const sessions: InferenceSession[] = [];
    const profiled = watched({ ...device, sessionOptions }, session => sessions.push(session));
    const workload = await openCase(profiled, given);
    for (let step = 0; step < stepsPerRound; step++) await workload.run();
    for (const session of sessions) session.endProfiling();
    await workload.release();
    const times = new Map<string, number>();
    for (const file of await readdir(folder)) {
      const events = JSON.parse(await readFile(join(folder, file), 'utf8')) as ProfileEvent[];
      for (const { cat, name, dur, args } of events) {
        if (cat !== 'Node' || !name.endsWith('kernel_time')) continue;
        times.set(args.op_name!, (times.get(args.op_name!) ?? 0) + dur);
      }
    }
    const total = [...times.values()].reduce((a, b) => a + b, 0);
    return [...times].map(([type, time]): [string, number] => [type, time / total]).sort((a, b) => b[1] - a[1]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface ProfileEvent {
  readonly cat: string;
  readonly name: string;
  readonly dur: number;
  readonly args: { readonly op_name?: string };
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
