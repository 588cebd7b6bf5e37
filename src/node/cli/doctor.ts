// Command `doctor`: shows what this machine has and which devices really compute.
import { availableParallelism, freemem, totalmem } from 'node:os';
import { env } from 'onnxruntime-node';
import { z } from 'zod';
import { availableProviders, deviceNames } from '../devices/device.ts';
import { type Trial, tryDevice } from '../devices/device-trial.ts';
import { packageVersion } from '../runs/manifest.ts';
import { defineStage } from '../stages/framework/stage.ts';

const options = z.strictObject({
  device: z.string().default('all').describe('the device to try, as ONNX Runtime calls it; all: every one'),
});

/** The trial of a device, and whether stages can be asked to run on it. */
type Finding = Trial & { readonly usable: boolean };

export const doctor = defineStage({
  name: 'doctor',
  description: 'Show what this machine has and which devices really compute.',
  examples: ['', '--json'],
  options,
  async run({ device }) {
    const devices: Finding[] = [];
    for (const name of device === 'all' ? availableProviders() : [device]) {
      devices.push({ ...(await tryDevice(name)), usable: deviceNames.some(each => each === name) });
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
  print({ faceTuning, node, platform, cores, memoryGB, freeMemoryGB, onnxRuntime, devices }) {
    const gigabytes = (value: number) => `${value.toFixed(1)} GB`;
    return [
      `face-tuning   ${faceTuning}`,
      `Node          ${node} on ${platform}`,
      `cores         ${cores}`,
      `memory        ${gigabytes(memoryGB)}, ${gigabytes(freeMemoryGB)} of it free`,
      `ONNX Runtime  ${onnxRuntime}`,
      ...devices.map(found => `device        ${found.device.padEnd(8)}  ${verdict(found)}`),
    ].join('\n');
  },
});

function verdict(found: Finding): string {
  if (!found.works) return `does not work: ${found.reason}`;
  return found.usable ? 'works' : 'works, but stages do not use it yet';
}
