// A thread of the service: draws one request at a time with an editor of its own.

import type { Bundle } from '../../../core/editor/bundle.ts';
import { FaceEditor } from '../../../core/editor/face-editor.ts';
import type { FindFaces } from '../../../core/editor/portrait-finder.ts';
import { UserError } from '../../../core/errors.ts';
import type { FaceFinder } from '../../../core/portraits/face-finder.ts';
import { Lazy } from '../../../core/runtime/opening.ts';
import { hashBytes } from '../../artefacts/bundle.ts';
import { cpuDevice } from '../../devices/device.ts';
import { openFaceFinder } from '../../photos/face-finder.ts';
import { serve } from '../../threads/serve.ts';
import { type Drawn, drawOrder, type Order } from './drawing.ts';
import { drawPhoto, type PhotoOrder } from './photo-drawing.ts';

export interface ServiceThread {
  file: 'server/service/thread';
  shared: { readonly bundle: Bundle };
  /** `stop` is shared memory that becomes 1 once nobody waits for the answer any more. */
  input: { readonly order: Order | PhotoOrder; readonly stop: Int32Array };
  output: Answer;
}

/** The answer to an order; `refused` says for people why there is none. */
export type Answer = { readonly drawn: Drawn } | { readonly refused: string } | { readonly failed: string };

/** Ends work that nobody waits for any more. */
class Stopped extends Error {}

serve<ServiceThread>(async ({ bundle }) => {
  const finder = new Lazy<FaceFinder>();
  const findFaces: FindFaces = async (photo, signal) => {
    const opened = await finder.get(() => openFaceFinder(1)); // seldom needed, so opened with the first photo
    return opened.find(photo, signal);
  };
  const editor = await FaceEditor.open(cpuDevice(1), bundle, { hash: hashBytes, findFaces });
  return async ({ stop, order }) => {
    try {
      const signal = {
        throwIfAborted() {
          if (Atomics.load(stop, 0) !== 0) throw new Stopped();
        },
      };
      signal.throwIfAborted();
      const drawn = order.kind === 'photo' ? drawPhoto(editor, order, signal) : drawOrder(editor, order, signal);
      return { drawn: await drawn };
    } catch (error) {
      if (error instanceof UserError) return { refused: error.message };
      if (error instanceof Stopped) return { refused: 'stopped' };
      return { failed: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
  };
});
