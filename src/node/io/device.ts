// ONNX Runtime in Node: which devices there are and how sessions on them are set up.
import * as runtime from 'onnxruntime-node';
import type { Device } from '../../core/runtime/device.ts';

/** The devices that stages can be asked to run on. */
export const deviceNames: readonly string[] = ['cpu'];

/** @returns what ONNX Runtime was built for here; of `cuda` and `tensorrt` the files may still be missing. */
export function availableProviders(): string[] {
  return runtime.listSupportedBackends().map(({ name }) => name);
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
    },
    target: { fusedMatMul: true },
    writesInPlace: true,
  };
}
