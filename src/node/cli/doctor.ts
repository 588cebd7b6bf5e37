// Command `doctor`: shows what this machine has, which devices really compute, and how to get what is missing. It needs
// none of what it looks for.
import { availableParallelism, freemem, totalmem } from 'node:os';
import { z } from 'zod';
import { availableProviders, deviceNames } from '../devices/device.ts';
import { type Trial, tryDevice } from '../devices/device-trial.ts';
import { notInstalled, optionalPackages } from '../files/optional-packages.ts';
import {
  installAgain,
  missingProgram,
  nativePackages,
  onnxRuntime,
  platform,
  sharp,
} from '../native/native-packages.ts';
import { packageVersion } from '../runs/manifest.ts';
import { defineStage } from '../stages/framework/stage.ts';
import { studioPage } from './studio-page.ts';

const options = z.strictObject({
  device: z.string().default('all').describe('the device to try, as ONNX Runtime calls it; all: every one'),
});

/** A package with a program in machine language: its version, or why it does not load. */
interface Package {
  readonly name: string;
  readonly version?: string;
  readonly missing?: string;
}

const versionOf: Readonly<Record<(typeof nativePackages)[number], () => string>> = {
  'onnxruntime-node': () => onnxRuntime.env.versions.node ?? 'unknown',
  sharp: () => sharp.versions.sharp ?? 'unknown',
};

const howToInstall =
  `${installAgain}. There are programs for Linux with glibc and Windows (x64, arm64) and for macOS (arm64); none for ` +
  'Alpine and other musl systems.';

/** The trial of a device, and whether stages can be asked to run on it. */
type Finding = Trial & { readonly usable: boolean };

export const doctor = defineStage({
  name: 'doctor',
  description: 'Show what this machine has, which devices really compute, and how to get what is missing.',
  examples: ['', '--json'],
  options,
  async run({ device }) {
    const packages = nativePackages.map((name): Package => {
      const missing = missingProgram(name);
      return missing === undefined ? { name, version: versionOf[name]() } : { name, missing };
    });
    const devices: Finding[] = [];
    if (packages.every(({ name, missing }) => name !== 'onnxruntime-node' || missing === undefined)) {
      for (const name of device === 'all' ? availableProviders() : [device]) {
        devices.push({ ...(await tryDevice(name)), usable: deviceNames.some(each => each === name) });
      }
    }
    return {
      faceTuning: packageVersion,
      node: process.versions.node,
      platform: platform(),
      cores: availableParallelism(),
      memoryGB: totalmem() / 1e9,
      freeMemoryGB: freemem() / 1e9,
      onnxRuntime: packages[0]!.version,
      packages,
      optional: Object.entries(optionalPackages).map(([purpose, names]) => ({ purpose, missing: notInstalled(names) })),
      studio: await studioPage(),
      devices,
    };
  },
  print({ faceTuning, node, platform: machine, cores, memoryGB, freeMemoryGB, packages, optional, studio, devices }) {
    const gigabytes = (value: number) => `${value.toFixed(1)} GB`;
    return [
      row('face-tuning', faceTuning),
      row('Node', `${node} on ${machine}`),
      row('cores', `${cores}`),
      row('memory', `${gigabytes(memoryGB)}, ${gigabytes(freeMemoryGB)} of it free`),
      ...packages.map(({ name, version, missing }) => row(name, version ?? `does not load: ${missing}`)),
      row('studio', studio),
      ...optional.map(({ purpose, missing }) => row(purpose, lack(missing))),
      ...devices.map(found => row('device', `${found.device.padEnd(8)}  ${verdict(found)}`)),
      ...(packages.some(({ missing }) => missing !== undefined) ? ['', howToInstall] : []),
    ].join('\n');
  },
});

function verdict(found: Finding): string {
  if (!found.works) return `does not work: ${found.reason}`;
  return found.usable ? 'works' : 'works, but stages do not use it yet';
}

function lack(missing: readonly string[]): string {
  return missing.length === 0 ? 'has its packages' : `lacks packages: npm install ${missing.join(' ')}`;
}

function row(title: string, text: string): string {
  return `${title.padEnd(16)}  ${text}`;
}
