// A thread of the service: draws one request at a time with an editor of its own.

import type { Bundle } from '../../../core/editor/bundle.ts';
import { FaceEditor } from '../../../core/editor/face-editor.ts';
import { UserError } from '../../../core/errors.ts';
import { hashBytes } from '../../artefacts/bundle.ts';
import { cpuDevice } from '../../devices/device.ts';
import { serve } from '../../threads/serve.ts';
import { type Drawn, drawOrder, type Order } from './drawing.ts';

export interface ServiceThread {
  file: 'server/service/thread';
  shared: { readonly bundle: Bundle };
  /** `stop` is shared memory that becomes 1 once nobody waits for the answer any more. */
  input: Order & { readonly stop: Int32Array };
  output: Answer;
}

/** The answer to an order; `refused` says for people why there is none. */
export type Answer = { readonly drawn: Drawn } | { readonly refused: string } | { readonly failed: string };

/** Ends work that nobody waits for any more. */
class Stopped extends Error {}

serve<ServiceThread>(async ({ bundle }) => {
  const editor = await FaceEditor.open(cpuDevice(1), bundle, { hash: hashBytes });
  return async ({ stop, ...order }) => {
    try {
      const signal = {
        throwIfAborted() {
          if (Atomics.load(stop, 0) !== 0) throw new Stopped();
        },
      };
      signal.throwIfAborted();
      return { drawn: await drawOrder(editor, order, signal) };
    } catch (error) {
      if (error instanceof UserError) return { refused: error.message };
      if (error instanceof Stopped) return { refused: 'stopped' };
      return { failed: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
  };
});
