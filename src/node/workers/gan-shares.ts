// Threads of `train gan` that each compute a share of every minibatch, on one thread of ONNX Runtime.
import type { Feeds } from '../../core/runtime/program.ts';
import { gradientOutput } from '../../core/training/gan/gan-step.ts';
import type { ShareProgram, Shares } from '../../core/training/gan/gan-trainer.ts';
import { startWorkers } from './pool.ts';

/** What a thread is told: to get ready, or to compute its share of a step. */
export type ShareOrder =
  | {
      readonly what: 'prepare';
      readonly program: ShareProgram;
      /** Shared by all threads: the parameters, one after the other. */
      readonly parameters: Float32Array;
      /** Shared with this thread: where its gradient goes. */
      readonly gradient: Float32Array;
    }
  | { readonly what: 'step'; readonly penalise: boolean; readonly feeds: Feeds };

/** The figures of a share; nothing after getting ready. */
export type ShareAnswer = Readonly<Record<string, Float32Array>>;

export interface OpenShares extends Shares {
  close(): Promise<void>;
}

export function openShares(count: number, signal: AbortSignal): OpenShares {
  // One pool a share: each thread keeps the share's number and memory, whichever is done first.
  const threads = Array.from({ length: count }, () =>
    startWorkers<ShareOrder, ShareAnswer>('compute-share', undefined, { threads: 1, signal, native: true }),
  );
  let parameters = new Float32Array();
  let gradients: Float32Array[] = [];
  let copies: Float32Array[] = [];
  return {
    count,
    async prepare(program) {
      const size = program.parameters.reduce((sum, [, shape]) => sum + shape.reduce((a, b) => a * b, 1), 0);
      parameters = sharedFloats(size);
      gradients = threads.map(() => sharedFloats(size));
      copies = threads.map(() => new Float32Array(size));
      await Promise.all(
        threads.map((thread, k) => thread.run({ what: 'prepare', program, parameters, gradient: gradients[k]! })),
      );
    },
    async run(penalise, values, feeds) {
      parameters.set(values);
      const answers = await Promise.all(
        threads.map((thread, k) => thread.run({ what: 'step', penalise, feeds: feeds[k]! })),
      );
      // ONNX Runtime takes no memory that threads share.
      return answers.map((answer, k) => {
        copies[k]!.set(gradients[k]!);
        return { ...answer, [gradientOutput]: copies[k]! };
      });
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
