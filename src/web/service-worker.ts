// Keeps page and model for use without a network, and sends the headers that threads need where the server does not.
import type { KeepRequest } from './page/actions/session/keep-offline.ts';

/** The page's own files, and a word that changes with them; the build puts them in. */
declare const pageFiles: readonly string[];
declare const pageVersion: string;

/** The parts of the service worker's global object that are used here; the DOM's types do not have them. */
interface ExtendableEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface FetchEvent extends ExtendableEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}
interface ServiceWorkerScope {
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
  addEventListener(type: 'install' | 'activate', listener: (event: ExtendableEvent) => void): void;
  addEventListener(type: 'fetch', listener: (event: FetchEvent) => void): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<KeepRequest> & ExtendableEvent) => void): void;
}
const scope = globalThis as unknown as ServiceWorkerScope;

const prefix = 'face-tuning page ';
const cacheName = `${prefix}${pageVersion}`;
/** The cache of models, which do not change with the page. */
const modelCache = 'face-tuning models';

scope.addEventListener('install', event => {
  event.waitUntil(
    caches
      .open(cacheName)
      .then(cache => cache.addAll(pageFiles))
      .then(() => scope.skipWaiting()),
  );
});

scope.addEventListener('activate', event => {
  const clear = async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith(prefix) && name !== cacheName) await caches.delete(name);
    }
    await scope.clients.claim();
  };
  event.waitUntil(clear());
});

/** Keeps the files that the page has loaded and will need again. */
scope.addEventListener('message', event => {
  const keep = async () => {
    const cache = await caches.open(modelCache);
    const wanted = new Set(event.data.keep);
    for (const { url } of await cache.keys()) if (!wanted.has(url)) await cache.delete(url);
    await Promise.all([...wanted].map(async url => (await cache.match(url)) ?? cache.add(url)));
  };
  const kept = keep().then(
    () => true,
    () => false,
  );
  event.waitUntil(kept.then(done => event.ports[0]?.postMessage(done)));
});

scope.addEventListener('fetch', event => {
  const { request } = event;
  if (request.method !== 'GET' || new URL(request.url).origin !== location.origin) return;
  event.respondWith(answer(request).then(isolated));
});

/** Files with a hash or a version in their name come from the cache; all others from the server, while it answers. */
async function answer(request: Request): Promise<Response> {
  const kept = () => caches.match(request, { ignoreSearch: request.mode === 'navigate' });
  if (/\/(assets|runtime)\//.test(request.url)) return (await kept()) ?? fetch(request);
  try {
    const response = await fetch(request);
    if (!response.ok) return response;
    const cache = await caches.open(modelCache);
    // Only files that are kept already are renewed: half a model would be worse than an old one.
    if (await cache.match(request)) await cache.put(request, response.clone());
    return response;
  } catch (error) {
    const response = await kept();
    if (response !== undefined) return response;
    throw error;
  }
}

/** The two headers without which browsers share no memory between threads. */
function isolated(response: Response): Response {
  if (response.status === 0 || response.redirected) return response;
  const headers = new Headers(response.headers);
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
