// Starts the worker, and the first one as soon as this file is read: before the page's own code, because it takes longest.

export function startWorker(): Worker {
  return new Worker(new URL('../worker/worker.ts', import.meta.url), { type: 'module', name: 'face worker' });
}

export const firstWorker = startWorker();
