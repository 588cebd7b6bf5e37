// ONNX Runtime in the browser: how sessions on its WebAssembly and WebGPU providers are set up.
import * as wasmRuntime from 'onnxruntime-web/wasm';
import { checkThreads, type Device, webgpuProvider } from '../../core/runtime/device.ts';

/**
 * Addresses of ONNX Runtime's own files. Its threads are workers that start again from the `mjs` file, so it must stay
 * a file of its own: bundled into a page's script, each thread would run the page instead and the first session would
 * wait for it for ever.
 */
export interface RuntimeFiles {
  readonly mjs: string;
  /** An address, or the bytes, perhaps while they are loading: the first session waits for them. */
  readonly wasm: string | ArrayBuffer | Promise<ArrayBuffer>;
}

/**
 * @param threads more than one needs a page that is cross-origin isolated, and in a bundled page `files`.
 * @param files `ort-wasm-simd-threaded.{mjs,wasm}` of onnxruntime-web; left out: found beside its module.
 * @throws UserError for threads that are no whole number from 1.
 */
export function wasmDevice(threads: number, files?: RuntimeFiles): Device {
  checkThreads(threads);
  return {
    name: 'wasm',
    runtime: configured(wasmRuntime, threads, files),
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
  return {
    name: 'webgpu',
    runtime: configured(runtime, 1, files),
    sessionOptions: { executionProviders: [webgpuProvider], graphOptimizationLevel: 'all' },
    target: { fusedMatMul: false, webgpu: true },
    writesInPlace: false,
  };
}

type Runtime = Pick<typeof wasmRuntime, 'env' | 'InferenceSession' | 'Tensor'>;

/** @returns the runtime, whose first session waits for its files. */
function configured(runtime: Runtime, threads: number, files: RuntimeFiles | undefined): Device['runtime'] {
  const { env, InferenceSession, Tensor } = runtime;
  env.wasm.numThreads = threads;
  if (files === undefined) return runtime;
  const { mjs, wasm } = files;
  env.wasm.wasmPaths = typeof wasm === 'string' ? { mjs, wasm } : { mjs };
  if (typeof wasm === 'string') return runtime;
  const loaded = Promise.resolve(wasm).then(bytes => {
    env.wasm.wasmBinary = bytes;
  });
  loaded.catch(() => {}); // told by the first session; there may be none
  const create: typeof InferenceSession.create = async (...model: [never]) => {
    await loaded;
    return InferenceSession.create(...model);
  };
  return { Tensor, InferenceSession: { create } };
}
