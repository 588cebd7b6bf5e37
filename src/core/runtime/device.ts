// The one door to ONNX Runtime: core knows only the types that all its builds share; Node and browsers bring theirs.
import type { InferenceSession, InferenceSessionFactory, TensorConstructor } from 'onnxruntime-common';
import { checkKind, shownArgument, UserError } from '../errors.ts';
import type { Target } from '../graph/target.ts';

/** Where networks are computed: one of ONNX Runtime's builds, and how sessions on it are made and fed. */
export interface Device {
  /** `cpu`, `webgpu`, `cuda` or `wasm`. */
  readonly name: string;
  /** `onnxruntime-node` or `onnxruntime-web`. */
  readonly runtime: { readonly InferenceSession: InferenceSessionFactory; readonly Tensor: TensorConstructor };
  readonly sessionOptions: InferenceSession.SessionOptions;
  /** The abilities of its provider, for which graphs are made. Every provider takes `{ fusedMatMul: false }`. */
  readonly target: Target;
  /** The target of graphs whose weights change; left out: `target`. */
  readonly trainingTarget?: Target;
  /** Advice for people where the runtime does not start. Left out: another device. */
  readonly remedy?: string;
  /** Whether results are written into tensors given as fetches (true in Node) or always come in new ones. */
  readonly writesInPlace: boolean;
}

/** @throws UserError for what is no device, such as the name of one. */
export function checkDevice(device: Device): void {
  checkKind('a device', device, 'an object');
  checkKind("a device's sessionOptions", device.sessionOptions, 'an object');
  checkKind("a device's target", device.target, 'an object');
}

/** @throws UserError for threads that no computation can be spread over. */
export function checkThreads(threads: number): void {
  if (Number.isInteger(threads) && threads >= 1) return;
  throw new UserError(`threads must be a whole number from 1; got ${shownArgument(threads)}`);
}

/**
 * ONNX Runtime's WebGPU provider, with images as they are, [N, C, H, W]. Turned to channels last, as it would by itself,
 * it computes some convolutions wrong, and a training step takes longer (docs/decisions/0003).
 */
export const webgpuProvider = { name: 'webgpu', preferredLayout: 'NCHW' } as const;
