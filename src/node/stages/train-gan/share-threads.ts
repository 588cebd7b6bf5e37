// Threads of `train gan` that each compute a share of every minibatch, on one thread of ONNX Runtime or on a GPU.
import type { FlatUpdate } from '../../../core/nn/flat-adam.ts';
import type { Feeds } from '../../../core/runtime/program.ts';
import type { ShareProgram, Shares } from '../../../core/training/gan/shares.ts';
import type { DeviceName } from '../../devices/device.ts';
import { inThreads } from '../../threads/threads.ts';

/** An order to a thread: get ready, compute the gradients of the share, or update the thread's part of the state. */
export type ShareOrder =
  | {
      readonly what: 'prepare';
      readonly program: ShareProgram;
      /** This thread's number of `threads`; it computes the share of that number, if there is one. */
      readonly thread: number;
      readonly threads: number;
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

/**
 * @param count shares; on a GPU, which one thread keeps busy, 1.
 * @param updaters threads that update the parameters: those of the shares, and more where a GPU leaves cores idle.
 */
export function openShares(count: number, device: DeviceName, updaters = count): OpenShares {
  // One pool a thread: each keeps its number and memory, whichever is done first. No signal ends them: a training ends
  // between two steps, with a checkpoint.
  const threads = Array.from({ length: Math.max(count, updaters) }, (_, thread) =>
    inThreads<ShareThread>(
      'stages/train-gan/thread',
      { device: thread < count ? device : 'cpu' },
      { threads: 1, native: true },
    ),
  );
  const all = (order: (thread: number) => ShareOrder, some = threads) =>
    Promise.all(some.map((each, thread) => each.run(order(thread))));
  return {
    count,
    async prepare(program) {
      await all(thread => ({ what: 'prepare', program, thread, threads: threads.length }));
    },
    run: (penalise, feeds) => all(share => ({ what: 'step', penalise, feeds: feeds[share]! }), threads.slice(0, count)),
    async update(update) {
      await all(() => ({ what: 'update', update }));
    },
    async close() {
      await Promise.all(threads.map(thread => thread.close()));
    },
  };
}
