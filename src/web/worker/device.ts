// ONNX Runtime in the browser: how sessions on its WebAssembly and WebGPU providers are set up.
import * as wasmRuntime from 'onnxruntime-web/wasm';
import { type Device, webgpuProvider } from '../../core/runtime/device.ts';

/**
 * Addresses of ONNX Runtime's own files. Its threads are workers that start again from the `mjs` file, so it must stay
 * a file of its own: bundled into a page's script, each thread would run the page instead and the first session would
 * wait for it for ever.
 */
export interface RuntimeFiles {
  readonly mjs: string;
  /** An address, or the bytes where they have been loaded already. */
  readonly wasm: string | ArrayBuffer;
}

/**
 * @param threads more than one needs a page that is cross-origin isolated, and in a bundled page `files`.
 * @param files `ort-wasm-simd-threaded.{mjs,wasm}` of onnxruntime-web; left out: found beside its module.
 */
export function wasmDevice(threads: number, files?: RuntimeFiles): Device {
  configure(wasmRuntime, threads, files);
  return {
    name: 'wasm',
    runtime: wasmRuntime,
    sessionOptions: { executionProviders: ['wasm'], graphOptimizationLevel: 'all' },
    target: { fusedMatMul: true },
    remedy:
      'Try another browser; who hosts the page must send .mjs files as text/javascript and .wasm as application/wasm',
    writesInPlace: false,
  };
}

/** @param files `ort-wasm-simd-threaded.jspi.{mjs,wasm}`: the smaller of two builds, for browsers that have JSPI. */
export async function webgpuDevice(files: RuntimeFiles): Promise<Device> {
  const runtime = await import('onnxruntime-web/jspi');
  configure(runtime, 1, files);
  return {
    name: 'webgpu',
    runtime,
    sessionOptions: { executionProviders: [webgpuProvider], graphOptimizationLevel: 'all' },
    target: { fusedMatMul: false, webgpu: true },
    writesInPlace: false,
  };
}

function configure({ env }: Pick<typeof wasmRuntime, 'env'>, threads: number, files: RuntimeFiles | undefined): void {
  env.wasm.numThreads = threads;
  if (files === undefined) return;
  if (typeof files.wasm === 'string') env.wasm.wasmPaths = { mjs: files.mjs, wasm: files.wasm };
  else {
    env.wasm.wasmPaths = { mjs: files.mjs };
    env.wasm.wasmBinary = files.wasm;
  }
}
