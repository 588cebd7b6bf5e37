// Connects core's long measurements to a stage's progress bar and to Ctrl-C.
import { setImmediate } from 'node:timers/promises';
import type { Tick } from '../../../core/measures/tick.ts';
import type { StageContext } from './stage.ts';

/** @returns a callback for core: between two parts of the work it shows the progress and lets Ctrl-C through. */
export function ticking({ signal }: StageContext, update: Tick): Tick {
  return async (done, total) => {
    await setImmediate();
    signal.throwIfAborted();
    await update(done, total);
  };
}
