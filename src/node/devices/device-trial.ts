// Tries whether a device really computes, in a process of its own: a driver may crash, hang or write to the terminal.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { fromRoot } from '../files/places.ts';

export type Trial =
  | { readonly device: string; readonly works: true }
  | { readonly device: string; readonly works: false /** One line. */; readonly reason: string };

/** A process of its own needs the compiled program. */
const program = fromRoot('dist/node/devices/try-device.js');
const milliseconds = 60_000;

const trials = new Map<string, Promise<Trial>>();

/** Tries a device; later calls get the answer of the first. @param device a provider of ONNX Runtime. */
export function tryDevice(device: string): Promise<Trial> {
  const trial = trials.get(device) ?? tryApart(device);
  trials.set(device, trial);
  return trial;
}

async function tryApart(device: string): Promise<Trial> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [program, device], { timeout: milliseconds });
    const reason: string | null = JSON.parse(stdout.trimEnd().split('\n').at(-1)!);
    return reason === null ? { device, works: true } : { device, works: false, reason };
  } catch {
    return { device, works: false, reason: 'it ends the process, or hangs' };
  }
}
