// The thread's end of `inThreads`: works off what it is given, one piece after the other.
import { parentPort, workerData } from 'node:worker_threads';
import { inOwnProcess } from '../native/native-packages.ts';
import { type Answer, endMessage, type ThreadEnds } from './threads.ts';

/** @param open makes the work out of what all threads share. An error of either is the answer to the piece. */
export function serve<Ends extends ThreadEnds>(
  open: (shared: Ends['shared']) => Promise<(input: Ends['input']) => Ends['output'] | Promise<Ends['output']>>,
): void {
  inOwnProcess();
  const opened = open(workerData);
  opened.catch(() => {}); // told to each piece
  const answerTo = async (input: Ends['input']): Promise<Answer<Ends['output']>> => {
    try {
      const work = await opened;
      return { output: await work(input) };
    } catch (error) {
      return { error, isMistake: error instanceof Error && error.name === 'UserError' };
    }
  };
  parentPort!.on('message', async (input: Ends['input'] | typeof endMessage) => {
    if (input === endMessage) process.exit();
    parentPort!.postMessage(await answerTo(input));
  });
}
