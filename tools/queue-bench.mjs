// Measures work over the queue: `node tools/queue-bench.mjs 20000 0 1 2 4 4-2` (after `npx tsc -b`): faces, then crews;
// 0 is one machine alone, 4-2 four workers of which two are killed midway.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bundleNetworks } from '../dist/core/editor/networks.js';
import { readBundleFolder } from '../dist/node/artefacts/bundle.js';
import { writeTensors } from '../dist/node/artefacts/networks.js';
import { withRun } from '../dist/node/runs/run-folder.js';

const [count = '20000', ...crews] = process.argv.slice(2);
const root = fileURLToPath(new URL('..', import.meta.url));
const program = join(root, 'bin/face-tuning.js');
const folder = mkdtempSync(join(tmpdir(), 'queue-bench-'));
const port = '7399';
const queue = `redis://127.0.0.1:${port}/0`;
const ticks = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
/** Milliseconds between two looks at how much processor time each process has used. */
const sampling = 200;
/** Processor time by process, in seconds. */
const used = new Map();

await writeNetworks();
const redis = spawn('redis-server', ['--port', port, '--save', '', '--dir', folder], { stdio: 'ignore' });
await setTimeout(1000);
console.log(
  `${count} faces of models/celeba-64 in shards of 500, a thread a process; load ${loadavg()[0].toFixed(1)} at first\n`,
);
console.log('| workers | seconds | processor seconds: stage | workers | Redis | all | same bytes |');
console.log('| --- | ---: | ---: | ---: | ---: | ---: | --- |');
try {
  for (const each of crews) {
    const [workers, kills = 0] = each.split('-').map(Number);
    await measure(workers, kills);
  }
} finally {
  redis.kill();
  rmSync(folder, { recursive: true });
}

/** The shipped model's networks, as runs of their stages. */
async function writeNetworks() {
  const bundle = await readBundleFolder(join(root, 'models/celeba-64'));
  const { generator, classifier } = bundleNetworks(bundle);
  const { normalisation } = bundle.generator;
  await withRun(join(folder, 'gan'), { stage: 'train gan', config: {}, inputs: {} }, async run => {
    await writeTensors(run.file('generator.safetensors'), generator.weights, {
      normalisation,
      ...generator.architecture,
    });
    return {};
  });
  await withRun(join(folder, 'classifier'), { stage: 'train classifier', config: {}, inputs: {} }, async run => {
    const { architecture, weights } = classifier;
    const thresholds = architecture.attributes.map(() => 0);
    const calibration = thresholds.map(() => ({ slope: 1, intercept: 0 }));
    await writeTensors(run.file('classifier.safetensors'), weights, { architecture, thresholds, calibration });
    return {};
  });
}

/** @param kills workers that are killed when half is done. */
async function measure(workers, kills) {
  used.clear();
  const crew = Array.from({ length: workers }, () => start(['worker', '--queue', queue, '--threads', '1']));
  if (workers > 0) await Promise.all(crew.map(({ said }) => until(() => said().includes('waits for work'))));
  for (const { child } of crew) used.delete(child.pid); // before the work
  const before = crew.map(({ child }) => processorSeconds(child.pid));
  const redisBefore = processorSeconds(redis.pid);
  const out = `out-${workers}-${kills}`;
  const flagsOf = [
    'synthesize',
    '--generator',
    'gan',
    '--classifier',
    'classifier',
    '--count',
    count,
    '--threads',
    '1',
  ];
  const begun = performance.now();
  const stage = start([...flagsOf, '--out', out, '--force', ...(workers > 0 ? ['--queue', queue] : [])]);
  const ended = once(stage.child, 'exit');
  let over = false;
  ended.then(() => {
    over = true;
  });
  let killed = false;
  while (!over) {
    for (const { child } of [stage, ...crew]) sample(child.pid);
    if (kills > 0 && !killed && / 5\d %/.test(stage.said())) {
      killed = true;
      for (const { child } of crew.slice(0, kills)) child.kill('SIGKILL');
    }
    await setTimeout(sampling);
  }
  const seconds = (performance.now() - begun) / 1000;
  const [code] = await ended;
  if (code !== 0 || (kills > 0 && !killed)) throw new Error(stage.said());
  const ofStage = used.get(stage.child.pid);
  const ofCrew = crew.reduce((sum, { child }, at) => sum + used.get(child.pid) - before[at], 0);
  const ofRedis = processorSeconds(redis.pid) - redisBefore;
  for (const { child } of crew) child.kill('SIGKILL');
  const numbers = [seconds, ofStage, ofCrew, ofRedis, ofStage + ofCrew + ofRedis].map(each => each.toFixed(1));
  const name = workers === 0 ? 'none: one machine alone' : `${workers}${kills === 0 ? '' : `, ${kills} killed midway`}`;
  console.log(`| ${[name, ...numbers, comparison(out)].join(' | ')} |`);
}

function start(args) {
  const child = spawn(process.execPath, [program, ...args], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', chunk => {
    said += chunk;
  });
  return { child, said: () => said };
}

async function until(condition) {
  while (!condition()) await setTimeout(100);
}

/** Notes how much a process has used; its last figure is up to one look old. */
function sample(pid) {
  const seconds = processorSeconds(pid);
  if (seconds !== undefined) used.set(pid, seconds);
}

function processorSeconds(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) / ticks;
  } catch {
    return undefined; // it has ended
  }
}

/** @returns whether a run has the bytes of that of one machine alone, where there is one. */
function comparison(out) {
  const [some, others] = [join(folder, out), join(folder, 'out-0-0')];
  if (out === 'out-0-0' || !existsSync(others)) return '';
  const isSame = readdirSync(others)
    .filter(name => !['manifest.json', 'timings.jsonl'].includes(name))
    .every(name => readFileSync(join(some, name)).equals(readFileSync(join(others, name))));
  return isSame ? 'yes' : 'NO';
}
