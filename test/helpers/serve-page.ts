// Bundles a page as any web project would and serves it on this machine, with the headers that Wasm threads need.
import { createReadStream, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { build } from 'vite';
import { onTestFinished } from 'vitest';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

/** @param folder with an index.html. @returns the page's address, served until the test is over. */
export async function servePage(folder: string): Promise<string> {
  const built = mkdtempSync(join(tmpdir(), 'face-tuning-page-'));
  onTestFinished(() => rmSync(built, { recursive: true }));
  const output = { outDir: built, emptyOutDir: true, target: 'esnext', chunkSizeWarningLimit: 10_000 } as const;
  await build({ root: folder, configFile: false, logLevel: 'warn', build: output });
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://localhost');
    const path = join(built, pathname === '/' ? 'index.html' : pathname);
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    if (!existsSync(path)) response.writeHead(404).end();
    else {
      response.setHeader('Content-Type', types[extname(path)] ?? 'application/octet-stream');
      createReadStream(path).pipe(response);
    }
  });
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
