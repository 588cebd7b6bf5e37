// Measures the service under load: 8 clients on the loopback ask for edits of all kinds, and memory is watched.
//
//   npm run bench:service -- [seconds] [threads] [clients]
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';

const [seconds = 60, threads = 2, clients = 8] = process.argv.slice(2).map(Number);
const launcher = fileURLToPath(new URL('../bin/face-tuning.js', import.meta.url));

const child = spawn(process.execPath, [launcher, 'serve', '--port', '0', '--threads', String(threads)]);
let said = '';
child.stderr.on('data', text => {
  said += text;
});
const ended = new Promise(resolve => child.once('exit', resolve));
while (!said.includes('stop with Ctrl-C')) {
  if (child.exitCode !== null) throw new Error(said);
  await setTimeout(50);
}
const address = /http:\S+(?=\/,)/.exec(said)[0];

/** Requests as a page with sliders would send them: mostly strengths, some strips, facts and probabilities. */
const edit = (body, accept = 'image/png') => ({
  method: 'POST',
  path: '/v1/edits',
  headers: { 'content-type': 'application/json', accept },
  body: JSON.stringify(body),
});
const requests = Array.from({ length: 20 }, (_, seed) => {
  const locks = ['Male', 'Eyeglasses'];
  if (seed === 4) return edit({ seed, moves: ['Smiling=p80'], locks, nearest: true });
  if (seed % 5 === 1) return { method: 'GET', path: `/v1/faces/${seed}` };
  if (seed % 5 === 2) return edit({ seed, moves: ['Young=-1..1'], locks, steps: 5 }, 'image/webp');
  if (seed % 5 === 3) return edit({ seed, moves: ['Smiling=1'], locks }, 'application/json');
  return edit({ seed, moves: ['Young=-1'], locks, scale: 3 });
});

/** Resident megabytes and seconds of processor time of the service. */
function usage() {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  const times = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return {
    megabytes: Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1000,
    cpu: (Number(times[11]) + Number(times[12])) / 100,
  };
}

const load = loadavg()[0].toFixed(1);
const [begun, memory] = [usage(), []];
const watch = setInterval(() => memory.push(Math.round(usage().megabytes)), (seconds * 1000) / 12);
const run = autocannon({ url: address, connections: clients, duration: seconds, requests, timeout: 60 });
const times = [];
const statuses = new Map();
run.on('response', (_, status, __, milliseconds) => {
  times.push(milliseconds);
  statuses.set(status, (statuses.get(status) ?? 0) + 1);
});
const { errors, timeouts, duration } = await run;
clearInterval(watch);
const cpu = usage().cpu - begun.cpu;
times.sort((a, b) => a - b);
const percentile = share => `${times[Math.min(times.length - 1, Math.floor(share * times.length))].toFixed(0)} ms`;

console.log(`${clients} clients for ${seconds} s, ${threads} threads, ${cpus().length} cores, load before ${load}`);
console.log(`statuses     ${[...statuses].map(([status, count]) => `${status} × ${count}`).join(', ')}`);
console.log(`errors       ${errors} of connections, ${timeouts} timeouts`);
console.log(`rate         ${(times.length / duration).toFixed(1)} requests/s`);
console.log(
  `processor    ${((1000 * cpu) / times.length).toFixed(1)} ms a request, ${(cpu / duration).toFixed(2)} cores in use`,
);
console.log(
  `latency      p50 ${percentile(0.5)}, p95 ${percentile(0.95)}, p99 ${percentile(0.99)}, longest ${percentile(1)}`,
);
console.log(`memory       ${Math.round(begun.megabytes)} MB before, then ${memory.join(', ')} MB`);
child.kill('SIGTERM');
console.log(`exit code    ${await ended}`);
