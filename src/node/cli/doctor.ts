// Command `doctor`: what this machine has and which devices really compute, for choosing options and reporting bugs.
import { execFile } from 'node:child_process';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { promisify } from 'node:util';
import { env } from 'onnxruntime-node';
import { z } from 'zod';
import { input, mul } from '../../core/graph/ops.ts';
import { Program } from '../../core/runtime/program.ts';
import { availableProviders, deviceNames, providerDevice } from '../io/device.ts';
import { packageVersion } from '../io/manifest.ts';
import { defineStage } from '../pipeline/stage.ts';

const options = z.strictObject({
  device: z.string().default('all').describe('the one device to try, as ONNX Runtime calls it'),
});

interface Trial {
  readonly device: string;
  readonly works: boolean;
  /** Whether stages can be asked to run on it. */
  readonly usable: boolean;
  /** Why it does not work. */
  readonly reason?: string;
}

export const doctor = defineStage({
  name: 'doctor',
  description: 'Show what this machine has and which devices really compute.',
  examples: ['', '--json'],
  options,
  async run({ device }) {
    const devices: Trial[] = [];
    for (const name of device === 'all' ? availableProviders() : [device]) {
      devices.push(device === 'all' ? await tryApart(name) : await tryDevice(name));
    }
    return {
      faceTuning: packageVersion,
      node: process.versions.node,
      platform: `${process.platform} ${process.arch}`,
      cores: availableParallelism(),
      memoryGB: totalmem() / 1e9,
      freeMemoryGB: freemem() / 1e9,
      onnxRuntime: env.versions.node,
      devices,
    };
  },
  print: summary => {
    const { faceTuning, node, platform, cores, memoryGB, freeMemoryGB, onnxRuntime, devices } = summary;
    const gigabytes = (value: unknown) => `${Number(value).toFixed(1)} GB`;
    return [
      `face-tuning   ${faceTuning}`,
      `Node          ${node} on ${platform}`,
      `cores         ${cores}`,
      `memory        ${gigabytes(memoryGB)}, ${gigabytes(freeMemoryGB)} of it free`,
      `ONNX Runtime  ${onnxRuntime}`,
      ...(devices as Trial[]).map(trial => `device        ${trial.device.padEnd(8)}  ${verdict(trial)}`),
    ].join('\n');
  },
});

function verdict({ works, usable, reason }: Trial): string {
  if (!works) return `does not work: ${reason}`;
  return usable ? 'works' : 'works, but stages do not use it yet';
}

/** In a process of its own: a driver may write to the terminal as it likes, or crash. */
async function tryApart(device: string): Promise<Trial> {
  try {
    const command = [process.argv[1]!, 'doctor', '--device', device, '--json'];
    const { stdout } = await promisify(execFile)(process.execPath, command, { timeout: 60_000 });
    return (JSON.parse(stdout) as { devices: Trial[] }).devices[0]!;
  } catch {
    return { device, works: false, usable: false, reason: 'it ends the process, or hangs' };
  }
}

async function tryDevice(device: string): Promise<Trial> {
  const usable = deviceNames.includes(device);
  try {
    const squared = mul(input('x', [2]), input('x', [2]));
    const program = await Program.compile(providerDevice(device, 1), { outputs: { squared } });
    const results = await program.run({ x: Float32Array.of(3, -2) });
    await program.release();
    const [nine, four] = results.squared!;
    return nine === 9 && four === 4
      ? { device, works: true, usable }
      : { device, works: false, usable, reason: `3² is ${nine} and (−2)² is ${four}` };
  } catch (error) {
    return { device, works: false, usable, reason: briefly(error) };
  }
}

/** ONNX Runtime's messages begin with where in its source they come from. */
function briefly(error: unknown): string {
  const [line = ''] = String(error instanceof Error ? error.message : error).split('\n');
  return line.replace(/^\/onnxruntime_src\/.* was false\. /, '').trim();
}
