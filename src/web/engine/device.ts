// ONNX Runtime in the browser: how sessions on its WebAssembly provider are set up.
import * as runtime from 'onnxruntime-web';
import type { Device } from '../../core/runtime/device.ts';

/** @param threads more than one needs a page that is cross-origin isolated. */
export function wasmDevice(threads: number): Device {
  runtime.env.wasm.numThreads = threads;
  return {
    name: 'wasm',
    runtime,
    sessionOptions: { executionProviders: ['wasm'], graphOptimizationLevel: 'all' },
    target: { fusedMatMul: true },
    writesInPlace: false,
  };
}
