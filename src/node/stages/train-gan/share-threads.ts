// Threads of `train gan` that each compute a share of every minibatch, on one thread of ONNX Runtime or on a GPU.
import type { FlatUpdate } from '../../../core/nn/adam.ts';
import type { Feeds } from '../../../core/runtime/program.ts';
import type { ShareProgram, Shares } from '../../../core/training/gan/shares.ts';
import type { DeviceName } from '../../devices/device.ts';
import { inThreads } from '../../threads/threads.ts';

/** An order to a thread: get ready, compute the gradients of the share, or update the thread's part of the state. */
export type ShareOrder =
  | {
      readonly what: 'prepare';
      readonly program: ShareProgram;
      /** Where every thread's gradient goes, in memory that all share; this thread's is number `share`. */
      readonly gradients: readonly Float32Array[];
      readonly share: number;
    }
  | { readonly what: 'step'; readonly penalise: boolean; readonly feeds: Feeds }
  | { readonly what: 'update'; readonly update: FlatUpdate };

export interface ShareThread {
  file: 'stages/train-gan/thread';
  shared: { readonly device: DeviceName };
  input: ShareOrder;
  /** The figures of a share; nothing after getting ready and updating. */
  output: Readonly<Record<string, Float32Array>>;
}

export interface OpenShares extends Shares {
  close(): Promise<void>;
}

/** @param count threads; on a GPU, which one thread keeps busy, 1. */
export function openShares(count: number, device: DeviceName): OpenShares {
  // Never aborted: a training ends between two steps, with a checkpoint.
  const { signal } = new AbortController();
  // One pool a share: each thread keeps the share's number and memory, whichever is done first.
  const threads = Array.from({ length: count }, () =>
    inThreads<ShareThread>('stages/train-gan/thread', { device }, { threads: 1, signal, native: true }),
  );
  const all = (order: (share: number) => ShareOrder) =>
    Promise.all(threads.map((thread, share) => thread.run(order(share))));
  return {
    count,
    allocate: sharedFloats,
    async prepare(program) {
      const gradients = threads.map(() => sharedFloats(program.state.parameters.length));
      await all(share => ({ what: 'prepare', program, gradients, share }));
    },
    run: (penalise, feeds) => all(share => ({ what: 'step', penalise, feeds: feeds[share]! })),
    async update(update) {
      await all(() => ({ what: 'update', update }));
    },
    async close() {
      await Promise.all(threads.map(thread => thread.close()));
    },
  };
}

function sharedFloats(count: number): Float32Array<ArrayBuffer> {
  const buffer = new SharedArrayBuffer(count * Float32Array.BYTES_PER_ELEMENT);
  return new Float32Array(buffer as unknown as ArrayBuffer);
}
