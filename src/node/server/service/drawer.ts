// Draws the requests of the service on threads, each with sessions of one thread: so throughput is highest.
import type { Bundle } from '../../../core/editor/bundle.ts';
import { UserError } from '../../../core/errors.ts';
import { inThreads } from '../../threads/threads.ts';
import type { Drawn, Order } from './drawing.ts';
import type { PhotoOrder } from './photo-drawing.ts';
import type { ServiceThread } from './thread.ts';

export interface Drawer {
  /** @throws UserError for a request that the model refuses; Error, with the stack of the thread, for a bug. */
  draw(order: Order | PhotoOrder, signal: AbortSignal): Promise<Drawn>;
  /** Rejects once a thread has died: nothing can be drawn any more. */
  readonly failed: Promise<never>;
  close(): Promise<void>;
}

/**
 * Opens an editor in each thread and answers an edit with it, picture included: the first request is then as quick as the
 * others. @throws UserError where one of the programs that this takes is missing, before anybody asks.
 */
export async function openDrawer(bundle: Bundle, threads: number): Promise<Drawer> {
  const signal = new AbortController().signal; // requests in work are finished, then the threads are closed
  const nameless: Bundle = { ...bundle, place: 'the model' }; // no error may tell where the model lies
  const workers = inThreads<ServiceThread>(
    'server/service/thread',
    { bundle: nameless },
    { threads, signal, native: true },
  );
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => {}); // each request is told, too
  const draw: Drawer['draw'] = async (order, signal) => {
    const stop = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const abort = () => Atomics.store(stop, 0, 1);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    try {
      const answer = await workers.run({ order, stop }).catch((error: unknown) => {
        fail(error);
        throw error;
      });
      if ('drawn' in answer) return answer.drawn;
      if ('refused' in answer) throw new UserError(answer.refused);
      throw new Error(answer.failed);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  };
  const limits = { faces: 1, pixels: Number.MAX_SAFE_INTEGER };
  const first: Order = { kind: 'edit', edit: { seed: 0, nearest: false, picture: 'png' }, format: 'json', limits };
  try {
    await Promise.all(Array.from({ length: threads }, () => draw(first, signal)));
  } catch (error) {
    await workers.close();
    throw error;
  }
  return { draw, failed, close: () => workers.close() };
}
