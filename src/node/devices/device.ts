// Sets up ONNX Runtime's devices in Node.
import { checkKind, didYouMean, UserError } from '../../core/errors.ts';
import { checkThreads, type Device, webgpuProvider } from '../../core/runtime/device.ts';
import { onnxRuntime } from '../native/native-packages.ts';
import { tryDevice } from './device-trial.ts';

/** The devices that stages can run on, each the name of a provider of ONNX Runtime. */
export const deviceNames = ['cpu', 'webgpu', 'cuda'] as const;
export type DeviceName = (typeof deviceNames)[number];

export interface DeviceOptions {
  readonly device: DeviceName;
  /** Threads of a computation on the processor; see `cpuDevice`. */
  readonly threads: number;
}

/** @returns the providers that ONNX Runtime was built for here; files of `cuda` and `tensorrt` may still be missing. */
export function availableProviders(): string[] {
  return onnxRuntime.listSupportedBackends().map(({ name }) => name);
}

/** @throws UserError where the device does not compute here, with the reason and the devices that do. */
export async function openDevice(options: DeviceOptions): Promise<Device> {
  checkKind('options of a device', options, 'an object');
  const { device: name, threads } = options;
  if (!deviceNames.includes(name)) {
    const near = didYouMean(`${name}`, deviceNames);
    throw new UserError(`a device must be one of ${deviceNames.join(', ')}; got "${name}"${near && `.${near}`}`);
  }
  checkThreads(threads);
  void onnxRuntime.InferenceSession; // throws where ONNX Runtime itself is missing
  const trial = await trialOf(name);
  if (trial.works) return providerDevice(name, threads);
  const others = await Promise.all(deviceNames.map(trialOf));
  const working = others.filter(({ works }) => works).map(({ device }) => device);
  throw new UserError(
    `device ${name} does not work here: ${trial.reason}; choose one that does: ${working.join(', ')}`,
  );
}

/** Tries a device. The processor needs no trial, so that stages on it start at once. */
async function trialOf(name: DeviceName) {
  return name === 'cpu' ? { device: name, works: true as const } : tryDevice(name);
}

/**
 * @param threads threads that a computation is spread over. Results are bit-equal only between runs with the same
 * number; with another they may differ in the last digits. @throws UserError for a number that there is not.
 */
export function cpuDevice(threads: number): Device {
  checkThreads(threads);
  return providerDevice('cpu', threads);
}

/** @param name a provider's, as in `availableProviders`; whether it works is known only once a session is made. */
export function providerDevice(name: string, threads: number): Device {
  // Other providers would compute fused products on the processor (docs/decisions/0003).
  const target = { fusedMatMul: name === 'cpu' || name === 'cuda', ...(name === 'webgpu' && { webgpu: true }) };
  return {
    name,
    runtime: onnxRuntime,
    sessionOptions: {
      executionProviders: [name === webgpuProvider.name ? webgpuProvider : name],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
      // Planning all memory ahead takes half as much memory again and is no faster.
      enableMemPattern: false,
    },
    target,
    // ONNX Runtime has convolutions of blocked images for all processors of this kind, for others not always.
    ...(name === 'cpu' && process.arch === 'x64' && { trainingTarget: { ...target, blockedConvolutions: true } }),
    // This was tested on the processor only. New tensors are right everywhere, and copying from a GPU costs more than
    // allocating.
    writesInPlace: name === 'cpu',
  };
}
