// ONNX Runtime in Node: which devices there are and how sessions on them are set up.
import * as runtime from 'onnxruntime-node';
import { didYouMean, UserError } from '../../core/errors.ts';
import type { Device } from '../../core/runtime/device.ts';
import { tryDevice } from './device-trial.ts';

/** The devices that stages can be asked to run on: each the name of a provider of ONNX Runtime. */
export const deviceNames = ['cpu', 'webgpu', 'cuda'] as const;
export type DeviceName = (typeof deviceNames)[number];

export interface DeviceOptions {
  readonly device: DeviceName;
  /** Of the processor; see `cpuDevice`. */
  readonly threads: number;
}

/** @returns what ONNX Runtime was built for here; of `cuda` and `tensorrt` the files may still be missing. */
export function availableProviders(): string[] {
  return runtime.listSupportedBackends().map(({ name }) => name);
}

/** @throws UserError naming a device that does not compute here, why, and those that do. */
export async function openDevice({ device: name, threads }: DeviceOptions): Promise<Device> {
  if (!deviceNames.includes(name)) {
    const near = didYouMean(name, deviceNames);
    throw new UserError(`a device must be one of ${deviceNames.join(', ')}; got "${name}"${near && `.${near}`}`);
  }
  const trial = await trialOf(name);
  if (trial.works) return providerDevice(name, threads);
  const others = await Promise.all(deviceNames.map(trialOf));
  const working = others.filter(({ works }) => works).map(({ device }) => device);
  throw new UserError(
    `device ${name} does not work here: ${trial.reason}; choose one that does: ${working.join(', ')}`,
  );
}

/** The processor is there, and stages that run on it should start at once. */
async function trialOf(name: DeviceName) {
  return name === 'cpu' ? { device: name, works: true as const } : tryDevice(name);
}

/**
 * @param threads threads a computation is spread over. A fixed number gives bit-equal results from run to run; another
 * number may differ in the last digits.
 */
export function cpuDevice(threads: number): Device {
  return providerDevice('cpu', threads);
}

/** @param name a provider's, as in `availableProviders`; whether it works is known only once a session is made. */
export function providerDevice(name: string, threads: number): Device {
  return {
    name,
    runtime,
    sessionOptions: {
      executionProviders: [name],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
      // A plan of all memory ahead takes half as much again as taking and giving back step by step, and no less time.
      enableMemPattern: false,
    },
    // Only these providers have it (docs/decisions/0003): on others it would be computed on the processor.
    target: { fusedMatMul: name === 'cpu' || name === 'cuda' },
    // Tested on the processor only. New tensors are right everywhere, and to copy from a GPU costs more than to allocate.
    writesInPlace: name === 'cpu',
  };
}
