// Spreads work over threads. A thread's work stands in a file of its own, in the folder of its stage; see `serve`.
import { Worker } from 'node:worker_threads';
import { UserError } from '../../core/errors.ts';
import { fromRoot } from '../files/places.ts';

/**
 * Both ends of a thread, declared once by the thread's file: `inThreads` and `serve` take their types from it. All but
 * `file` must be data that the structured clone algorithm copies.
 */
export interface ThreadEnds {
  /** Path of the thread's file from the folder `node`, without its ending. */
  readonly file: string;
  /** Given to each thread when it opens; copied, but for shared memory. */
  readonly shared: unknown;
  readonly input: unknown;
  readonly output: unknown;
}

export interface Workers<Input, Output> {
  /** Done by the first thread that is free. @throws what the work throws on this input, or the signal's reason. */
  run(input: Input): Promise<Output>;
  /** @returns why no work is done any more, once a thread has ended or all are closed; undefined until then. */
  failure(): unknown;
  /** Ends the threads; unfinished work fails. */
  close(): Promise<void>;
}

export interface WorkersOptions {
  readonly threads: number;
  /** Once aborted, all work fails with its reason; left out, only `close` ends it. */
  readonly signal?: AbortSignal;
  /**
   * Whether the threads call native code: terminating one in the middle of a call to ONNX Runtime ends the whole
   * process. Such threads are asked to end and do so between two calls; all others are ended at once.
   */
  readonly native: boolean;
}

/** A thread's answer to one input. */
export type Answer<Output> =
  | { readonly output: Output }
  /** `isMistake`: a UserError, which the structured clone turns into a plain Error. */
  | { readonly error: unknown; readonly isMistake: boolean };

/** Sent in place of an input to end a thread; see `serve`. */
export const endMessage = 'end';

interface Job<Input, Output> {
  readonly input: Input;
  resolve(output: Output): void;
  reject(error: unknown): void;
}

/**
 * @param name of the thread's file. Its compiled form is started even if this module runs as TypeScript, so build first.
 */
export function inThreads<Ends extends ThreadEnds>(
  name: Ends['file'],
  shared: Ends['shared'],
  { threads, signal, native }: WorkersOptions,
): Workers<Ends['input'], Ends['output']> {
  const file = fromRoot(`dist/node/${name}.js`);
  const waiting: Job<Ends['input'], Ends['output']>[] = [];
  const idle: Worker[] = [];
  const busy = new Map<Worker, Job<Ends['input'], Ends['output']>>();
  let failure: { readonly error: unknown } | undefined;

  const assign = () => {
    while (idle.length > 0 && waiting.length > 0) {
      const [worker, job] = [idle.shift()!, waiting.shift()!];
      busy.set(worker, job);
      worker.postMessage(job.input);
    }
  };
  const fail = (error: unknown) => {
    failure ??= { error };
    for (const job of [...busy.values(), ...waiting.splice(0)]) job.reject(failure.error);
    busy.clear();
  };
  const workers = Array.from({ length: threads }, () => {
    const worker = new Worker(file, { workerData: shared });
    worker.on('message', (answer: Answer<Ends['output']>) => {
      const job = busy.get(worker);
      busy.delete(worker);
      if ('output' in answer) job?.resolve(answer.output);
      else job?.reject(answer.isMistake ? new UserError((answer.error as Error).message) : answer.error);
      idle.push(worker);
      assign();
    });
    worker.on('error', fail);
    worker.on('exit', code => fail(new Error(`a thread of ${name} ended with code ${code}`)));
    return worker;
  });
  idle.push(...workers);
  const abort = () => fail(signal?.reason);
  if (signal?.aborted) abort();
  else signal?.addEventListener('abort', abort);

  return {
    run: input =>
      new Promise((resolve, reject) => {
        if (failure !== undefined) return reject(failure.error);
        waiting.push({ input, resolve, reject });
        assign();
      }),
    failure: () => failure?.error,
    async close() {
      signal?.removeEventListener('abort', abort);
      fail(new Error(`the threads of ${name} have been closed`));
      await Promise.all(workers.map(worker => (native ? askToEnd(worker) : worker.terminate())));
    },
  };
}

function askToEnd(worker: Worker): Promise<void> {
  return new Promise(resolve => {
    if (worker.threadId === -1) return resolve(); // it has ended
    worker.on('exit', () => resolve());
    worker.postMessage(endMessage);
  });
}
