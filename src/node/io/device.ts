// ONNX Runtime in Node: which devices there are and how sessions on them are set up.
import * as runtime from 'onnxruntime-node';
import type { Device } from '../../core/runtime/device.ts';

/**
 * @param threads threads a computation is spread over. A fixed number gives bit-equal results from run to run; another
 * number may differ in the last digits.
 */
export function cpuDevice(threads: number): Device {
  return {
    name: 'cpu',
    runtime,
    sessionOptions: {
      executionProviders: ['cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
    },
    target: { fusedMatMul: true },
    writesInPlace: true,
  };
}
