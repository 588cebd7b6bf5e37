// The thread's end of `inThreads`: works off what it is given, one piece after the other.
import { parentPort, workerData } from 'node:worker_threads';
import { endMessage, type ThreadEnds } from './threads.ts';

/** @param open makes the work out of what all threads share. An error of either ends the thread, and all its work. */
export function serve<Ends extends ThreadEnds>(
  open: (shared: Ends['shared']) => Promise<(input: Ends['input']) => Ends['output'] | Promise<Ends['output']>>,
): void {
  const opened = open(workerData);
  parentPort!.on('message', async (input: Ends['input'] | typeof endMessage) => {
    if (input === endMessage) process.exit();
    const work = await opened;
    parentPort!.postMessage(await work(input));
  });
}
