// The other end of `startWorkers`: works off what a thread is given, one piece after the other.
import { parentPort, workerData } from 'node:worker_threads';
import { endMessage } from './threads.ts';

/** @param open makes the work out of what all threads share. What either throws ends the thread, and the work with it. */
export function serve<Shared, Input, Output>(
  open: (shared: Shared) => Promise<(input: Input) => Output | Promise<Output>>,
): void {
  const opened = open(workerData as Shared);
  parentPort!.on('message', async (input: Input | typeof endMessage) => {
    if (input === endMessage) process.exit();
    const work = await opened;
    parentPort!.postMessage(await work(input as Input));
  });
}
