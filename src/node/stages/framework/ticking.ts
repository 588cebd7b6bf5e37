// What long measurements of core are given to tell how far they are.
import { setImmediate } from 'node:timers/promises';
import type { Tick } from '../../../core/measures/images/sliced-wasserstein.ts';
import type { StageContext } from './stage.ts';

/** Lets Ctrl-C through between two parts of the work, and shows how far it is. */
export function ticking({ signal }: StageContext, update: Tick): Tick {
  return async (done, total) => {
    await setImmediate();
    signal.throwIfAborted();
    await update(done, total);
  };
}
