// Keeps page and model for use without a network, and sends the headers that threads need where the server does not. It
// answers for this studio's own files alone, and goes when another program answers at the studio's address.
import type { KeepRequest } from './page/actions/session/keep-offline.ts';
import { sha256 } from './shared/sha256.ts';

/** The page's own files, and a word that changes with them; the build puts them in. */
declare const pageFiles: readonly string[];
declare const pageVersion: string;

/** Stands in the page, and in no other program's. */
const pageMark = '<meta name="application-name" content="face-tuning studio">';

/** The parts of the service worker's global object that are used here; the DOM's types do not have them. */
interface ExtendableEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface FetchEvent extends ExtendableEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}
interface ServiceWorkerScope {
  readonly registration: { readonly scope: string; unregister(): Promise<boolean> };
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
  addEventListener(type: 'install' | 'activate', listener: (event: ExtendableEvent) => void): void;
  addEventListener(type: 'fetch', listener: (event: FetchEvent) => void): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<KeepRequest> & ExtendableEvent) => void): void;
}
const scope = globalThis as unknown as ServiceWorkerScope;

/** The studio's folder. Studios in several folders of one host share its caches, so names begin with the folder. */
const home = new URL('./', location.href);
const prefix = `face-tuning ${home.pathname} `;
const pageCache = `${prefix}page ${pageVersion}`;
const modelPrefix = `${prefix}model `;
const ownFiles = new Set(pageFiles.map(file => new URL(file, home).href));

scope.addEventListener('install', event => {
  event.waitUntil(
    caches
      .open(pageCache)
      .then(cache => cache.addAll(pageFiles.map(file => new Request(file, { cache: 'no-cache' }))))
      .then(() => scope.skipWaiting()),
  );
});

scope.addEventListener('activate', event => {
  const clear = async () => {
    await forget(name => name.startsWith(`${prefix}page `) && name !== pageCache);
    await scope.clients.claim();
  };
  event.waitUntil(clear());
});

/** Keeps the files that the page has loaded and will need again. */
scope.addEventListener('message', event => {
  const kept = keep(event.data).then(
    () => true,
    () => false,
  );
  event.waitUntil(kept.then(done => event.ports[0]?.postMessage(done)));
});

/**
 * Keeps a model whole or not at all: in a cache of its own, its index last, and only then forgets the model before.
 * @throws Error where a file cannot be had as the page has loaded it.
 */
async function keep({ files, index, sha256: model }: KeepRequest): Promise<void> {
  const name = modelPrefix + model;
  const cache = await caches.open(name);
  const add = async (url: string) => {
    const held = await cache.match(url);
    const { pathname, searchParams } = new URL(url);
    // All others have a hash or a version in their address, or are this model's index.
    const mayBeNewer = pathname.startsWith(`${home.pathname}face-finder/`);
    if (held !== undefined && !mayBeNewer) return;
    const response = await fetch(url).catch(() => Response.error());
    if (held !== undefined && !response.ok) return;
    const bytes = await response.clone().arrayBuffer();
    const wanted = searchParams.get('sha256');
    const isRight =
      url === index ? decoded(bytes).includes(model) : wanted === null || wanted === (await sha256(bytes));
    if (!response.ok || !isRight) throw new Error(`${url} has changed`);
    await cache.put(url, response);
  };
  try {
    await Promise.all(files.filter(url => url !== index).map(add));
    await add(index);
  } catch (error) {
    if ((await cache.match(index)) === undefined) await caches.delete(name);
    throw error;
  }
  const wanted = new Set(files.map(file => new URL(file).href));
  // A runtime of an earlier version, say.
  for (const { url } of await cache.keys()) if (!wanted.has(url)) await cache.delete(url);
  await forget(other => other.startsWith(modelPrefix) && other !== name);
}

scope.addEventListener('fetch', event => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || !url.href.startsWith(home.href)) return;
  const [folder] = url.pathname.slice(home.pathname.length).split('/');
  if (request.mode === 'navigate') {
    if (url.pathname === home.pathname || url.pathname === `${home.pathname}index.html`)
      event.respondWith(page(request));
  } else if (folder === 'assets' || folder === 'runtime') {
    // A hash or a version is part of these names, so they never change.
    event.respondWith(kept(request).then(async found => isolated(found ?? (await fetch(request)))));
  } else if (url.searchParams.has('sha256')) {
    event.respondWith(kept(request).then(async found => found ?? fetch(request)));
  } else if (folder === 'bundle' || folder === 'face-finder' || ownFiles.has(url.href)) {
    event.respondWith(newest(request));
  }
});

/** The studio's page: from its server while that answers. Where another program answers there, this one goes. */
async function page(request: Request): Promise<Response> {
  const stored = () => kept(new Request(home.href));
  const response = await fetch(request).catch(() => undefined);
  if (response === undefined || isPassing(response)) {
    const found = (await stored()) ?? response;
    return found === undefined ? Response.error() : isolated(found);
  }
  // A redirect leads to a log-in, say; the studio may be there afterwards.
  if (response.type === 'opaqueredirect' || response.status === 401 || response.status === 403) return response;
  if (response.ok && decoded(await response.clone().arrayBuffer()).includes(pageMark)) return isolated(response);
  await forget(name => name.startsWith(prefix));
  await scope.registration.unregister();
  return response;
}

/** Whether a server has trouble that may pass, such as too many requests. Log-ins and missing files are answers. */
function isPassing({ status }: Response): boolean {
  return status >= 400 && ![401, 403, 404, 410].includes(status);
}

/** A file from the server, or as it was kept where the server fails. */
async function newest(request: Request): Promise<Response> {
  const response = await fetch(request).catch(() => undefined);
  const found = response === undefined || isPassing(response) ? await kept(request) : undefined;
  return found ?? response ?? Response.error();
}

/** @returns a file of this studio that was kept. */
async function kept(request: Request): Promise<Response | undefined> {
  for (const name of await caches.keys()) {
    if (!name.startsWith(prefix)) continue;
    const found = await (await caches.open(name)).match(request);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function forget(which: (name: string) => boolean): Promise<void> {
  for (const name of await caches.keys()) if (which(name)) await caches.delete(name);
}

function decoded(bytes: ArrayBuffer): string {
  return new TextDecoder().decode(bytes);
}

/** The two headers without which browsers share no memory between threads. */
function isolated(response: Response): Response {
  if (response.status === 0 || response.redirected) return response;
  const headers = new Headers(response.headers);
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
