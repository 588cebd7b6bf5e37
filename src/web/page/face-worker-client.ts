// The page's side of the worker: turns calls into messages, and answers into promises.
import { UserError } from '../../core/errors.ts';
import type { InversionProgress } from '../../core/portraits/inversion/networks.ts';
import type { Answer, Cancel, FaceWorker, Method, Progress } from '../shared/protocol.ts';

export interface FaceWorkerClient extends FaceWorker {
  /** Stops the search for a face that is going on; its call is then rejected. */
  cancel(): void;
  /** Ends the worker; calls without an answer yet never get one. */
  stop(): void;
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/**
 * @param worker one that nobody else talks to. @param onProgress is called while the model loads.
 * @param onPortrait is called while a face of a photo is searched for.
 */
export function connectFaceWorker(
  worker: Worker,
  onProgress: (progress: Progress) => void,
  onPortrait: (progress: InversionProgress) => void,
): FaceWorkerClient {
  const waiting = new Map<number, Waiting>();
  let broken: Error | undefined;
  let calls = 0;
  worker.onmessage = ({ data }: MessageEvent<Answer>) => {
    if ('progress' in data) return onProgress(data.progress);
    if ('portraitProgress' in data) return onPortrait(data.portraitProgress);
    const call = waiting.get(data.id);
    waiting.delete(data.id);
    if ('result' in data) call?.resolve(data.result);
    else call?.reject(data.mistake ? new UserError(data.problem) : new Error(data.problem));
  };
  worker.onerror = event => {
    event.preventDefault();
    const why = event.message ? `: ${event.message}` : '';
    broken = new UserError(`The worker that computes faces did not start${why}. Reload the page`);
    for (const { reject } of waiting.values()) reject(broken);
    waiting.clear();
  };
  const call = <Result>(method: Method, request?: unknown) =>
    new Promise<Result>((resolve, reject) => {
      if (broken !== undefined) return reject(broken);
      const id = calls++;
      waiting.set(id, { resolve: resolve as (result: unknown) => void, reject });
      worker.postMessage({ id, method, request });
    });
  return {
    load: request => call('load', request),
    open: () => call('open'),
    draw: edit => call('draw', edit),
    score: () => call('score'),
    frames: edits => call('frames', edits),
    fullFrames: edits => call('fullFrames', edits),
    residuals: request => call('residuals', request),
    distanceFor: wish => call('distanceFor', wish),
    readLink: text => call('readLink', text),
    readDocument: file => call('readDocument', file),
    signPicture: request => call('signPicture', request),
    writeRecipe: edit => call('writeRecipe', edit),
    openPhoto: file => call('openPhoto', file),
    openPortrait: request => call('openPortrait', request),
    openKept: kept => call('openKept', kept),
    setView: zoom => call('setView', zoom),
    exportPhoto: request => call('exportPhoto', request),
    cancel: () => worker.postMessage({ cancel: true } satisfies Cancel),
    stop: () => worker.terminate(),
  };
}
