// Serves the files of the built studio and of one model, read only, with headers that let the page use threads.
import { readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { Hono } from 'hono';
import { type Bundle, bundleFiles } from '../../core/editor/bundle.ts';
import { readWhole } from '../files/files.ts';
import { withHeaders } from './headers.ts';

/** Lets the page ask only its own server; browsers enforce it. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data: blob:",
  "style-src 'self'",
  'media-src blob:',
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const headers = {
  'Content-Security-Policy': contentSecurityPolicy,
  // These two isolate the page, without which browsers offer no memory that threads can share.
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
} as const;

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.md': 'text/markdown; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
};

/** Paths whose content never changes, since its hash or version is part of the name. */
const unchanging = /^\/(assets|runtime)\//;

/**
 * @param page folder of the built page. @param bundle the checked model; its files are served as they were read.
 * @param index the text of its `bundle.json`.
 * @throws UserError where the page's folder cannot be read.
 */
export async function studioServer(page: string, bundle: Bundle, index: Uint8Array): Promise<Hono> {
  const read = new Map<string, () => Promise<Uint8Array>>();
  const entries = await readdir(page, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    read.set(path.slice(page.length).replaceAll('\\', '/'), () => readWhole(path));
  }
  // The given model replaces the page's own.
  for (const path of [...read.keys()]) if (path.startsWith('/bundle/')) read.delete(path);
  read.set('/', read.get('/index.html')!);
  read.set(`/bundle/${bundleFiles.index}`, async () => index);
  for (const [name, bytes] of Object.entries(bundle.contents)) read.set(`/bundle/${name}`, async () => bytes);

  const app = new Hono();
  app.use(withHeaders(headers));
  app.get('*', async context => {
    const file = read.get(decoded(context.req.path));
    if (file === undefined) return context.text('There is no such file.', 404);
    const bytes = await file();
    return context.body(new Uint8Array(bytes), 200, {
      'Content-Type':
        types[extname(context.req.path === '/' ? 'index.html' : context.req.path)] ?? 'application/octet-stream',
      'Content-Length': String(bytes.length),
      'Cache-Control': unchanging.test(context.req.path) ? 'public, max-age=31536000, immutable' : 'no-cache',
    });
  });
  app.all('*', context => context.text('Files here can only be read.', 405, { Allow: 'GET, HEAD' }));
  return app;
}

/** @returns the decoded path; an empty one, which names no file, where it is not well-formed. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return '';
  }
}
